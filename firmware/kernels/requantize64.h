/* SPDX-License-Identifier: Apache-2.0 */
/* LiteRT's MultiplyByQuantizedMultiplier for sums of 64 bits: the multiplier is rounded to 16 bits first. */
#ifndef INGOT_REQUANTIZE64_H
#define INGOT_REQUANTIZE64_H

#include "requantize_dsp.h"

/* x * multiplier * 2^(shift - 31), rounded half up; |x| < 2^47, shift in [-31, 7]. */
INGOT_INLINE int32_t ingot_requantize64(int64_t x, int32_t multiplier, int32_t shift)
{
    const int32_t reduced = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
    const int total = 15 - shift;
    return (int32_t)((x * reduced + ((int64_t)1 << (total - 1))) >> total);
}

/* A sum of one output channel, scaled and not clamped. head: of the layer; words: of the channel (conv_s16.h). */
INGOT_INLINE int32_t ingot_s16_scaled(int64_t sum, const int32_t *head, const int32_t *words)
{
    return head[3] ? ingot_requantize_one((int32_t)(uint32_t)sum, words[2], words[3])
                   : ingot_requantize64(sum, words[2], words[3]);
}

#endif
