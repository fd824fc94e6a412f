/* SPDX-License-Identifier: Apache-2.0 */
/* Sums to results with the DSP instructions of Cortex-M4, M7 and M33: ingot_requantize_dsp(), the zero point and the
 * clamps as assembly, and when a quick form is equal to it, for results that saturate at -128 and 127.
 */
#ifndef INGOT_SCALE_DSP_H
#define INGOT_SCALE_DSP_H

#include "mac_params.h"
#include "requantize_dsp.h"

#if INGOT_DSP

/* The quick form doubles a sum, so that SMMULR rounds it as LiteRT does, lowers what is negative by one, adds this number,
 * shifts to the right and saturates. The number rounds, and is the zero point, before a shift of 1..20 to the right.
 * factor: twice the zero point and one more. */
INGOT_INLINE int32_t ingot_scale_offset(int32_t factor, int32_t right)
{
    return (int32_t)((uint32_t)factor << (right & 31)) >> 1;
}

/* Whether the quick form suits the clamps. */
INGOT_INLINE int ingot_scale_saturates(const ingot_mac_params *p)
{
    return p->low == INT8_MIN && p->high == INT8_MAX;
}

/* The shift of a channel in the quick form. A multiplier of 0, of a channel whose weights are next to nothing or of none,
 * gives the zero point with any shift. */
INGOT_INLINE int32_t ingot_scale_shift(int32_t multiplier, int32_t shift)
{
    return multiplier ? shift : -1;
}

/* Whether it suits a channel: a doubled sum does not overflow, or counts nothing. Products: below 2^24 together. */
INGOT_INLINE int ingot_scale_is_quick(int32_t bias, int32_t multiplier, int32_t shift)
{
    return !multiplier || (shift < 0 && shift >= -20 && (uint32_t)bias + (1u << 28) < 1u << 29);
}

/* The result of a channel that no products up to `reach` change, less the zero point, in *flat: there are networks with
 * many such channels, of next to no weights and a large bias. For shifts to the right; results grow with sums. */
INGOT_INLINE int ingot_scale_is_flat(int32_t bias, int32_t reach, int32_t multiplier, int32_t shift, int32_t *flat)
{
    if (shift >= 0 || (uint32_t)bias + (1u << 30) + (1u << 29) >= 3u << 30)
        return 0;
    *flat = ingot_requantize_dsp(bias - reach, multiplier, shift);
    return *flat == ingot_requantize_dsp(bias + reach, multiplier, shift);
}

/* ingot_requantize_dsp() and the clamps; r10: zero point, r11: low, r12: free, high comes last. */
#define INGOT_SCALE_EXACT(sum, left, multiplier, right)                                                                \
    "lsl " sum ", " sum ", " left "\n"                                                                                 \
    "smull r12, " sum ", " sum ", " multiplier "\n"                                                                    \
    "adds r12, r12, #0x40000000\n"                                                                                     \
    "adc " sum ", " sum ", #0\n"                                                                                       \
    "lsl " sum ", " sum ", #1\n"                                                                                       \
    "orr " sum ", " sum ", r12, lsr #31\n"                                                                             \
    "adds " sum ", " sum ", " sum ", asr #31\n"                                                                        \
    "asrs " sum ", " sum ", " right "\n"                                                                               \
    "adc " sum ", " sum ", #0\n"                                                                                       \
    "add " sum ", " sum ", r10\n"                                                                                      \
    "cmp " sum ", r11\n"                                                                                               \
    "it lt\n"                                                                                                          \
    "movlt " sum ", r11\n"
#define INGOT_SCALE_HIGH(sum)                                                                                          \
    "cmp " sum ", r12\n"                                                                                               \
    "it gt\n"                                                                                                          \
    "movgt " sum ", r12\n"

#endif
#endif
