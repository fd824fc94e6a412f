/* SPDX-License-Identifier: Apache-2.0 */
/* The averages of QDQ models: the sum less zero points times scale / (scale * count). */
#ifndef INGOT_POOL_AVERAGE_EVEN_H
#define INGOT_POOL_AVERAGE_EVEN_H

#include "pool_window.h"
#include "requantize_even.h"

INGOT_INLINE int32_t ingot_pool_average(int32_t sum, int32_t count, const int32_t *block)
{
    const ingot_pool_even_params *p = (const ingot_pool_even_params *)block;
    const float scale = p->in_scale / (p->out_scale * (float)(p->count ? p->count : count));
    const float scaled = (float)(sum - count * p->in_zero) * scale;
    return ingot_saturating_sum(ingot_nearest_even(scaled), p->out_zero);
}

#endif
