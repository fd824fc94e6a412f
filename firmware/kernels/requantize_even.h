/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of QDQ models (ingot/compiler/frontend/onnx/): exact sums of integers, one product of floats, rounding
 * to nearest with ties to even. Cores without an FPU compute the same with the integers of the compiler's library. */
#ifndef INGOT_REQUANTIZE_EVEN_H
#define INGOT_REQUANTIZE_EVEN_H

#include "ingot_kernel.h"

#if INGOT_MVE
#include <arm_acle.h>
#endif

/* a + b, saturating. */
INGOT_INLINE int32_t ingot_saturating_sum(int32_t a, int32_t b)
{
#if INGOT_MVE || INGOT_DSP
    return __qadd(a, b);
#else
    const int64_t sum = (int64_t)a + b;
    return sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
#endif
}

/* The integer nearest to x, ties to even; of |x| beyond 2^21 some number that far out, with its sign. x is a number. */
INGOT_INLINE int32_t ingot_nearest_even(float x)
{
#if defined(__ARM_FP) && (__ARM_FP & 4)
    int32_t result;
#if defined(__ARM_FEATURE_DIRECTED_ROUNDING)
    __asm__("vcvtn.s32.f32 %0, %1" : "=t"(x) : "t"(x));
#else
    __asm__("vcvtr.s32.f32 %0, %1" : "=t"(x) : "t"(x)); /* FPSCR says nearest unless an application changed it */
#endif
    memcpy(&result, &x, sizeof result);
    return result;
#else
    /* Floats around 1.5 * 2^23 are the integers. */
    const float magic = 12582912.0f, limit = 2097152.0f;
    volatile float shifted = (x < -limit ? -limit : x > limit ? limit : x) + magic;
    return (int32_t)(shifted - magic);
#endif
}

/* nearest((sum + bias) * scale) + zero; bits: of the scale. */
INGOT_INLINE int32_t ingot_requantize_even(int32_t sum, int32_t bias, int32_t bits, int32_t zero)
{
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return ingot_saturating_sum(ingot_nearest_even((float)ingot_saturating_sum(sum, bias) * scale), zero);
}

/* The same of a sum of 64 bits that the bias is in. */
INGOT_INLINE int32_t ingot_requantize_even_wide(int64_t sum, int32_t bits, int32_t zero)
{
    const float real = sum == (int32_t)sum ? (float)(int32_t)sum : (float)sum;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return ingot_saturating_sum(ingot_nearest_even(real * scale), zero);
}

#if INGOT_MVE
/* The same on four sums with their biases, of one scale, and of a scale each. */
INGOT_INLINE int32x4_t ingot_requantize_even_lanes(int32x4_t sum, float32x4_t scales, int32_t zero)
{
    return vqaddq_n_s32(vcvtnq_s32_f32(vmulq_f32(vcvtq_f32_s32(sum), scales)), zero);
}

INGOT_INLINE int32x4_t ingot_requantize_even_x4(int32x4_t sum, int32_t bits, int32_t zero)
{
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return ingot_requantize_even_lanes(sum, vdupq_n_f32(scale), zero);
}
#endif

/* a * b + c, rounded once. */
INGOT_INLINE float ingot_fused(float a, float b, float c)
{
#if defined(__ARM_FEATURE_FMA)
    return __builtin_fmaf(a, b, c);
#else
    /* A product of two floats is exact as a double. A sum that is not is rounded to odd: then rounding it once more
     * gives the same as rounding it once. */
    const double product = (double)a * b;
    double sum = product + c;
    const double part = sum - product, error = (product - (sum - part)) + (c - part);
    int64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if (error != 0 && !(bits & 1)) {
        bits += (error > 0) == (sum > 0) ? 1 : -1;
        memcpy(&sum, &bits, sizeof sum);
    }
    return (float)sum;
#endif
}

#endif
