/* SPDX-License-Identifier: Apache-2.0 */
#include "transpose_conv.h"

#include "dense.h"
#include "patch.h"

/* Rows or columns of a transposed kernel that a phase has. */
static unsigned taps_of(unsigned kernel, unsigned stride, unsigned phase)
{
    return phase < kernel ? (kernel - phase + stride - 1) / stride : 1;
}

/* The outputs of row y whose phase has the kernel of `window`, from column x on. */
static void transposed_phase(const ingot_transpose_conv *k, const ingot_conv2d *window, const ingot_dense *dense,
                             const int8_t *image, int8_t *to, void *scratch, unsigned y, unsigned x)
{
    const unsigned in_y = (y + k->pad_top) / k->stride_h, apart = k->stride_w * k->out_c;
    unsigned in_x = (x + k->pad_left) / k->stride_w, left = ((unsigned)(k->out_w + k->stride_w - 1) - x) / k->stride_w;
    to += x * k->out_c;
    for (unsigned count; left; left -= count, in_x += count, to += count * apart) {
        count = left < k->patches ? left : k->patches;
        ingot_patches(window, image, dense->params->in_zero, (int)in_y, in_x, count, 0, scratch);
        ingot_dense_pixels(dense, scratch, ingot_patch_bytes(window), to, apart, count);
    }
}

static void transposed_row(const ingot_transpose_conv *k, const int8_t *image, int8_t *to, void *scratch,
                           const ingot_mac_params *p, unsigned y)
{
    const unsigned own = (y + k->pad_top) % k->stride_h;
    ingot_conv2d window = {
        .in_h = k->in_h,
        .in_w = k->in_w,
        .in_c = k->in_c,
        .stride_h = 1,
        .stride_w = 1,
        .dilation_h = 1,
        .dilation_w = 1,
        .groups = 1,
        .in_ring = k->in_ring,
    };
    ingot_dense dense = {0, k->out_c, (const int8_t *)(p + 1), p};
    for (unsigned phase_y = 0; phase_y <= own; phase_y++)
        for (unsigned phase_x = 0; phase_x < k->stride_w; phase_x++) {
            const unsigned x = (phase_x + k->stride_w - k->pad_left % k->stride_w) % k->stride_w;
            window.kernel_h = (uint8_t)taps_of(k->kernel_h, k->stride_h, phase_y);
            window.kernel_w = (uint8_t)taps_of(k->kernel_w, k->stride_w, phase_x);
            window.pad_top = window.kernel_h - 1;
            window.pad_left = window.kernel_w - 1;
            dense.depth = (unsigned)(window.kernel_h * window.kernel_w * k->in_c);
            if (phase_y == own && x < k->out_w)
                transposed_phase(k, &window, &dense, image, to, scratch, y, x);
            dense.records += ingot_dense_bytes(dense.depth, k->out_c);
        }
}

void ingot_transpose_conv_s8(const ingot_transpose_conv *k, const int8_t *in, int8_t *out, void *scratch,
                             const void *params, unsigned y, unsigned n)
{
    const unsigned pitch = k->out_w * k->out_c, size = (unsigned)(k->in_h * k->in_w * k->in_c);
    const unsigned rows = k->batches == 1 ? n : k->batches * k->out_h; /* a batch has no ring and comes whole */
    for (unsigned i = 0; i < rows; i++, y++)
        transposed_row(k, in + y / k->out_h * size, out + ingot_row_offset(y, k->out_ring, pitch), scratch, params,
                       y % k->out_h);
}
