/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC and TANH as gemmlowp computes them in 16 bits, for the gates of an LSTM. Q0.15 results. squash16_mve.h has
 * them with Helium. */
#ifndef INGOT_FIXED16_H
#define INGOT_FIXED16_H

#include "requantize_dsp.h"

INGOT_INLINE int16_t ingot_clamp16(int32_t x, int32_t low, int32_t high)
{
    return (int16_t)ingot_clamp(x, low, high);
}

INGOT_INLINE int16_t ingot_saturate16(int32_t x)
{
    return ingot_clamp16(x, INT16_MIN, INT16_MAX);
}

/* a * b of Q0.15 numbers, ties up. */
INGOT_INLINE int16_t ingot_high16(int16_t a, int16_t b)
{
    const int32_t x = (a * b + (1 << 14)) >> 15;
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x);
}

/* a * b * multiplier * 2^(shift - 31), saturated. */
INGOT_INLINE int16_t ingot_requantized_product16(int16_t a, int16_t b, int32_t multiplier, int32_t shift)
{
    return ingot_saturate16(ingot_requantize_one(a * b, multiplier, shift));
}

/* a * b / 2^right, ties away from zero, saturated. */
INGOT_INLINE int16_t ingot_product16(int16_t a, int16_t b, int32_t right)
{
    return ingot_saturate16(ingot_rdbypot(a * b, right));
}

/* exp(a) of a <= 0 with integer_bits bits before the point, as Q0.15. */
static inline int16_t ingot_exp16(int16_t a, int integer_bits)
{
    /* exp(-2^e), e = -2..4 */
    static const int16_t factor[] = {25520, 19875, 12055, 4435, 600, 11, 0};
    const int fraction = 15 - integer_bits, quarter = 1 << (fraction - 2);
    const int32_t low = (a & (quarter - 1)) - quarter, remainder = low - a;
    const int16_t x = (int16_t)(low * (1 << integer_bits) + (1 << 12)); /* around -1/8 */
    const int16_t x2 = ingot_high16(x, x), x3 = ingot_high16(x2, x), x4 = ingot_high16(x2, x2);
    const int16_t third = ingot_high16((int16_t)(ingot_rdbypot(x4, 2) + x3), 10923);
    const int16_t rest = (int16_t)(x + ingot_rdbypot(third + x2, 1));
    int16_t result = ingot_saturate16(28918 + ingot_high16(28918, rest));
    if (a == 0)
        return INT16_MAX;
    if (integer_bits > 5 && a < -(1 << (20 - integer_bits))) /* below -32 */
        return 0;
    for (int e = -2; e < integer_bits && e <= 4; e++)
        if (remainder & (1 << (fraction + e)))
            result = ingot_high16(result, factor[e + 2]);
    return result;
}

/* 2 / (1 + x) of x in [0, 1), Q0.15, as Q2.13: three Newton steps. */
static inline int16_t ingot_two_over_one_plus16(int16_t x)
{
    const int16_t half = (int16_t)((x >> 1) + (1 << 14));
    int16_t r = (int16_t)(23130 + ingot_high16(half, -15420));
    for (int i = 0; i < 3; i++) {
        const int16_t rest = (int16_t)((1 << 13) - ingot_high16(half, r));
        r = ingot_saturate16(r + 4 * ingot_high16(r, rest));
    }
    return r;
}

/* -|x| */
INGOT_INLINE int16_t ingot_negative16(int16_t x)
{
    return (int16_t)(x < 0 ? x : -x);
}

/* 1 / (1 + exp(-x)) of x in Q3.12. */
__attribute__((noinline)) static int16_t ingot_logistic16(int16_t x)
{
    const int16_t positive = ingot_saturate16(2 * ingot_two_over_one_plus16(ingot_exp16(ingot_negative16(x), 3)));
    if (x == 0)
        return 1 << 14;
    return (int16_t)(x < 0 ? INT16_MAX - positive : positive);
}

/* tanh(x) of x with integer_bits bits before the point. */
__attribute__((noinline)) static int16_t ingot_tanh16(int16_t x, int integer_bits)
{
    const int16_t inverse = ingot_two_over_one_plus16(ingot_exp16(ingot_negative16(x), integer_bits + 1));
    const int16_t size = ingot_saturate16(4 * (inverse - (1 << 13)));
    if (x == 0)
        return 0;
    return (int16_t)(x < 0 ? -size : size);
}

#endif
