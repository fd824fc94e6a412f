/* SPDX-License-Identifier: Apache-2.0 */
#include "region.h"

void ingot_run_region(const uint8_t *steps, unsigned size, uint16_t *at, int reverse, ingot_region_call run)
{
    const uint8_t *end = steps + size, *body = end, *body_end = end;
    unsigned left = 0;
    while (steps != end) {
        unsigned call = steps[0], n = steps[1];
        if (call == INGOT_STEP_LOOP) {
            left = n;
            body = steps + 3;
            body_end = body + steps[2];
            steps = body;
            continue;
        }
        if (reverse)
            at[call] = (uint16_t)(at[call] - n);
        run(call, at[call], n);
        if (!reverse)
            at[call] = (uint16_t)(at[call] + n);
        steps += 2;
        if (steps == body_end && left && --left)
            steps = body;
    }
}
