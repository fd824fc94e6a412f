/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC and TANH as gemmlowp computes them in 16 bits, for the gates of an LSTM. Q0.15 results. Of eight numbers at a
 * time with Helium, else of one. */
#ifndef INGOT_FIXED16_H
#define INGOT_FIXED16_H

#include "requantize_dsp.h"
#include "vector.h"

#if INGOT_MVE
enum { INGOT_LANES16 = 8 };
typedef int16x8_t ingot_int16;
typedef mve_pred16_t ingot_choice16;

INGOT_INLINE ingot_int16 ingot_all16(int32_t x)
{
    return vdupq_n_s16((int16_t)x);
}

INGOT_INLINE ingot_int16 ingot_add16(ingot_int16 a, ingot_int16 b)
{
    return vqaddq_s16(a, b);
}

INGOT_INLINE ingot_int16 ingot_sub16(ingot_int16 a, ingot_int16 b)
{
    return vqsubq_s16(a, b);
}

INGOT_INLINE ingot_int16 ingot_and16(ingot_int16 a, int32_t mask)
{
    return vandq_s16(a, ingot_all16(mask));
}

INGOT_INLINE ingot_choice16 ingot_below16(ingot_int16 a, int32_t limit)
{
    return vcmpltq_n_s16(a, (int16_t)limit);
}

INGOT_INLINE ingot_choice16 ingot_equal16(ingot_int16 a, int32_t x)
{
    return vcmpeqq_n_s16(a, (int16_t)x);
}

INGOT_INLINE ingot_int16 ingot_choose16(ingot_choice16 which, ingot_int16 yes, ingot_int16 no)
{
    return vpselq_s16(yes, no, which);
}

/* a * b of Q0.15 numbers, ties up. */
INGOT_INLINE ingot_int16 ingot_high16(ingot_int16 a, ingot_int16 b)
{
    return vqrdmulhq_s16(a, b);
}

/* x * 2^by with saturation, by >= 0. */
INGOT_INLINE ingot_int16 ingot_shl16(ingot_int16 x, int32_t by)
{
    return vqshlq_r_s16(x, by);
}

/* x / 2^by, ties away from zero, by > 0. */
INGOT_INLINE ingot_int16 ingot_shr16(ingot_int16 x, int32_t by)
{
    return vrshlq_n_s16(vqaddq_s16(x, vshrq_n_s16(x, 15)), -by);
}

INGOT_INLINE ingot_int16 ingot_clamp16(ingot_int16 x, int32_t low, int32_t high)
{
    return vminq_s16(vmaxq_s16(x, ingot_all16(low)), ingot_all16(high));
}

/* a * b * multiplier * 2^(shift - 31), saturated. */
INGOT_INLINE ingot_int16 ingot_requantized_product16(ingot_int16 a, ingot_int16 b, int32_t multiplier, int32_t shift)
{
    const int32x4_t even = ingot_requantize_x4(vmullbq_int_s16(a, b), multiplier, shift);
    return vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), even),
                        ingot_requantize_x4(vmulltq_int_s16(a, b), multiplier, shift));
}

/* a * b / 2^right, ties away from zero, saturated. */
INGOT_INLINE ingot_int16 ingot_product16(ingot_int16 a, ingot_int16 b, int32_t right)
{
    return vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), ingot_rdbypot_x4(vmullbq_int_s16(a, b), right)),
                        ingot_rdbypot_x4(vmulltq_int_s16(a, b), right));
}
#else
enum { INGOT_LANES16 = 1 };
typedef int16_t ingot_int16;
typedef int ingot_choice16;

INGOT_INLINE ingot_int16 ingot_clamp16(int32_t x, int32_t low, int32_t high)
{
    return (int16_t)ingot_clamp(x, low, high);
}

INGOT_INLINE ingot_int16 ingot_all16(int32_t x)
{
    return (int16_t)x;
}

INGOT_INLINE ingot_int16 ingot_add16(ingot_int16 a, ingot_int16 b)
{
    return ingot_clamp16(a + b, INT16_MIN, INT16_MAX);
}

INGOT_INLINE ingot_int16 ingot_sub16(ingot_int16 a, ingot_int16 b)
{
    return ingot_clamp16(a - b, INT16_MIN, INT16_MAX);
}

INGOT_INLINE ingot_int16 ingot_and16(ingot_int16 a, int32_t mask)
{
    return (int16_t)(a & mask);
}

INGOT_INLINE ingot_choice16 ingot_below16(ingot_int16 a, int32_t limit)
{
    return a < limit;
}

INGOT_INLINE ingot_choice16 ingot_equal16(ingot_int16 a, int32_t x)
{
    return a == x;
}

INGOT_INLINE ingot_int16 ingot_choose16(ingot_choice16 which, ingot_int16 yes, ingot_int16 no)
{
    return which ? yes : no;
}

INGOT_INLINE ingot_int16 ingot_high16(ingot_int16 a, ingot_int16 b)
{
    const int32_t x = (a * b + (1 << 14)) >> 15;
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x);
}

