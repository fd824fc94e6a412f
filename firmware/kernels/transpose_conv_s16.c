/* SPDX-License-Identifier: Apache-2.0 */
#include "transpose_conv.h"

#include "dot16.h"
#include "requantize64.h"

/* The input pixel that a tap takes along one axis, -1 for none. */
static int pixel(int place, int stride, int pixels)
{
    return place >= 0 && place % stride == 0 && place / stride < pixels ? place / stride : -1;
}

/* Sums of 64 bits over the taps that meet a pixel. */
static int64_t window(const ingot_transpose_conv *k, const int16_t *image, const int8_t *weights, int64_t sum, int y,
                      int x)
{
    for (int i = 0; i < k->kernel_h; i++) {
        const int row = pixel(y + k->pad_top - i, k->stride_h, k->in_h);
        if (row < 0)
            continue;
        const int16_t *line = image + ingot_row_offset((unsigned)row, k->in_ring, k->in_w * k->in_c);
        for (int j = 0; j < k->kernel_w; j++) {
            const int column = pixel(x + k->pad_left - j, k->stride_w, k->in_w);
            if (column >= 0)
                sum = ingot_dot_s16_s8(sum, line + column * k->in_c, weights + (i * k->kernel_w + j) * k->in_c,
                                       k->in_c);
        }
    }
    return sum;
}

void ingot_transpose_conv_s16(const ingot_transpose_conv *k, const int16_t *in, int16_t *out, const void *params,
                              unsigned y, unsigned n)
{
    const int32_t *head = params;
    const unsigned pitch = k->out_w * k->out_c, size = (unsigned)(k->in_h * k->in_w * k->in_c);
    const unsigned bytes = 16 + ((unsigned)(k->kernel_h * k->kernel_w * k->in_c) + 3) / 4 * 4;
    const unsigned rows = k->batches == 1 ? n : k->batches * k->out_h; /* a batch has no ring and comes whole */
    for (unsigned i = 0; i < rows; i++, y++) {
        const int16_t *image = in + y / k->out_h * size;
        int16_t *to = out + ingot_row_offset(y, k->out_ring, pitch);
        for (int x = 0; x < k->out_w; x++) {
            const char *channel = (const char *)(head + 4);
            for (unsigned c = k->out_c; c; c--, channel += bytes) {
                const int32_t *words = (const int32_t *)channel;
                int64_t sum = (int64_t)((uint64_t)(uint32_t)words[1] << 32 | (uint32_t)words[0]);
                sum = window(k, image, (const int8_t *)(words + 4), sum, (int)(y % k->out_h), x);
                *to++ = (int16_t)ingot_clamp(ingot_s16_scaled(sum, head, words), head[0], head[1]);
            }
        }
    }
}
