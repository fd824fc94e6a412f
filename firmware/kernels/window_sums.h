/* SPDX-License-Identifier: Apache-2.0 */
/* The sums of the numbers of a window of int8, a few channels at a time. */
#ifndef INGOT_WINDOW_SUMS_H
#define INGOT_WINDOW_SUMS_H

#include "pool_window.h"
#include "requantize_dsp.h"

/* INGOT_SUMS: channels at a time. ingot_sum_place(i): where among the sums that of channel c + i stands.
 * ingot_window_sums() adds the window's numbers of the channels c, c + 1, ... to the sums. */

#if INGOT_MVE

enum { INGOT_SUMS = 8 };

INGOT_INLINE int ingot_sum_place(int i)
{
    return (i & 1) * 4 + i / 2;
}

/* Up to 255 numbers are summed in 16 bits, more of them in parts. */
INGOT_INLINE void ingot_window_sums(const ingot_pool *k, const ingot_pool_window *w, int c, int32_t *sums)
{
    const int channels = k->channels;
    const mve_pred16_t tail = vctp16q((uint32_t)(channels - c));
    int16x8_t part = vdupq_n_s16(0);
    int32x4_t even = vld1q_s32(INGOT_ALIGNED(sums)), odd = vld1q_s32(INGOT_ALIGNED(sums + 4));
    int left = 255;
    for (int i = 0; i < w->rows; i++) {
        const int8_t *from = (const int8_t *)ingot_pool_line(k, w, i, 1) + c;
        for (int j = w->columns; j > 0;) {
            int next = j < left ? j : left;
            j -= next;
            left -= next;
            for (; next; next--, from += channels)
                part = vaddq_s16(part, vldrbq_z_s16(from, tail));
            if (!left) {
                even = vaddq_s32(even, vmovlbq_s16(part));
                odd = vaddq_s32(odd, vmovltq_s16(part));
                part = vdupq_n_s16(0);
                left = 255;
            }
        }
    }
    vst1q_s32(INGOT_ALIGNED(sums), vaddq_s32(even, vmovlbq_s16(part)));
    vst1q_s32(INGOT_ALIGNED(sums + 4), vaddq_s32(odd, vmovltq_s16(part)));
}

#elif INGOT_DSP

enum { INGOT_SUMS = 4 };

INGOT_INLINE int ingot_sum_place(int i)
{
    return i;
}

INGOT_INLINE uint32_t ingot_add_halves(uint32_t a, uint32_t b)
{
    uint32_t sum;
    __asm__("sadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b) : "cc");
    return sum;
}

/* Up to 255 numbers are summed in 16 bits, more of them in parts. Reads up to three bytes past a pixel. */
INGOT_INLINE void ingot_window_sums(const ingot_pool *k, const ingot_pool_window *w, int c, int32_t *sums)
{
    const int channels = k->channels;
    uint32_t even = 0, odd = 0;
    int left = 255;
    for (int i = 0; i < w->rows; i++) {
        const int8_t *from = (const int8_t *)ingot_pool_line(k, w, i, 1) + c;
        for (int j = w->columns; j > 0;) {
            int next = j < left ? j : left;
            j -= next;
            left -= next;
            for (; next; next--, from += channels) {
                const uint32_t four = ingot_word_at(from);
                even = ingot_add_halves(even, (uint32_t)ingot_even_bytes(four));
                odd = ingot_add_halves(odd, (uint32_t)ingot_odd_bytes(four));
            }
            if (!left || (!j && i == w->rows - 1)) {
                sums[0] += (int16_t)even;
                sums[1] += (int16_t)odd;
                sums[2] += (int32_t)even >> 16;
                sums[3] += (int32_t)odd >> 16;
                even = odd = 0;
                left = 255;
            }
        }
    }
}

#else

enum { INGOT_SUMS = 1 };

INGOT_INLINE int ingot_sum_place(int i)
{
    return i;
}

INGOT_INLINE void ingot_window_sums(const ingot_pool *k, const ingot_pool_window *w, int c, int32_t *sums)
{
    for (int i = 0; i < w->rows; i++) {
        const int8_t *from = (const int8_t *)ingot_pool_line(k, w, i, 1) + c;
        for (int j = 0; j < w->columns; j++, from += k->channels)
            *sums += *from;
    }
}

#endif

#endif