INGOT_INLINE ingot_int16 ingot_shl16(ingot_int16 x, int32_t by)
{
    return ingot_clamp16(x * (1 << by), INT16_MIN, INT16_MAX);
}

INGOT_INLINE ingot_int16 ingot_shr16(ingot_int16 x, int32_t by)
{
    return (int16_t)ingot_rdbypot(x, by);
}

INGOT_INLINE ingot_int16 ingot_requantized_product16(ingot_int16 a, ingot_int16 b, int32_t multiplier, int32_t shift)
{
    return ingot_clamp16(ingot_requantize_one(a * b, multiplier, shift), INT16_MIN, INT16_MAX);
}

INGOT_INLINE ingot_int16 ingot_product16(ingot_int16 a, ingot_int16 b, int32_t right)
{
    return ingot_clamp16(ingot_rdbypot(a * b, right), INT16_MIN, INT16_MAX);
}
#endif

/* exp(a) of a <= 0 with integer_bits bits before the point, as Q0.15. */
static inline ingot_int16 ingot_exp16(ingot_int16 a, int integer_bits)
{
    /* exp(-2^e), e = -2..4 */
    static const int16_t factor[] = {25520, 19875, 12055, 4435, 600, 11, 0};
    const int fraction = 15 - integer_bits, quarter = 1 << (fraction - 2);
    const ingot_int16 low = ingot_sub16(ingot_and16(a, quarter - 1), ingot_all16(quarter));
    const ingot_int16 x = ingot_add16(ingot_shl16(low, integer_bits), ingot_all16(1 << 12)); /* around -1/8 */
    const ingot_int16 x2 = ingot_high16(x, x), x3 = ingot_high16(x2, x), x4 = ingot_high16(x2, x2);
    const ingot_int16 third = ingot_high16(ingot_add16(ingot_shr16(x4, 2), x3), ingot_all16(10923));
    const ingot_int16 rest = ingot_add16(x, ingot_shr16(ingot_add16(third, x2), 1));
    ingot_int16 result = ingot_add16(ingot_all16(28918), ingot_high16(ingot_all16(28918), rest));
    const ingot_int16 remainder = ingot_sub16(low, a);
    for (int e = -2; e < integer_bits && e <= 4; e++) {
        const ingot_choice16 skipped = ingot_equal16(ingot_and16(remainder, 1 << (fraction + e)), 0);
        result = ingot_choose16(skipped, result, ingot_high16(result, ingot_all16(factor[e + 2])));
    }
    if (integer_bits > 5)
        result = ingot_choose16(ingot_below16(a, -(1 << (20 - integer_bits))), ingot_all16(0), result); /* below -32 */
    return ingot_choose16(ingot_equal16(a, 0), ingot_all16(INT16_MAX), result);
}

/* 2 / (1 + x) of x in [0, 1), Q0.15, as Q2.13: three Newton steps. */
static inline ingot_int16 ingot_two_over_one_plus16(ingot_int16 x)
{
    const ingot_int16 half = ingot_add16(x >> 1, ingot_all16(1 << 14));
    ingot_int16 r = ingot_add16(ingot_all16(23130), ingot_high16(half, ingot_all16(-15420)));
    for (int i = 0; i < 3; i++) {
        const ingot_int16 rest = ingot_sub16(ingot_all16(1 << 13), ingot_high16(half, r));
        r = ingot_add16(r, ingot_shl16(ingot_high16(r, rest), 2));
    }
    return r;
}

INGOT_INLINE ingot_int16 ingot_minus16(ingot_int16 x)
{
    return ingot_sub16(ingot_all16(0), x);
}

/* -|x| */
INGOT_INLINE ingot_int16 ingot_negative16(ingot_int16 x)
{
    return ingot_choose16(ingot_below16(x, 0), x, ingot_minus16(x));
}

/* 1 / (1 + exp(-x)) of x in Q3.12. */
static inline ingot_int16 ingot_logistic16(ingot_int16 x)
{
    const ingot_int16 exp = ingot_exp16(ingot_negative16(x), 3);
    const ingot_int16 positive = ingot_shl16(ingot_two_over_one_plus16(exp), 1);
    const ingot_int16 negative = ingot_sub16(ingot_all16(INT16_MAX), positive);
    return ingot_choose16(ingot_equal16(x, 0), ingot_all16(1 << 14),
                          ingot_choose16(ingot_below16(x, 0), negative, positive));
}

/* tanh(x) of x with integer_bits bits before the point. */
static inline ingot_int16 ingot_tanh16(ingot_int16 x, int integer_bits)
{
    const ingot_int16 exp = ingot_exp16(ingot_negative16(x), integer_bits + 1);
    const ingot_int16 size = ingot_shl16(ingot_sub16(ingot_two_over_one_plus16(exp), ingot_all16(1 << 13)), 2);
    return ingot_choose16(ingot_equal16(x, 0), ingot_all16(0), ingot_choose16(ingot_below16(x, 0), ingot_minus16(size), size));
}

#endif
