/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of int16 images: with LiteRT's requantization or, with INGOT_EVEN, that of QDQ models.
 * INGOT_CONV_RESULT: the type of the results. */
#ifndef INGOT_CONV_S16_WINDOWS_H
#define INGOT_CONV_S16_WINDOWS_H

#include "conv_s16.h"

#include "dot16.h"
#define INGOT_PATCH_S16
#include "patch.h"
#ifdef INGOT_EVEN
#include "requantize_even.h"
#else
#include "requantize64.h"
#endif

/* A sum as a number of the output, not clamped. words: of the channel. p: of the layer. */
INGOT_INLINE int32_t scaled(int64_t sum, const int32_t *words, const int32_t *p)
{
#ifdef INGOT_EVEN
    return ingot_requantize_even_wide(sum, words[2], p[3]);
#else
    return ingot_s16_scaled(sum, p, words);
#endif
}

/* sum + a window's elements of one channel times their weights; the elements are `apart` apart. */
static int64_t channel_dot(int64_t sum, const int16_t *window, const int8_t *weights, unsigned taps, unsigned apart)
{
#if INGOT_MVE
    const uint16x8_t places = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)apart);
    for (int left = (int)taps; left > 0; left -= 8, window += 8 * apart, weights += 8) {
        const mve_pred16_t some = vctp16q((uint32_t)left);
        const int16x8_t elements = vldrhq_gather_shifted_offset_z_s16(INGOT_ALIGNED(window), places, some);
        sum = vmlaldavaq_s16(sum, elements, vldrbq_z_s16(weights, some));
    }
#else
    for (; taps; taps--, window += apart)
        sum += *window * *weights++;
#endif
    return sum;
}

/* The results of one window: (taps, in_c). */
static void pixel(const ingot_conv_s16 *k, const int16_t *window, INGOT_CONV_RESULT *to, const int32_t *p)
{
    const unsigned depth = k->in_c / k->groups, each = k->out_c / k->groups, taps = k->kernel_h * k->kernel_w;
    const char *at = (const char *)(p + 4);
    for (unsigned group = 0; group < k->groups; group++, window += depth)
        for (unsigned c = 0; c < each; c++) {
            const int32_t *words = (const int32_t *)at;
            const int8_t *weights = (const int8_t *)(words + 4);
            int64_t sum = (int64_t)((uint64_t)(uint32_t)words[1] << 32 | (uint32_t)words[0]);
            if (k->groups == 1)
                sum = ingot_dot_s16_s8(sum, window, weights, taps * depth);
            else if (depth == 1)
                sum = channel_dot(sum, window, weights, taps, k->in_c);
            else
                for (unsigned tap = 0; tap < taps; tap++)
                    sum = ingot_dot_s16_s8(sum, window + tap * k->in_c, weights + tap * depth, depth);
            *to++ = (INGOT_CONV_RESULT)ingot_clamp(scaled(sum, words, p), p[0], p[1]);
            at += 16 + (taps * depth + 3u) / 4 * 4;
        }
}

static void ingot_conv_windows(const ingot_conv_s16 *k, const int16_t *in, INGOT_CONV_RESULT *out, void *scratch,
                               const int32_t *params, unsigned y, unsigned n)
{
    /* To what copies them, elements are two channels of a byte each. */
    const ingot_conv2d bytes = {
        .in_h = k->in_h,
        .in_w = k->in_w,
        .in_c = (uint16_t)(2 * k->in_c),
        .kernel_h = k->kernel_h,
        .kernel_w = k->kernel_w,
        .stride_h = k->stride_h,
        .stride_w = k->stride_w,
        .dilation_h = k->dilation_h,
        .dilation_w = k->dilation_w,
        .pad_top = k->pad_top,
        .pad_left = k->pad_left,
        .groups = 1,
        .in_ring = k->in_ring,
    };
    const unsigned pitch = k->out_w * k->out_c, size = (unsigned)(k->in_h * k->in_w * k->in_c);
    const unsigned rows = k->batches == 1 ? n : k->batches * k->out_h; /* a batch has no ring and comes whole */
    for (unsigned i = 0; i < rows; i++, y++) {
        const int8_t *image = (const int8_t *)(in + y / k->out_h * size);
        INGOT_CONV_RESULT *to = out + ingot_row_offset(y, k->out_ring, pitch);
        for (unsigned x = 0; x < k->out_w; x++, to += k->out_c) {
            ingot_patches(&bytes, image, params[2], (int)(y % k->out_h), x, 1, 0, scratch);
            pixel(k, scratch, to, params);
        }
    }
}

#endif
