/* SPDX-License-Identifier: Apache-2.0 */
#include "dynamic_fully_connected.h"

#include "dynamic_dots.h"

void ingot_dynamic_fully_connected_s8(const ingot_dynamic_fully_connected *k, const int8_t *in,
                                      const ingot_dynamic_scale *scales, float *out, const void *params, unsigned y,
                                      unsigned n)
{
    const ingot_dynamic_channels all = ingot_dynamic_channels_of(params, k->channels);
    for (; n; n--, y++) {
        const int8_t *from = in + ingot_row_offset(y, k->in0_ring, k->vectors * k->depth);
        float *to = out + ingot_row_offset(y, k->out_ring, k->vectors * k->channels);
        for (unsigned i = 0; i < k->vectors; i++, from += k->depth, to += k->channels)
            ingot_dynamic_dots(params, &all, from, k->depth, 0, k->channels, &scales[y * k->vectors + i], to);
    }
}
