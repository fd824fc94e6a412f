/* SPDX-License-Identifier: Apache-2.0 */
/* The loop over windows that all poolings share. size: bytes of an element. */
#ifndef INGOT_POOL_WINDOW_H
#define INGOT_POOL_WINDOW_H

#include "pool.h"

/* The part of a window that lies inside the image. */
typedef struct ingot_pool_window {
    const char *image;
    int y, rows;          /* first row, number of rows */
    int column, columns;  /* offset of the first column in its row in bytes, number of columns */
} ingot_pool_window;

/* Computes all channels of one output pixel. clamps: lowest and highest output. */
typedef void ingot_pool_pixel(const ingot_pool *k, const ingot_pool_window *w, void *to, const int32_t *clamps);

INGOT_INLINE void ingot_pool_row(const ingot_pool *k, const char *image, char *to, const int32_t *clamps, int y,
                                 unsigned size, ingot_pool_pixel *pixel)
{
    const int top = y * k->stride_h - k->pad_top;
    const int y0 = top < 0 ? 0 : top, y1 = top + k->filter_h > k->in_h ? k->in_h : top + k->filter_h;
    for (int x = 0; x < k->out_w; x++, to += k->channels * size) {
        const int left = x * k->stride_w - k->pad_left;
        const int x0 = left < 0 ? 0 : left, x1 = left + k->filter_w > k->in_w ? k->in_w : left + k->filter_w;
        const ingot_pool_window w = {image, y0, y1 - y0, x0 * k->channels * (int)size, x1 - x0};
        pixel(k, &w, to, clamps);
    }
}

INGOT_INLINE void ingot_pool_rows(const ingot_pool *k, const void *in, void *out, const int32_t *clamps, unsigned y,
                                  unsigned n, unsigned size, ingot_pool_pixel *pixel)
{
    const unsigned pitch = k->out_w * k->channels * size;
    const char *image = in;
    char *to = out;
    if (k->batches == 1) {
        for (; n; n--, y++)
            ingot_pool_row(k, image, to + ingot_row_offset(y, k->out_ring, pitch), clamps, (int)y, size, pixel);
        return;
    }
    for (unsigned i = 0; i < k->batches; i++, image += (unsigned)(k->in_h * k->in_w * k->channels) * size)
        for (unsigned line = 0; line < k->out_h; line++, to += pitch)
            ingot_pool_row(k, image, to, clamps, (int)line, size, pixel);
}

/* Row i of the window, at its first column. */
INGOT_INLINE const void *ingot_pool_line(const ingot_pool *k, const ingot_pool_window *w, int i, unsigned size)
{
    return w->image + ingot_row_offset((unsigned)(w->y + i), k->in_ring, k->in_w * k->channels * size) + w->column;
}

/* sum / count, rounded to nearest, ties away from zero. */
INGOT_INLINE int32_t ingot_average(int32_t sum, int32_t count)
{
    return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

#endif
