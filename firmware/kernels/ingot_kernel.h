/* SPDX-License-Identifier: Apache-2.0 */
/* What every kernel shares: the calling convention, row addressing, requantization.
 *
 * A kernel is one C function
 *
 *     void ingot_<kernel>(const ingot_<descriptor> *k, const T *in..., T *out..., const void *params,
 *                         unsigned y, unsigned n);
 *
 * that produces the n rows y, y+1, ... of its output. The descriptor *k holds numbers that follow from shapes and from
 * the memory plan; it holds no pointer, so that it can stay in flash in a relocatable image. params is the call's block
 * in the initializer: everything that retraining can change. Kernels keep no state and allocate nothing;
 * one whose call asks for scratch gets a `void *scratch` between the outputs and params. Tensors, scratch and params are
 * 8-aligned, rows of a tensor and members of params are aligned to their elements.
 *
 * A tensor's rows are `pitch` bytes apart. A ring keeps `ring` rows, row y in slot y % ring; ring == 0 means that all
 * rows are there.
 */
#ifndef INGOT_KERNEL_H
#define INGOT_KERNEL_H

#include <stdint.h>
#include <string.h>

/* The instruction set the kernels are compiled for: exactly one is 1. */
#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 1) && !defined(INGOT_PORTABLE)
#define INGOT_MVE 1
#include <arm_mve.h>
#else
#define INGOT_MVE 0
#endif
#if !INGOT_MVE && defined(__ARM_FEATURE_DSP) && !defined(INGOT_PORTABLE)
#define INGOT_DSP 1
#include <arm_acle.h>
#else
#define INGOT_DSP 0
#endif

#define INGOT_INLINE static inline __attribute__((always_inline))

/* The core faults on a vector load or store of 16- or 32-bit elements whose address is not a multiple of the element's
 * size; QEMU lets it pass. So every such pointer is written INGOT_ALIGNED(pointer), which is the pointer, and assembly
 * that loads or stores so stands behind INGOT_CHECK_ALIGNED(pointer, size of an element). In a build with
 * INGOT_CHECK_ALIGNMENT both stop a kernel whose pointer is not aligned; else nothing is compiled for them. */
#ifdef INGOT_CHECK_ALIGNMENT
INGOT_INLINE uintptr_t ingot_aligned_address(uintptr_t address, uintptr_t size)
{
    if (address % size)
        __builtin_trap();
    return address;
}
#define INGOT_CHECK_ALIGNED(pointer, size) ((void)ingot_aligned_address((uintptr_t)(pointer), (size)))
#define INGOT_ALIGNED(pointer)                                                                                         \
    ((__typeof__(&(pointer)[0]))ingot_aligned_address((uintptr_t)(pointer), sizeof *(pointer)))
#else
#define INGOT_CHECK_ALIGNED(pointer, size) ((void)0)
#define INGOT_ALIGNED(pointer) (pointer)
#endif

/* Address of row y of a tensor that starts at base. */
INGOT_INLINE uintptr_t ingot_row_offset(unsigned y, unsigned ring, unsigned pitch)
{
    return (uintptr_t)(ring ? y % ring : y) * pitch;
}

/* Saturating, rounding, doubling high multiply of gemmlowp: (a * b * 2 + 2^31) >> 32 with ties away from zero. */
INGOT_INLINE int32_t ingot_srdhm(int32_t a, int32_t b)
{
    int64_t ab = (int64_t)a * b;
    int64_t nudge = ab >= 0 ? (1LL << 30) : (1 - (1LL << 30));
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    return (int32_t)((ab + nudge) / (1LL << 31));
}

/* x / 2^e, rounded to nearest, ties away from zero; 0 <= e <= 31. */
INGOT_INLINE int32_t ingot_rdbypot(int32_t x, int e)
{
    int32_t mask = (int32_t)((1U << e) - 1);
    int32_t rest = x & mask;
    int32_t threshold = (mask >> 1) + (x < 0);
    return (x >> e) + (rest > threshold);
}

/* LiteRT's MultiplyByQuantizedMultiplier with double rounding (the form its reference CONV_2D uses):
 * x * multiplier * 2^(shift - 31). shift in [-31, 30]. */
INGOT_INLINE int32_t ingot_requantize(int32_t x, int32_t multiplier, int32_t shift)
{
    int left = shift > 0 ? shift : 0;
    int right = shift > 0 ? 0 : -shift;
    return ingot_rdbypot(ingot_srdhm((int32_t)((uint32_t)x << left), multiplier), right);
}

INGOT_INLINE int32_t ingot_clamp(int32_t x, int32_t lo, int32_t hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* Of its vectors, clang 14 compares two numbers in a way that is never true of x != x (Helium: LT is true of NaN). */
INGOT_INLINE int ingot_is_nan(float x)
{
#if defined(__clang__)
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & 0x7fffffff) > 0x7f800000;
#else
    return x != x;
#endif
}

/* One comparison after the other: NaN stays NaN, as in LiteRT. */
INGOT_INLINE float ingot_clamp_f32(float x, float lo, float hi)
{
    x = x < lo ? lo : x;
    return x > hi ? hi : x;
}

#endif
