/* SPDX-License-Identifier: Apache-2.0 */
/* The fixed-point reciprocal of gemmlowp, with which SOFTMAX and LOG_SOFTMAX divide. */
#ifndef INGOT_RECIPROCAL_H
#define INGOT_RECIPROCAL_H

#include "ingot_kernel.h"

/* x * 2^by with saturation; by is 1 or 2. */
INGOT_INLINE int32_t ingot_saturating_shl(int32_t x, int by)
{
    return x > (INT32_MAX >> by) ? INT32_MAX : x < (INT32_MIN >> by) ? INT32_MIN : x * (1 << by);
}

/* 1 / (1 + x) of x in [0, 1), both Q0.31: three Newton steps for 1 / d, d = (1 + x) / 2, from 48/17 - 32/17 * d. */
INGOT_INLINE int32_t ingot_one_over_one_plus(int32_t x)
{
    int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    int32_t r = 1515870810 + ingot_srdhm(half, -1010580540); /* Q2.29 */
    for (int i = 0; i < 3; i++) {
        int32_t rest = (1 << 29) - ingot_srdhm(half, r);
        r += ingot_saturating_shl(ingot_srdhm(r, rest), 2); /* Q4.27 to Q2.29 */
    }
    return ingot_saturating_shl(r, 1); /* half of 1 / d, from Q1.30 */
}

/* Reciprocal of x > 0, which has `integer_bits` bits before its point: Q0.31, to be shifted right by *over_unit. */
INGOT_INLINE int32_t ingot_reciprocal(int32_t x, int integer_bits, int *over_unit)
{
    int headroom = __builtin_clz((uint32_t)x);
    *over_unit = integer_bits - headroom;
    return ingot_one_over_one_plus((int32_t)(((uint32_t)x << headroom) - 0x80000000u));
}

#endif
