/* SPDX-License-Identifier: Apache-2.0 */
/* What layers of dynamic range have in common (dynamic_range.h).
 *
 * Parameter block: ingot_dynamic_params, then of all output channels
 *     float bias[]; float scale[]; int32 sum[];        the scales and the sums of their weights
 *     int8 weights[];                                  see the layer
 */
#ifndef INGOT_DYNAMIC_H
#define INGOT_DYNAMIC_H

#include "dynamic_range.h"

typedef struct ingot_dynamic_params {
    float low, high;  /* the fused activation */
    uint32_t in_turn; /* the sum is multiplied by the weights' scale, then by the input's; else by their product */
    uint32_t reserved;
} ingot_dynamic_params;

typedef struct ingot_dynamic_channels {
    const float *bias, *scale;
    const int32_t *sums;
    const int8_t *weights;
} ingot_dynamic_channels;

INGOT_INLINE ingot_dynamic_channels ingot_dynamic_channels_of(const void *params, unsigned channels)
{
    const float *bias = (const float *)((const ingot_dynamic_params *)params + 1);
    const int32_t *sums = (const int32_t *)(bias + 2 * channels);
    return (ingot_dynamic_channels){bias, bias + channels, sums, (const int8_t *)(sums + channels)};
}

/* A result of channel c. products: the sum over stored numbers times weights. */
INGOT_INLINE float ingot_dynamic_result(const ingot_dynamic_params *p, const ingot_dynamic_channels *all, unsigned c,
                                        int32_t products, const ingot_dynamic_scale *scale)
{
    const float sum = (float)(products - scale->zero * all->sums[c]);
    const float scaled = p->in_turn ? sum * all->scale[c] * scale->scale : sum * (scale->scale * all->scale[c]);
    return ingot_clamp_f32(all->bias[c] + scaled, p->low, p->high);
}

#endif
