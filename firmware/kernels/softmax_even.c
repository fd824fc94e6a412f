/* SPDX-License-Identifier: Apache-2.0 */
/* SOFTMAX of int8 with the arithmetic of QDQ models (ingot/compiler/even/formulas.py). */
#include "softmax.h"

#include "requantize_even.h"

typedef struct softmax_even_params {
    float scale;
    int32_t zero_point, low, high;
    int32_t powers[256];
} softmax_even_params;

static void group(const softmax_even_params *p, const int8_t *in, int8_t *out, uint32_t depth)
{
    int32_t most = INT8_MIN, bits;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < depth; i++)
        most = in[i] > most ? in[i] : most;
    for (uint32_t i = 0; i < depth; i++)
        sum += (uint32_t)p->powers[most - in[i]];
    const float scale = 1.0f / ((float)sum * p->scale);
    memcpy(&bits, &scale, sizeof bits);
    for (uint32_t i = 0; i < depth; i++)
        out[i] = (int8_t)ingot_clamp(ingot_requantize_even(p->powers[most - in[i]], 0, bits, p->zero_point), p->low,
                                     p->high);
}

void ingot_softmax_even_s8(const ingot_softmax *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                           unsigned n)
{
    const uint32_t row = k->groups * k->depth;
    for (; n; n--, y++) {
        const int8_t *from = in + ingot_row_offset(y, k->in_ring, row);
        int8_t *to = out + ingot_row_offset(y, k->out_ring, row);
        for (uint32_t i = 0; i < k->groups; i++)
            group(params, from + i * k->depth, to + i * k->depth, k->depth);
    }
}
