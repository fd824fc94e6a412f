/* SPDX-License-Identifier: Apache-2.0 */
/* The averages of a window of int8, and those of a whole image whose rows come some at a time.
 * ingot_pool_average(sum, count, block), defined before, divides. */
#ifndef INGOT_AVERAGE_POOL_PIXEL_H
#define INGOT_AVERAGE_POOL_PIXEL_H

#include "window_rows.h"
#include "window_sums.h"

INGOT_INLINE int32_t clamped_average(int32_t sum, int32_t count, const void *params)
{
    const int32_t *clamps = params;
    return ingot_clamp(ingot_pool_average(sum, count, clamps), clamps[0], clamps[1]);
}

static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int8_t *to = out;
    for (int c = 0; c < k->channels; c += INGOT_SUMS) {
        int32_t sums[INGOT_SUMS] = {0};
        ingot_window_sums(k, w, c, sums);
        for (int i = 0; i < INGOT_SUMS && c + i < k->channels; i++)
            to[c + i] = (int8_t)clamped_average(sums[ingot_sum_place(i)], w->rows * w->columns, clamps);
    }
}

/* The kernel over windows and, of the same name with `_rows`, the one over a whole image. */
#define INGOT_AVERAGE_POOL(name)                                                                                       \
    void ingot_##name##_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,         \
                           unsigned n)                                                                                 \
    {                                                                                                                  \
        ingot_pool_rows(k, in, out, params, y, n, 1, pixel);                                                           \
    }                                                                                                                  \
    void ingot_##name##_rows_s8(const ingot_pool *k, const int8_t *in, int8_t *out, void *scratch, const void *params, \
                                unsigned y, unsigned n)                                                                \
    {                                                                                                                  \
        ingot_fold_rows(k, in, out, scratch, params, y, n, clamped_average);                                           \
    }

#endif
