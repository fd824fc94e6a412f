/* SPDX-License-Identifier: Apache-2.0 */
/* LiteRT's MultiplyByQuantizedMultiplier for sums of 64 bits: the multiplier is rounded to 16 bits first. */
#ifndef INGOT_REQUANTIZE64_H
#define INGOT_REQUANTIZE64_H

#include "ingot_kernel.h"

/* x * multiplier * 2^(shift - 31), rounded half up; |x| < 2^47, shift in [-31, 7]. */
INGOT_INLINE int32_t ingot_requantize64(int64_t x, int32_t multiplier, int32_t shift)
{
    const int32_t reduced = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
    const int total = 15 - shift;
    return (int32_t)((x * reduced + ((int64_t)1 << (total - 1))) >> total);
}

#endif
