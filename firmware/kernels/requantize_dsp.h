/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers for the DSP instructions of Cortex-M4, M7 and M33. */
#ifndef INGOT_REQUANTIZE_DSP_H
#define INGOT_REQUANTIZE_DSP_H

#include "ingot_kernel.h"

#if INGOT_DSP

INGOT_INLINE uint32_t ingot_word_at(const void *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Bytes 0 and 2 of a word, widened. */
INGOT_INLINE int16x2_t ingot_even_bytes(uint32_t x)
{
    return __sxtb16((int8x4_t)x);
}

/* Bytes 1 and 3, widened. */
INGOT_INLINE int16x2_t ingot_odd_bytes(uint32_t x)
{
    int16x2_t result;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(x));
    return result;
}

/* The upper half of a product, rounded. */
INGOT_INLINE int32_t ingot_smmulr(int32_t a, int32_t b)
{
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}
#endif

#if INGOT_DSP || INGOT_MVE
/* ingot_requantize(). The last bit that is shifted out rounds, after negative numbers are lowered by one; for a shift of
 * 0 the carry of that addition undoes it. */
INGOT_INLINE int32_t ingot_requantize_dsp(int32_t x, int32_t multiplier, int32_t shift)
{
    if (shift > 0) {
        x = (int32_t)((uint32_t)x << shift);
        shift = 0;
    }
    int32_t high = (int32_t)(((int64_t)x * multiplier + (1 << 30)) >> 31);
    __asm__("adds %0, %0, %0, asr #31\n"
            "asrs %0, %0, %1\n"
            "adc %0, %0, #0\n"
            : "+r"(high)
            : "r"(-shift)
            : "cc");
    return high;
}
#endif

/* ingot_requantize() in the quickest form for a single number. */
INGOT_INLINE int32_t ingot_requantize_one(int32_t x, int32_t multiplier, int32_t shift)
{
#if INGOT_DSP || INGOT_MVE
    return ingot_requantize_dsp(x, multiplier, shift);
#else
    return ingot_requantize(x, multiplier, shift);
#endif
}

#endif
