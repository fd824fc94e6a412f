/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of depthwise convolutions, and one output value in portable C: the reference for every faster form. */
#ifndef INGOT_DEPTHWISE_WINDOW_H
#define INGOT_DEPTHWISE_WINDOW_H

#include "depthwise.h"
#include "mac_result.h"

#ifdef INGOT_DEPTHWISE_OFFSET
typedef int16_t ingot_depthwise_weight;
#else
typedef int8_t ingot_depthwise_weight;
#endif

/* Bytes of the block that sixteen channels take. */
INGOT_INLINE unsigned ingot_depthwise_group_bytes(const ingot_depthwise *k)
{
    return 16 * (unsigned)sizeof(ingot_depthwise_weight) * k->kernel_h * k->kernel_w + 3 * 16 * (unsigned)sizeof(int32_t);
}

/* Where the words of channel c (0..15) of a group stand. */
INGOT_INLINE unsigned ingot_depthwise_slot(unsigned c)
{
#ifdef INGOT_DEPTHWISE_OFFSET
    return (c & 8) + (c & 1) * 4 + (c & 7) / 2;
#else
    return (c & 1) * 8 + (c & 2) * 2 + c / 4;
#endif
}

/* Bytes of the block from one set of channels to the next. */
INGOT_INLINE unsigned ingot_depthwise_set_bytes(const ingot_depthwise *k)
{
    return (k->in_c + 15u) / 16 * ingot_depthwise_group_bytes(k);
}

INGOT_INLINE int8_t ingot_depthwise_value(const ingot_depthwise *k, const int8_t *image, const ingot_mac_params *p,
                                          int y, int x, unsigned channel)
{
    const int taps = k->kernel_h * k->kernel_w;
    const unsigned in_channel = channel / k->multiplier;
    const int8_t *group = (const int8_t *)(p + 1) + channel % k->multiplier * ingot_depthwise_set_bytes(k) +
                          in_channel / 16 * ingot_depthwise_group_bytes(k);
    const ingot_depthwise_weight *weights = (const ingot_depthwise_weight *)group;
    const int32_t *words = (const int32_t *)(weights + 16 * taps) + ingot_depthwise_slot(in_channel % 16);
    int32_t sum = words[0];
    weights += in_channel % 16;
    for (int ky = 0; ky < k->kernel_h; ky++) {
        const int in_y = y * k->stride_h - k->pad_top + ky * k->dilation_h;
        for (int kx = 0; kx < k->kernel_w; kx++, weights += 16) {
            const int in_x = x * k->stride_w - k->pad_left + kx * k->dilation_w;
            int32_t value = p->in_zero;
            if (in_y >= 0 && in_y < k->in_h && in_x >= 0 && in_x < k->in_w)
                value = image[ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * k->in_c) + (unsigned)in_x * k->in_c +
                              in_channel];
            sum += value * *weights;
        }
    }
    return (int8_t)ingot_clamp(ingot_mac_result(sum, words[16], words[32], p->out_zero), p->low, p->high);
}

#if !INGOT_MVE && !INGOT_DSP
/* `count` values of a pixel, 1 to 16, from channel 16 * group on; each input channel has one output. The reference is
 * ingot_depthwise_value(): here the channels are innermost, which a compiler for a host turns into vectors. */
INGOT_INLINE void ingot_depthwise_group(const ingot_depthwise *k, const int8_t *image, int8_t *to,
                                        const ingot_mac_params *p, int y, int x, unsigned group, unsigned count)
{
    const int8_t *block = (const int8_t *)(p + 1) + group * ingot_depthwise_group_bytes(k);
    const ingot_depthwise_weight *weights = (const ingot_depthwise_weight *)block;
    const int32_t *words = (const int32_t *)(weights + 16 * k->kernel_h * k->kernel_w);
    int32_t sum[16] = {0};
    for (int ky = 0; ky < k->kernel_h; ky++) {
        const int in_y = y * k->stride_h - k->pad_top + ky * k->dilation_h;
        for (int kx = 0; kx < k->kernel_w; kx++, weights += 16) {
            const int in_x = x * k->stride_w - k->pad_left + kx * k->dilation_w;
            if (in_y >= 0 && in_y < k->in_h && in_x >= 0 && in_x < k->in_w) {
                const int8_t *pixel = image + ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * k->in_c) +
                                      (unsigned)in_x * k->in_c + group * 16;
                if (count == 16)
                    for (unsigned c = 0; c < 16; c++)
                        sum[c] += pixel[c] * weights[c];
                else
                    for (unsigned c = 0; c < count; c++)
                        sum[c] += pixel[c] * weights[c];
            } else {
                for (unsigned c = 0; c < 16; c++)
                    sum[c] += p->in_zero * weights[c];
            }
        }
    }
    for (unsigned c = 0; c < count; c++) {
        const int32_t *own = words + ingot_depthwise_slot(c);
        to[c] = (int8_t)ingot_clamp(ingot_mac_result(own[0] + sum[c], own[16], own[32], p->out_zero), p->low, p->high);
    }
}

