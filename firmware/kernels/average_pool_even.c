/* SPDX-License-Identifier: Apache-2.0 */
/* AVERAGE_POOL_2D with the arithmetic of QDQ models: the sum less zero points times scale / (scale * count). */
#include "pool_window.h"
#include "requantize_even.h"

INGOT_INLINE int32_t ingot_pool_average(int32_t sum, int32_t count, const int32_t *block)
{
    const ingot_pool_even_params *p = (const ingot_pool_even_params *)block;
    const float scale = p->in_scale / (p->out_scale * (float)(p->count ? p->count : count));
    const float scaled = (float)(sum - count * p->in_zero) * scale;
    return ingot_saturating_sum(ingot_nearest_even(scaled), p->out_zero);
}

#include "average_pool_pixel.h"

void ingot_average_pool_even_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                                unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 1, pixel);
}
