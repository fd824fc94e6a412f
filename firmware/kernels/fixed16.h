/* LOGISTIC and TANH as gemmlowp computes them in 16 bits, for the gates of an LSTM. Q0.15 results. */
#ifndef INGOT_FIXED16_H
#define INGOT_FIXED16_H

#include "ingot_kernel.h"

/* a * b of Q0.15 numbers, ties up. */
INGOT_INLINE int16_t ingot_high16(int16_t a, int16_t b)
{
    int32_t x = ((int32_t)a * b + (1 << 14)) >> 15;
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x);
}

/* x * 2^by with saturation, by >= 0. */
INGOT_INLINE int16_t ingot_shl16(int16_t x, int by)
{
    return (int16_t)ingot_clamp((int32_t)x * (1 << by), INT16_MIN, INT16_MAX);
}

/* exp(a) of a <= 0 with integer_bits bits before the point, as Q0.15. */
static inline int16_t ingot_exp16(int16_t a, int integer_bits)
{
    /* exp(-2^e), e = -2..4 */
    static const int16_t factor[] = {25520, 19875, 12055, 4435, 600, 11, 0};
    const int fraction = 15 - integer_bits;
    const int16_t quarter = (int16_t)(1 << (fraction - 2));
    const int16_t low = (int16_t)((a & (quarter - 1)) - quarter);
    const int16_t x = (int16_t)(ingot_shl16(low, integer_bits) + (1 << 12)); /* around -1/8 */
    const int16_t x2 = ingot_high16(x, x), x3 = ingot_high16(x2, x), x4 = ingot_high16(x2, x2);
    const int16_t third = ingot_high16((int16_t)(ingot_rdbypot(x4, 2) + x3), 10923);
    const int16_t rest = (int16_t)ingot_rdbypot((int16_t)(third + x2), 1);
    int16_t result = (int16_t)ingot_clamp(28918 + ingot_high16(28918, (int16_t)(x + rest)), INT16_MIN, INT16_MAX);
    const int16_t remainder = (int16_t)(low - a);
    for (int e = -2; e < integer_bits && e <= 4; e++)
        if (remainder & (1 << (fraction + e)))
            result = ingot_high16(result, factor[e + 2]);
    if (integer_bits > 5 && a < -(1 << (20 - integer_bits))) /* below -32 */
        result = 0;
    return a == 0 ? INT16_MAX : result;
}

/* 2 / (1 + x) of x in [0, 1), Q0.15, as Q2.13: three Newton steps. */
static inline int16_t ingot_two_over_one_plus16(int16_t x)
{
    const int16_t half = (int16_t)(((int32_t)x + INT16_MAX + 1) / 2);
    int16_t r = (int16_t)(23130 + ingot_high16(half, -15420));
    for (int i = 0; i < 3; i++) {
        const int16_t rest = (int16_t)((1 << 13) - ingot_high16(half, r));
        r = (int16_t)(r + ingot_shl16(ingot_high16(r, rest), 2));
    }
    return r;
}

/* 1 / (1 + exp(-x)) of x in Q3.12. */
static inline int16_t ingot_logistic16(int16_t x)
{
    const int16_t exp = ingot_exp16(x > 0 ? (int16_t)-x : x, 3);
    const int16_t positive = ingot_shl16(ingot_two_over_one_plus16(exp), 1);
    return x == 0 ? 1 << 14 : x > 0 ? positive : (int16_t)(INT16_MAX - positive);
}

/* tanh(x) of x with integer_bits bits before the point. */
static inline int16_t ingot_tanh16(int16_t x, int integer_bits)
{
    const int16_t exp = ingot_exp16(x > 0 ? (int16_t)-x : x, integer_bits + 1);
    const int16_t size = ingot_shl16((int16_t)(ingot_two_over_one_plus16(exp) - (1 << 13)), 2);
    return x == 0 ? 0 : x > 0 ? size : (int16_t)-size;
}

#endif
