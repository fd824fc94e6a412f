/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of CONV_2D over rows and windows, for both forms of weights. pixels: what computes outputs from contiguous
 * bytes, as ingot_dense_pixels() does. */
#ifndef INGOT_CONV2D_ROWS_H
#define INGOT_CONV2D_ROWS_H

#include "columns.h"
#include "dense.h"

typedef void ingot_conv2d_pixels(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out,
                                 unsigned out_step, unsigned count);

/* How many of the n rows from y on lie behind each other in memory. */
INGOT_INLINE unsigned ingot_rows_on_end(unsigned y, unsigned n, unsigned ring)
{
    return ring && n > ring - y % ring ? ring - y % ring : n;
}

INGOT_INLINE void ingot_conv2d_1x1_rows(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params,
                                        unsigned y, unsigned n, ingot_conv2d_pixels *pixels)
{
    const ingot_dense dense = {.depth = k->in_c,
                               .channels = k->out_c,
                               .records = (const int8_t *)params + sizeof(ingot_mac_params),
                               .params = params};
    const unsigned out_pitch = k->pixels * k->out_c;
    /* Rows whose pixels follow each other at the same distance are one long row, until a ring begins again. */
    const unsigned even = k->stride_h == 1 && k->pixels * k->stride_w * k->in_c == k->in_pitch;
    for (unsigned rows; n; n -= rows, y += rows) {
        rows = even ? ingot_rows_on_end(y, ingot_rows_on_end(y, n, k->in_ring), k->out_ring) : 1;
        pixels(&dense, in + ingot_row_offset(y * k->stride_h, k->in_ring, k->in_pitch), k->stride_w * k->in_c,
               out + ingot_row_offset(y, k->out_ring, out_pitch), k->out_c, rows * k->pixels);
    }
}

/* Images that are one pixel wide and stand in memory as they are, lying down: one row, whose windows are made together. */
INGOT_INLINE int ingot_conv2d_line(const ingot_conv2d *k, ingot_conv2d *line)
{
    if (k->in_w != 1 || k->out_w != 1 || k->kernel_w != 1 || k->batches > 1 || k->in_ring | k->out_ring)
        return 0;
    *line = *k;
    line->in_h = line->out_h = line->kernel_h = 1;
    line->in_w = k->in_h;
    line->out_w = k->out_h;
    line->kernel_w = k->kernel_h;
    line->stride_w = k->stride_h;
    line->dilation_w = k->dilation_h;
    line->pad_top = 0;
    line->pad_left = k->pad_top;
    return 1;
}

INGOT_INLINE void ingot_conv2d_rows(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch,
                                    const void *params, unsigned y, unsigned n, ingot_conv2d_pixels *pixels)
{
    const ingot_mac_params *p = params;
    ingot_conv2d line;
    if (n == k->out_h && ingot_conv2d_line(k, &line)) {
        k = &line;
        n = 1;
    }
    const unsigned rows = k->batches > 1 ? k->batches * k->out_h : n, row_bytes = k->out_w * k->out_c;
    const unsigned group_c = k->out_c / k->groups;
    const unsigned apart = k->by_column ? k->stride_w * ingot_column_bytes(k) : ingot_patch_bytes(k);
    ingot_dense dense = {.depth = (unsigned)(k->kernel_h * k->kernel_w * (k->in_c / k->groups)),
                         .channels = group_c,
                         .params = p};
    const unsigned group_bytes = ingot_dense_bytes(dense.depth, group_c);
    for (unsigned row = 0; row < rows; row++) {
        const unsigned image = k->batches > 1 ? row / k->out_h : 0;
        const unsigned out_y = k->batches > 1 ? row % k->out_h : y + row;
        const int8_t *source = in + (uintptr_t)image * k->in_h * k->in_w * k->in_c;
        int8_t *to = out + (uintptr_t)image * k->out_h * row_bytes + ingot_row_offset(out_y, k->out_ring, row_bytes);
        for (unsigned x = 0, count; x < k->out_w; x += count, to += count * k->out_c) {
            count = k->out_w - x < k->patches ? k->out_w - x : k->patches;
            for (unsigned group = 0; group < k->groups; group++) {
                if (k->by_column)
                    ingot_columns(k, source, p->in_zero, (int)out_y, x, count, scratch);
                else
                    ingot_patches(k, source, p->in_zero, (int)out_y, x, count, group, scratch);
                dense.records = (const int8_t *)(p + 1) + group * group_bytes;
                pixels(&dense, scratch, apart, to + group * group_c, k->out_c, count);
            }
        }
    }
}

#endif
