/* SPDX-License-Identifier: Apache-2.0 */
#include "pool_window.h"

INGOT_INLINE int32_t ingot_pool_average(int32_t sum, int32_t count, const int32_t *block)
{
    (void)block;
    return ingot_average(sum, count);
}

#include "average_pool_pixel.h"

void ingot_average_pool_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                           unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 1, pixel);
}
