/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize.h"

#include "requantize_even.h"

#define QUANTIZE(name, type, least, most)                                                                              \
    void ingot_##name(const ingot_quantize *k, const float *in, type *out, const void *params, unsigned y, unsigned n) \
    {                                                                                                                  \
        const ingot_quantize_params *p = params;                                                                       \
        for (; n; n--, y++) {                                                                                          \
            const float *from = in + ingot_row_offset(y, k->in_ring, k->row_elements);                                 \
            type *to = out + ingot_row_offset(y, k->out_ring, k->row_elements);                                        \
            for (uint32_t left = k->row_elements; left; left--, from++, to++) {                                        \
                const float quotient = *from / p->scale;                                                               \
                const int32_t code = ingot_is_nan(quotient) ? 0 : ingot_nearest_even(quotient);                        \
                *to = (type)ingot_clamp(ingot_saturating_sum(code, p->zero_point), least, most);                       \
            }                                                                                                          \
        }                                                                                                              \
    }

QUANTIZE(quantize_even_f32_s8, int8_t, INT8_MIN, INT8_MAX)
QUANTIZE(quantize_even_f32_s16, int16_t, INT16_MIN, INT16_MAX)
