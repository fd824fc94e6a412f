/* SPDX-License-Identifier: Apache-2.0 */
#include "pool_window.h"

INGOT_INLINE int32_t ingot_pool_average(int32_t sum, int32_t count, const int32_t *clamps)
{
    (void)clamps;
    return ingot_average(sum, count);
}

#include "average_pool_pixel_s16.h"

void ingot_average_pool_s16(const ingot_pool *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                            unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 2, pixel);
}
