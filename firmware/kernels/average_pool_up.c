/* SPDX-License-Identifier: Apache-2.0 */
/* AVERAGE_POOL_2D of numbers that were uint8: their sums were positive, so halves are rounded up. */
#include "pool_window.h"

static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int8_t *to = out;
    const int32_t count = w->rows * w->columns;
    for (int c = 0; c < k->channels; c++) {
        int32_t sum = count * 128;
        for (int i = 0; i < w->rows; i++) {
            const int8_t *from = (const int8_t *)ingot_pool_line(k, w, i, 1) + c;
            for (int j = 0; j < w->columns; j++, from += k->channels)
                sum += *from;
        }
        to[c] = (int8_t)ingot_clamp((sum + count / 2) / count - 128, clamps[0], clamps[1]);
    }
}

void ingot_average_pool_up_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                              unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 1, pixel);
}
