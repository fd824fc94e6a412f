/* SPDX-License-Identifier: Apache-2.0 */
#include "log_softmax.h"

#include <float.h>

#include "real.h"
#include "reciprocal.h"

#define SUM_BITS 12   /* before the point of the sum of exponentials */
#define LOG_BITS 5    /* of its logarithm */
#define OUTPUT_BITS 4 /* of the output: its scale is 16/256 */

/* x * 2^by, by of either sign: saturating to the left, rounding to the right. */
static int32_t shifted(int32_t x, int by)
{
    if (by <= 0)
        return ingot_rdbypot(x, -by);
    if (x > (INT32_MAX >> by))
        return INT32_MAX;
    return x < -(INT32_MAX >> by) ? INT32_MIN : (int32_t)((uint32_t)x << by);
}

/* Logarithm of z >= 1 with SUM_BITS bits before the point, as Q5.26: the nearest power of sqrt(2) is taken out, and a
 * quotient of polynomials around 2^(-1/4) gives the rest (LiteRT's log_x_for_x_greater_than_or_equal_to_1). */
static int32_t logarithm(int32_t z)
{
    const int32_t root_half = 1518500250, root_root_half = 1805811301; /* 2^(-1/2), 2^(-1/4), Q0.31 */
    const int point = 31 - (LOG_BITS + 1);                             /* of the accumulator, Q6.25 */
    const int32_t quarter = ingot_rdbypot(1 << 29, LOG_BITS + 1);
    const int headroom_a = __builtin_clz((uint32_t)z);
    const int32_t a = shifted(ingot_srdhm(shifted(z, headroom_a - 1), root_half), 1);
    const int32_t power_a = shifted(SUM_BITS - headroom_a, point) + quarter;
    const int headroom_b = __builtin_clz((uint32_t)ingot_srdhm(z, root_half)) - 1;
    const int32_t b = shifted(z, headroom_b);
    const int32_t power_b = shifted(SUM_BITS - headroom_b, point) - quarter;
    const int32_t r = a < b ? a : b, power = power_a > power_b ? power_a : power_b;
    const int64_t twice = (int64_t)r + root_root_half;
    const int32_t p = (int32_t)((twice + (twice >= 0 ? 1 : -1)) / 2);
    const int32_t q = 2 * (r - root_root_half), square = ingot_srdhm(q, q);
    const int32_t numerator = ingot_srdhm(q, r) + ingot_srdhm(ingot_srdhm(q, square), 117049297);
    const int32_t denominator =
        ingot_srdhm(p, 1057819769 + q + ingot_srdhm(127690142, square)) + ingot_srdhm(638450708, q);
    const int32_t inverse = ingot_one_over_one_plus(denominator);
    const int32_t log = ingot_srdhm(power, 1488522236) + ingot_srdhm(ingot_rdbypot(numerator, LOG_BITS + 1), inverse);
    return shifted(log, 1);
}

static void group_s8(const ingot_log_softmax_params *p, const int8_t *in, int8_t *out, uint32_t depth)
{
    int32_t most = INT8_MIN, sum = 0;
    for (uint32_t i = 0; i < depth; i++)
        most = in[i] > most ? in[i] : most;
    for (uint32_t i = 0; i < depth; i++)
        sum += ingot_rdbypot(p->exp[most - in[i]], SUM_BITS);
    const int32_t log = logarithm(sum);
    const int32_t reach =
        ingot_requantize((int32_t)((uint32_t)log + 0x80000000u), p->reverse_multiplier, p->reverse_shift);
    const int32_t least = p->diff_min - 1 > reach ? p->diff_min - 1 : reach;
    for (uint32_t i = 0; i < depth; i++) {
        int32_t x = INT8_MIN;
        if (in[i] - most > least)
            x = ingot_rdbypot(p->scaled[most - in[i]] - log, 31 - LOG_BITS - OUTPUT_BITS) + INT8_MAX;
        out[i] = (int8_t)ingot_clamp(x, INT8_MIN, INT8_MAX);
    }
}

static void group_f32(const float *in, float *out, uint32_t depth)
{
    float most = in[0], sum = 0;
    for (uint32_t i = 1; i < depth; i++)
        most = in[i] > most ? in[i] : most;
    for (uint32_t i = 0; i < depth; i++)
        sum += ingot_expf(in[i] - most);
    const float log = sum <= FLT_MAX ? (float)ingot_log((double)sum) : sum; /* NaN stays NaN */
    for (uint32_t i = 0; i < depth; i++)
        out[i] = in[i] - most - log;
}

void ingot_log_softmax_s8(const ingot_log_softmax *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                          unsigned n)
{
    const uint32_t pitch = k->groups * k->depth;
    for (; n; n--, y++)
        for (uint32_t g = 0; g < k->groups; g++)
            group_s8(params, in + ingot_row_offset(y, k->in_ring, pitch) + g * k->depth,
                     out + ingot_row_offset(y, k->out_ring, pitch) + g * k->depth, k->depth);
}

void ingot_log_softmax_f32(const ingot_log_softmax *k, const float *in, float *out, const void *params, unsigned y,
                           unsigned n)
{
    const uint32_t pitch = k->groups * k->depth;
    (void)params;
    for (; n; n--, y++)
        for (uint32_t g = 0; g < k->groups; g++)
            group_f32(in + ingot_row_offset(y, k->in_ring, pitch) + g * k->depth,
                      out + ingot_row_offset(y, k->out_ring, pitch) + g * k->depth, k->depth);
}
