/* SPDX-License-Identifier: Apache-2.0 */
/* Powers, remainders and circular functions of float32 without libm. */
#ifndef INGOT_POWER_H
#define INGOT_POWER_H

#include "real.h"

INGOT_INLINE uint32_t ingot_bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INGOT_INLINE float ingot_float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* |x| of a finite number as mantissa * 2^exponent; the mantissa has 24 bits at most. */
INGOT_INLINE uint32_t ingot_mantissa(float x, int *exponent)
{
    const uint32_t bits = ingot_bits_of(x) & 0x7fffffff;
    *exponent = (int)(bits >> 23) - 150 + (bits < 0x800000);
    return bits < 0x800000 ? bits : (bits & 0x7fffff) | 0x800000;
}

/* mantissa * 2^exponent, which is a float32 */
static inline float ingot_scaled(uint32_t mantissa, int exponent)
{
    float x = (float)mantissa;
    for (; exponent > 0; exponent--)
        x *= 2.0f;
    for (; exponent < 0; exponent++)
        x *= 0.5f;
    return x;
}

/* The rest of a / b, with the sign of a: exact. */
static inline float ingot_fmodf(float a, float b)
{
    const uint32_t infinite = 0x7f800000, size = ingot_bits_of(a) & 0x7fffffff, other = ingot_bits_of(b) & 0x7fffffff;
    int exponent, least;
    if (size >= infinite || other > infinite || other == 0)
        return __builtin_nanf("");
    if (size < other)
        return a;
    uint32_t rest = ingot_mantissa(a, &exponent);
    const uint32_t divisor = ingot_mantissa(b, &least);
    for (rest %= divisor; exponent > least && rest; exponent--)
        rest = rest * 2 % divisor;
    /* Numbers below the normal ones have the least exponent, so that what is left is never rounded. */
    const float result = ingot_scaled(rest, rest ? least : 0);
    return a < 0 || (ingot_bits_of(a) >> 31) ? -result : result;
}

/* Whether a float32 is a whole number, and odd. */
INGOT_INLINE int ingot_is_whole(float x, int *odd)
{
    const float size = __builtin_fabsf(x);
    const int whole = size >= 8388608.0f || (float)(uint32_t)size == size;
    *odd = whole && size < 16777216.0f && ((uint32_t)size & 1);
    return whole;
}

/* exp() of any number, 0 and infinity included. */
INGOT_INLINE float ingot_exp_to_float(double x)
{
    return x > 100 ? __builtin_inff() : x < -120 ? 0.0f : (float)ingot_exp(x);
}

/* a to the power of b, with the special cases of IEEE 754's pow(). */
static inline float ingot_powf(float a, float b)
{
    const float inf = __builtin_inff(), size = __builtin_fabsf(a);
    int odd = 0;
    const int whole = ingot_is_nan(b) || b == inf || b == -inf ? 0 : ingot_is_whole(b, &odd);
    if (b == 0.0f || a == 1.0f)
        return 1.0f;
    if (ingot_is_nan(a) || ingot_is_nan(b))
        return a + b;
    if (b == inf || b == -inf)
        return size == 1.0f ? 1.0f : (size > 1.0f) == (b > 0) ? inf : 0.0f;
    const int negative = (int)(ingot_bits_of(a) >> 31) && odd;
    float result;
    if (size == 0.0f)
        result = b < 0 ? inf : 0.0f;
    else if (size == inf)
        result = b < 0 ? 0.0f : inf;
    else if (a < 0 && !whole)
        return __builtin_nanf("");
    else
        result = ingot_exp_to_float((double)b * ingot_log((double)size));
    return negative ? -result : result;
}

/* sin() and cos() on [-pi/4, pi/4]. */
static inline double ingot_sin_near(double x)
{
    const double x2 = x * x;
    double sum = 1.0;
    for (int i = 15; i > 1; i -= 2)
        sum = 1.0 - sum * x2 / (double)(i * (i - 1));
    return sum * x;
}

static inline double ingot_cos_near(double x)
{
    const double x2 = x * x;
    double sum = 1.0;
    for (int i = 16; i > 0; i -= 2)
        sum = 1.0 - sum * x2 / (double)(i * (i - 1));
    return sum;
}

/* 32 bits of 2/pi, of which the first has the weight 2^-first. */
static inline uint32_t ingot_two_over_pi(int first)
{
    static const uint32_t words[] = {0,          0xa2f9836e, 0x4e441529, 0xfc2757d1,
                                     0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab};
    const unsigned at = (unsigned)(first + 31);
    const uint64_t pair = (uint64_t)words[at / 32] << 32 | words[at / 32 + 1];
    return (uint32_t)(pair << at % 32 >> 32);
}

/* The angle less a multiple of pi/2, at most pi/4 away from 0; *quarter: that multiple, modulo 4. Finite numbers only.
 * After Payne and Hanek: of the product with 2/pi only the bits around the point are worked out. */
static inline double ingot_quarter(float x, unsigned *quarter)
{
    int exponent;
    const uint32_t mantissa = ingot_mantissa(x, &exponent);
    if (exponent < -29) { /* |x| < 1/32 */
        *quarter = 0;
        return (double)x;
    }
    const int first = exponent - 1;
    const uint64_t low = (uint64_t)mantissa * ingot_two_over_pi(first + 64);
    const uint64_t middle = (uint64_t)mantissa * ingot_two_over_pi(first + 32) + (low >> 32);
    const uint64_t high = (uint64_t)mantissa * ingot_two_over_pi(first) + (middle >> 32);
    const uint64_t turns = high << 32 | (uint32_t)middle; /* quarters in units of 2^-62 */
    const int64_t rest = (int64_t)(turns << 2);
    const unsigned whole = (unsigned)(turns >> 62) + (rest < 0);
    const double angle = (double)rest * 5.421010862427522e-20 * 1.5707963267948966;
    *quarter = (x < 0 ? 0u - whole : whole) & 3;
    return x < 0 ? -angle : angle;
}

static inline float ingot_circular(float x, unsigned turned)
{
    unsigned quarter;
    if (!(__builtin_fabsf(x) <= 3.402823466e38f))
        return __builtin_nanf("");
    const double angle = ingot_quarter(x, &quarter);
    quarter = (quarter + turned) & 3;
    const double value = quarter & 1 ? ingot_cos_near(angle) : ingot_sin_near(angle);
    return (float)(quarter & 2 ? -value : value);
}

INGOT_INLINE float ingot_sinf(float x)
{
    return ingot_circular(x, 0);
}

INGOT_INLINE float ingot_cosf(float x)
{
    return ingot_circular(x, 1);
}

#endif
