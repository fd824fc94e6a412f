/* SPDX-License-Identifier: Apache-2.0 */
#undef INGOT_X /* of a test that compiles all files alike */
#include "dense_any.h"

void ingot_dense_s8(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                    unsigned count)
{
    ingot_dense_pixels(d, in, in_step, out, out_step, count);
}
