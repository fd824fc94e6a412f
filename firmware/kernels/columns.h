/* SPDX-License-Identifier: Apache-2.0 */
/* Copies the columns under windows side by side to contiguous bytes: columns, rows, channels. Neighbouring windows share
 * the columns where they overlap; the next window begins stride_w columns after the last. */
#ifndef INGOT_COLUMNS_H
#define INGOT_COLUMNS_H

#include "patch.h"

/* Bytes of a column. */
INGOT_INLINE unsigned ingot_column_bytes(const ingot_conv2d *k)
{
    return k->kernel_h * k->in_c;
}

/* `count` pixels of `bytes` that follow each other, to places `apart` bytes apart. */
static void ingot_columns_copy(int8_t *to, unsigned apart, const int8_t *from, unsigned bytes, unsigned count)
{
#if INGOT_MVE
    if (bytes == 1 && 15 * apart < 256) {
        const uint8x16_t places = vmulq_n_u8(vidupq_n_u8(0, 1), (uint8_t)apart);
        for (int left = (int)count; left > 0; left -= 16, to += 16 * apart, from += 16)
            vstrbq_scatter_offset_p_s8(to, places, vld1q_s8(from), vctp8q((unsigned)left));
        return;
    }
    if (bytes == 16) {
        for (; count; count--, to += apart, from += 16)
            vst1q_s8(to, vld1q_s8(from));
        return;
    }
#else
    if (bytes == 1) {
        for (; count; count--, to += apart)
            *to = *from++;
        return;
    }
#endif
    for (; count; count--, to += apart, from += bytes)
        ingot_patch_copy(to, from, bytes);
}

/* The columns under the windows x..x+count-1 of row y; neither dilated in width nor of groups. */
static void ingot_columns(const ingot_conv2d *k, const int8_t *image, int32_t zero, int y, unsigned x, unsigned count,
                          int8_t *to)
{
    const unsigned apart = ingot_column_bytes(k), channels = k->in_c;
    const int left = (int)(x * k->stride_w) - k->pad_left;
    const int columns = (int)((count - 1) * k->stride_w) + k->kernel_w;
    /* Columns inside the image. */
    const int first = left >= 0 ? 0 : -left < columns ? -left : columns;
    const int end = left + columns <= k->in_w ? columns : k->in_w - left;
    const unsigned inside = end > first ? (unsigned)(end - first) : 0;
    if (first)
        ingot_patch_fill(to, zero, (unsigned)first * apart);
    to += (unsigned)first * apart;
    if ((int)inside < columns - first)
        ingot_patch_fill(to + inside * apart, zero, ((unsigned)(columns - first) - inside) * apart);
    if (!inside)
        return;
    int in_y = y * k->stride_h - k->pad_top;
    image += (left + first) * (int)channels;
    for (unsigned i = k->kernel_h; i; i--, in_y += k->dilation_h, to += channels) {
        if (in_y >= 0 && in_y < k->in_h) {
            const int8_t *row = image + ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * channels);
            ingot_columns_copy(to, apart, row, channels, inside);
        } else {
            int8_t *pixel = to;
            for (unsigned done = 0; done < inside; done++, pixel += apart)
                ingot_patch_fill(pixel, zero, channels);
        }
    }
}

#endif
