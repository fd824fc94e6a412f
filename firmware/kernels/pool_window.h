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

/* Computes a row of output pixels. */
typedef void ingot_pool_row_of(const ingot_pool *k, const char *image, char *to, const int32_t *clamps, int y);

/* The window's rows that row y of the output has, without columns. */
INGOT_INLINE ingot_pool_window ingot_pool_rows_of(const ingot_pool *k, const char *image, int y)
{
    const int top = y * k->stride_h - k->pad_top;
    const int y0 = top < 0 ? 0 : top, y1 = top + k->filter_h > k->in_h ? k->in_h : top + k->filter_h;
    return (ingot_pool_window){.image = image, .y = y0, .rows = y1 - y0};
}

INGOT_INLINE void ingot_pool_row(const ingot_pool *k, const char *image, char *to, const int32_t *clamps, int y,
                                 unsigned size, ingot_pool_pixel *pixel)
{
    ingot_pool_window w = ingot_pool_rows_of(k, image, y);
    for (int x = 0; x < k->out_w; x++, to += k->channels * size) {
        const int left = x * k->stride_w - k->pad_left;
        const int x0 = left < 0 ? 0 : left, x1 = left + k->filter_w > k->in_w ? k->in_w : left + k->filter_w;
        w.column = x0 * k->channels * (int)size;
        w.columns = x1 - x0;
        pixel(k, &w, to, clamps);
    }
}

/* By `row`, or where it is NULL by `pixel`. */
INGOT_INLINE void ingot_pool_all_rows(const ingot_pool *k, const void *in, void *out, const int32_t *clamps, unsigned y,
                                      unsigned n, unsigned size, ingot_pool_row_of *row, ingot_pool_pixel *pixel)
{
    const unsigned pitch = k->out_w * k->channels * size, one = k->batches == 1;
    const char *image = in;
    char *to = out;
    for (unsigned i = 0; i < k->batches; i++, image += (unsigned)(k->in_h * k->in_w * k->channels) * size) {
        const unsigned from = one ? y : 0, end = one ? y + n : k->out_h;
        for (unsigned line = from; line < end; line++) {
            char *at = to + (one ? ingot_row_offset(line, k->out_ring, pitch) : (i * k->out_h + line) * pitch);
            if (row)
                row(k, image, at, clamps, (int)line);
            else
                ingot_pool_row(k, image, at, clamps, (int)line, size, pixel);
        }
    }
}

INGOT_INLINE void ingot_pool_rows(const ingot_pool *k, const void *in, void *out, const int32_t *clamps, unsigned y,
                                  unsigned n, unsigned size, ingot_pool_pixel *pixel)
{
    ingot_pool_all_rows(k, in, out, clamps, y, n, size, 0, pixel);
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
