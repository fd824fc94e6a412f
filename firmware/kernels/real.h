/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of real numbers without libm, in double precision, exact enough to round to float32 correctly. */
#ifndef INGOT_REAL_H
#define INGOT_REAL_H

#include "exp.h"

/* Square root of x >= 0. */
INGOT_INLINE float ingot_sqrtf(float x)
{
#if defined(__ARM_FP)
    __asm("vsqrt.f32 %0, %0" : "+t"(x)); /* the builtin would call libm for negative numbers */
    return x;
#else
    return __builtin_sqrtf(x);
#endif
}

/* exp() of |x| <= 700. */
static inline double ingot_exp(double x)
{
    double t = x * 1.4426950408889634074;
    int e = (int)(t >= 0 ? t + 0.5 : t - 0.5);
    double r = (x - (double)e * 0.6931471803691238165) - (double)e * 1.9082149292705877e-10;
    double sum = 1.0;
    for (int i = 16; i; i--)
        sum = 1.0 + sum * r / (double)i;
    union {
        uint64_t bits;
        double value;
    } power = {(uint64_t)(1023 + e) << 52};
    return sum * power.value;
}

/* Natural logarithm of a positive, normal number: the exponent, and atanh((m - 1) / (m + 1)) of the mantissa. */
static inline double ingot_log(double x)
{
    union {
        double value;
        uint64_t bits;
    } u = {x};
    int e = (int)(u.bits >> 52) - 1023;
    u.bits = (u.bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
    if (u.value > 1.4142135623730951) {
        u.value *= 0.5;
        e++;
    }
    double z = (u.value - 1.0) / (u.value + 1.0), z2 = z * z, sum = 0.0;
    for (int i = 31; i > 0; i -= 2)
        sum = sum * z2 + 1.0 / (double)i;
    return (double)e * 0.69314718055994530942 + 2.0 * z * sum;
}

/* exp(x) - 1 for x <= 0; a series near 0, where the difference would lose digits. */
static inline double ingot_expm1(double x)
{
    if (x < -0.3)
        return x < -700 ? -1.0 : ingot_exp(x) - 1.0;
    double sum = 1.0;
    for (int i = 16; i > 1; i--)
        sum = 1.0 + sum * x / (double)i;
    return sum * x;
}

static inline double ingot_tanh(double x)
{
    double size = x < 0 ? -x : x;
    double t = size > 20 ? 1.0 : -ingot_expm1(-2.0 * size) / (2.0 + ingot_expm1(-2.0 * size));
    return x < 0 ? -t : t;
}

/* The complementary error function: a Taylor series of erf() up to 2, a continued fraction beyond. */
static inline double ingot_erfc(double x)
{
    double size = x < 0 ? -x : x, result;
    if (size < 2.0) {
        double term = size, sum = size;
        for (int i = 1; i < 40; i++) {
            term *= -size * size / (double)i;
            sum += term / (double)(2 * i + 1);
        }
        result = 1.0 - 1.1283791670955125739 * sum;
    } else {
        double fraction = 0.0;
        for (int i = 60; i; i--)
            fraction = (double)i / 2.0 / (size + fraction);
        result = size > 26 ? 0.0 : ingot_exp(-size * size) * 0.56418958354775628695 / (size + fraction);
    }
    return x < 0 ? 2.0 - result : result;
}

#endif
