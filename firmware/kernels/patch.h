/* Copies the window of a convolution to contiguous bytes: rows, columns, channels; the zero point outside the image. */
#ifndef INGOT_PATCH_H
#define INGOT_PATCH_H

#include "conv2d.h"

/* Bytes from one window to the next in the scratch: room for whole vectors. */
INGOT_INLINE unsigned ingot_patch_bytes(const ingot_conv2d *k)
{
    return (k->kernel_h * k->kernel_w * (k->in_c / k->groups) + 15) / 16 * 16 + 16;
}

#if INGOT_MVE
/* Both write whole vectors: up to 15 bytes too many, which the next piece overwrites. */
INGOT_INLINE void ingot_patch_copy(int8_t *to, const int8_t *from, unsigned bytes)
{
    for (int left = (int)bytes; left > 0; left -= 16, to += 16, from += 16)
        vst1q_s8(to, vld1q_s8(from));
}

INGOT_INLINE void ingot_patch_fill(int8_t *to, int32_t value, unsigned bytes)
{
    for (int left = (int)bytes; left > 0; left -= 16, to += 16)
        vst1q_s8(to, vdupq_n_s8((int8_t)value));
}
#else
INGOT_INLINE void ingot_patch_copy(int8_t *to, const int8_t *from, unsigned bytes)
{
    memcpy(to, from, bytes);
}

INGOT_INLINE void ingot_patch_fill(int8_t *to, int32_t value, unsigned bytes)
{
    memset(to, value, bytes);
}
#endif

static void ingot_patch(const ingot_conv2d *k, const int8_t *image, int32_t zero, int y, int x, unsigned group,
                        int8_t *to)
{
    const int channels = k->in_c / k->groups;
    const int row_bytes = k->kernel_w * channels;
    const int left = x * k->stride_w - k->pad_left;
    int in_y = y * k->stride_h - k->pad_top;
    image += (int)group * channels;
    if (k->dilation_w == 1 && k->groups == 1) {
        /* A kernel row is one run of bytes; before and after it may be padding. */
        const int first = left < 0 ? -left : 0;
        const int last = left + k->kernel_w > k->in_w ? k->in_w - left : k->kernel_w;
        const int before = first * channels, inside = last > first ? (last - first) * channels : 0;
        for (unsigned i = k->kernel_h; i; i--, in_y += k->dilation_h, to += row_bytes) {
            if (in_y < 0 || in_y >= k->in_h || !inside) {
                ingot_patch_fill(to, zero, row_bytes);
                continue;
            }
            const int8_t *row = image + ingot_row_offset(in_y, k->in_ring, k->in_w * k->in_c);
            if (before)
                ingot_patch_fill(to, zero, before);
            ingot_patch_copy(to + before, row + (left + first) * channels, inside);
            if (before + inside < row_bytes)
                ingot_patch_fill(to + before + inside, zero, row_bytes - before - inside);
        }
        return;
    }
    for (unsigned i = k->kernel_h; i; i--, in_y += k->dilation_h) {
        int in_x = left;
        for (unsigned j = k->kernel_w; j; j--, in_x += k->dilation_w, to += channels) {
            if (in_y < 0 || in_y >= k->in_h || in_x < 0 || in_x >= k->in_w)
                ingot_patch_fill(to, zero, channels);
            else
                ingot_patch_copy(to, image + ingot_row_offset(in_y, k->in_ring, k->in_w * k->in_c) + in_x * k->in_c,
                                 channels);
        }
    }
}

#endif
