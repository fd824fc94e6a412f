/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup16.h"

#include "real.h"

void ingot_lookup16_rows(const ingot_lookup16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                         unsigned n)
{
    for (; n; n--, y++) {
        const int16_t *from = in + ingot_row_offset(y, k->in_ring, k->row_elements);
        int16_t *to = out + ingot_row_offset(y, k->out_ring, k->row_elements);
        for (uint32_t left = k->row_elements; left; left--)
            *to++ = ingot_lookup16_one(*from++, params);
    }
}

void ingot_lookup16_sqrt(const ingot_lookup16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                         unsigned n)
{
    const float *scales = params;
    for (; n; n--, y++) {
        const int16_t *from = in + ingot_row_offset(y, k->in_ring, k->row_elements);
        int16_t *to = out + ingot_row_offset(y, k->out_ring, k->row_elements);
        for (uint32_t left = k->row_elements; left; left--, from++) {
            const float root = ingot_sqrtf(scales[0] * (float)(*from < 0 ? 0 : *from)) / scales[1];
            *to++ = (int16_t)(root < 32767.0f ? (int32_t)root : 32767);
        }
    }
}
