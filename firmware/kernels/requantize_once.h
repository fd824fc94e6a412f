/* SPDX-License-Identifier: Apache-2.0 */
/* Requantization that rounds once, as a product of doubles does (ingot/compiler/kernels/exact_multiplier.py). */
#ifndef INGOT_REQUANTIZE_ONCE_H
#define INGOT_REQUANTIZE_ONCE_H

#include "ingot_kernel.h"

/* sum * (high * 2^32 + low) / 2^(63 + right), ties away from zero. */
static inline int32_t ingot_requantize_once(int32_t sum, uint32_t high, uint32_t low, int32_t right)
{
    const uint32_t size = sum < 0 ? 0u - (uint32_t)sum : (uint32_t)sum;
    uint64_t product = (uint64_t)size * high + ((uint64_t)size * low >> 32);
    /* A multiplier of 1/2 or more: with 61 bits left of the point there is no room to shift, and no need to. */
    if (right < 1) {
        const int left = 1 - right;
        product = product >> (62 - left) ? (uint64_t)1 << 62 : product << left;
        right = 1;
    }
    const int64_t result = (int64_t)(((product >> 31) + ((uint64_t)1 << (right - 1))) >> right);
    return (int32_t)(sum < 0 ? -result : result);
}

#endif