#endif

/* One row of one image. */
INGOT_INLINE void ingot_depthwise_row_portable(const ingot_depthwise *k, const int8_t *image, int8_t *to,
                                               const ingot_mac_params *p, int y)
{
#if !INGOT_MVE && !INGOT_DSP
    if (k->multiplier == 1) {
        for (int x = 0; x < k->out_w; x++)
            for (unsigned c = 0; c < k->in_c; c += 16) {
                const unsigned count = k->in_c - c < 16 ? k->in_c - c : 16;
                ingot_depthwise_group(k, image, to, p, y, x, c / 16, count);
                to += count;
            }
        return;
    }
#endif
    for (int x = 0; x < k->out_w; x++)
        for (unsigned c = 0; c < k->out_c; c++)
            *to++ = ingot_depthwise_value(k, image, p, y, x, c);
}

/* The pixels under the window of output x of row y; `zeros` stands for those outside the image. channels: k->in_c. */
INGOT_INLINE void ingot_depthwise_taps(const ingot_depthwise *k, unsigned channels, const int8_t *image, int y, int x,
                                       const int8_t *zeros, const int8_t *taps[])
{
    for (int ky = 0, in_y = y * k->stride_h - k->pad_top; ky < k->kernel_h; ky++, in_y += k->dilation_h) {
        const int inside = (unsigned)in_y < k->in_h;
        const int8_t *line = inside ? image + ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * channels) : 0;
        int in_x = x * k->stride_w - k->pad_left;
        for (unsigned kx = k->kernel_w; kx; kx--, in_x += k->dilation_w)
            *taps++ = inside && (unsigned)in_x < k->in_w ? line + (unsigned)in_x * channels : zeros;
    }
}

/* The output pixels of a row whose windows lie between the left and the right edge: the first of them, how many. */
INGOT_INLINE void ingot_depthwise_inside(const ingot_depthwise *k, int kernel_w, int *first, int *count)
{
    *first = (k->pad_left + k->stride_w - 1) / k->stride_w;
    const int last = k->in_w - 1 - (kernel_w - 1) * k->dilation_w + k->pad_left; /* where the rightmost one begins */
    *count = last < 0 ? 0 : last / k->stride_w + 1 - *first;
    if (*first > k->out_w)
        *first = k->out_w;
    if (*count > k->out_w - *first)
        *count = k->out_w - *first;
    if (*count < 0)
        *count = 0;
}

/* Calls row(k, image, out row, params, y) for each of the rows of a kernel call. */
typedef void ingot_depthwise_row(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p,
                                 int y);

INGOT_INLINE void ingot_depthwise_rows(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params,
                                       unsigned y, unsigned n, ingot_depthwise_row *row)
{
    const unsigned pitch = k->out_w * k->out_c;
    if (k->batches == 1) {
        for (; n; n--, y++)
            row(k, in, out + ingot_row_offset(y, k->out_ring, pitch), params, (int)y);
        return;
    }
    for (unsigned image = 0; image < k->batches; image++, in += k->in_h * k->in_w * k->in_c)
        for (unsigned line = 0; line < k->out_h; line++, out += pitch)
            row(k, in, out, params, (int)line);
}

/* Whether images are one pixel wide and stand in memory as they are. */
INGOT_INLINE int ingot_depthwise_is_column(const ingot_depthwise *k)
{
    return k->in_w == 1 && k->out_w == 1 && k->kernel_w == 1 && k->batches == 1 && !(k->in_ring | k->out_ring);
}

/* The same images lying down: one row, whose pixels share what a row prepares. */
INGOT_INLINE ingot_depthwise ingot_depthwise_line(const ingot_depthwise *k)
{
    ingot_depthwise line = *k;
    line.in_h = line.out_h = 1;
    line.in_w = k->in_h;
    line.out_w = k->out_h;
    line.kernel_h = 1;
    line.kernel_w = k->kernel_h;
    line.stride_w = k->stride_h;
    line.dilation_w = k->dilation_h;
    line.pad_top = 0;
    line.pad_left = k->pad_top;
    return line;
}

/* The same for windows that may be one pixel wide. */
INGOT_INLINE void ingot_depthwise_rows_or_line(const ingot_depthwise *k, const int8_t *in, int8_t *out,
                                               const void *params, unsigned y, unsigned n, ingot_depthwise_row *row)
{
    if (n == k->out_h && ingot_depthwise_is_column(k)) {
        const ingot_depthwise line = ingot_depthwise_line(k);
        row(&line, in, out, params, 0);
    } else {
        ingot_depthwise_rows(k, in, out, params, y, n, row);
    }
}

#endif
