/* SPDX-License-Identifier: Apache-2.0 */
/* SOFTMAX from int8 to int16: the same sums as of int8, results of 16 bits from -32768 up. */
#include "exp.h"
#include "reciprocal.h"
#include "softmax.h"

#define SUM_BITS 12 /* before the point of the sum of exponentials */

static void group(const int32_t *exp, const int8_t *in, int16_t *out, unsigned depth)
{
    int32_t most = INT8_MIN, sum = 0;
    int over_unit;
    for (unsigned i = 0; i < depth; i++)
        most = in[i] > most ? in[i] : most;
    for (unsigned i = 0; i < depth; i++)
        sum += ingot_rdbypot(exp[most - in[i]], SUM_BITS);
    const int32_t scale = ingot_reciprocal(sum, SUM_BITS, &over_unit);
    for (unsigned i = 0; i < depth; i++) {
        const int32_t x = ingot_rdbypot(ingot_srdhm(scale, exp[most - in[i]]), over_unit + 31 - 16) + INT16_MIN;
        out[i] = (int16_t)ingot_clamp(x, INT16_MIN, INT16_MAX);
    }
}

void ingot_softmax_wide_s8(const ingot_softmax *k, const int8_t *in, int16_t *out, const void *params, unsigned y,
                           unsigned n)
{
    const unsigned pitch = k->groups * k->depth;
    for (; n; n--, y++) {
        const int8_t *from = in + ingot_row_offset(y, k->in_ring, pitch);
        int16_t *to = out + ingot_row_offset(y, k->out_ring, pitch);
        for (unsigned g = k->groups; g; g--, from += k->depth, to += k->depth)
            group(((const ingot_softmax_s8_params *)params)->exp, from, to, k->depth);
    }
}
