/* SPDX-License-Identifier: Apache-2.0 */
/* The averages of a window of int8. ingot_pool_average(sum, count, block), defined before, divides. */
#ifndef INGOT_AVERAGE_POOL_PIXEL_H
#define INGOT_AVERAGE_POOL_PIXEL_H

#include "pool_window.h"
#include "requantize_dsp.h"

#if INGOT_MVE

/* Eight channels at a time: up to 255 numbers are summed in 16 bits, more of them in parts. The divisions are scalar. */
static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int8_t *to = out;
    const int channels = k->channels, count = w->rows * w->columns;
    for (int c = 0; c < channels; c += 8) {
        const mve_pred16_t tail = vctp16q((uint32_t)(channels - c));
        int16x8_t part = vdupq_n_s16(0);
        int32x4_t even = vdupq_n_s32(0), odd = vdupq_n_s32(0);
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
        int32_t sums[8];
        vst1q_s32(INGOT_ALIGNED(sums), vaddq_s32(even, vmovlbq_s16(part)));
        vst1q_s32(INGOT_ALIGNED(sums + 4), vaddq_s32(odd, vmovltq_s16(part)));
        for (int i = 0; i < 8 && c + i < channels; i++)
            to[c + i] = (int8_t)ingot_clamp(ingot_pool_average(sums[(i & 1) * 4 + i / 2], count, clamps), clamps[0], clamps[1]);
    }
}

#elif INGOT_DSP

INGOT_INLINE uint32_t ingot_add_halves(uint32_t a, uint32_t b)
{
    uint32_t sum;
    __asm__("sadd16 %0, %1, %2" : "=r"(sum) : "r"(a), "r"(b) : "cc");
    return sum;
}

/* Four channels at a time: up to 255 numbers are summed in 16 bits, more of them in parts. Reads up to three bytes past a
 * pixel. */
static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int8_t *to = out;
    const int channels = k->channels, count = w->rows * w->columns;
    for (int c = 0; c < channels; c += 4) {
        int32_t sums[4] = {0};
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
        for (int i = 0; i < 4 && c + i < channels; i++)
            to[c + i] = (int8_t)ingot_clamp(ingot_pool_average(sums[i], count, clamps), clamps[0], clamps[1]);
    }
}

#else

static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int8_t *to = out;
    for (int c = 0; c < k->channels; c++) {
        int32_t sum = 0;
        for (int i = 0; i < w->rows; i++) {
            const int8_t *from = (const int8_t *)ingot_pool_line(k, w, i, 1) + c;
            for (int j = 0; j < w->columns; j++, from += k->channels)
                sum += *from;
        }
        to[c] = (int8_t)ingot_clamp(ingot_pool_average(sum, w->rows * w->columns, clamps), clamps[0], clamps[1]);
    }
}

#endif

#endif
