/* SPDX-License-Identifier: Apache-2.0 */
/* Sums to results with the DSP instructions of Cortex-M4, M7 and M33, as assembly: ingot_requantize_dsp(), the zero point
 * and the clamps; and a quick form of it for results that saturate at -128 and 127.
 */
#ifndef INGOT_SCALE_DSP_H
#define INGOT_SCALE_DSP_H

#include "mac_params.h"
#include "requantize_dsp.h"

#if INGOT_DSP

/* Of one output channel. left: shift before the product; quick: one more than that. offset: quick: what rounds, and the
 * zero point, both before the shift to the right. */
typedef struct ingot_scale {
    int32_t left, multiplier, offset, right;
} ingot_scale;

/* Whether the quick form suits the clamps: ties may go up where what is below the zero point saturates. */
INGOT_INLINE int ingot_scale_saturates(const ingot_mac_params *p)
{
    return !(p->flags & INGOT_MAC_BELOW_ZERO) && p->low == INT8_MIN && p->high == INT8_MAX;
}

/* Whether it suits a channel: nothing overflows when a sum is shifted left. Products: below 2^24 together. */
INGOT_INLINE int ingot_scale_is_quick(int32_t bias, int32_t shift)
{
    const uint32_t most = shift > 4 ? 0 : 1u << (28 - (shift > 0 ? shift : 0));
    return shift >= -20 && (uint32_t)bias + most < 2 * most;
}

INGOT_INLINE ingot_scale ingot_scale_of(const ingot_mac_params *p, int32_t multiplier, int32_t shift, int quick)
{
    const int32_t left = shift > 0 ? shift : 0, right = left - shift;
    ingot_scale scale = {left, multiplier, 0, right};
    if (quick) {
        scale.left++;
        scale.offset = p->out_zero * (1 << right) + (right ? 1 << (right - 1) : 0);
    }
    return scale;
}

/* Quick: sums are doubled before SMMULR, so that it rounds as LiteRT does; ties may go up after it, where results below
 * the zero point saturate. */
#define INGOT_SCALE_QUICK(sum, left, multiplier, offset, right)                                                        \
    "lsl " sum ", " sum ", " left "\n"                                                                                 \
    "smmulr " sum ", " sum ", " multiplier "\n"                                                                        \
    "add " sum ", " sum ", " offset "\n"                                                                               \
    "asr " sum ", " sum ", " right "\n"                                                                                \
    "ssat " sum ", #8, " sum "\n"

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
