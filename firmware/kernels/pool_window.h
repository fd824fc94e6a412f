/* The loop over windows that both poolings share. */
#ifndef INGOT_POOL_WINDOW_H
#define INGOT_POOL_WINDOW_H

#include "pool.h"

/* The part of a window that lies inside the image: rows y0..y1-1, columns x0..x1-1. */
typedef struct ingot_pool_window {
    int y0, y1, x0, x1;
} ingot_pool_window;

typedef int32_t ingot_pool_value(const ingot_pool *k, const int8_t *image, ingot_pool_window w, unsigned channel);

INGOT_INLINE void ingot_pool_rows(const ingot_pool *k, const int8_t *in, int8_t *out, const int32_t *clamps, unsigned y,
                                  unsigned n, ingot_pool_value *value)
{
    const unsigned rows = k->batches > 1 ? k->batches * k->out_h : n;
    for (unsigned row = 0; row < rows; row++) {
        const unsigned image = k->batches > 1 ? row / k->out_h : 0;
        const int out_y = (int)(k->batches > 1 ? row % k->out_h : y + row);
        const int8_t *source = in + (uintptr_t)image * k->in_h * k->in_w * k->channels;
        int8_t *to = out + (uintptr_t)image * k->out_h * k->out_w * k->channels +
                     ingot_row_offset(out_y, k->out_ring, k->out_w * k->channels);
        for (int x = 0; x < k->out_w; x++) {
            const int top = out_y * k->stride_h - k->pad_top, left = x * k->stride_w - k->pad_left;
            const ingot_pool_window w = {top < 0 ? 0 : top, top + k->filter_h > k->in_h ? k->in_h : top + k->filter_h,
                                         left < 0 ? 0 : left,
                                         left + k->filter_w > k->in_w ? k->in_w : left + k->filter_w};
            for (unsigned c = 0; c < k->channels; c++)
                *to++ = (int8_t)ingot_clamp(value(k, source, w, c), clamps[0], clamps[1]);
        }
    }
}

#endif
