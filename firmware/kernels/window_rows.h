/* SPDX-License-Identifier: Apache-2.0 */
/* One result a channel of a whole image of int8, whose rows come some at a time: the sums are kept in between. */
#ifndef INGOT_WINDOW_ROWS_H
#define INGOT_WINDOW_ROWS_H

#include "window_sums.h"

/* The result of a channel: of the sum of all its numbers and their count. */
typedef int32_t ingot_fold_result(int32_t sum, int32_t count, const void *params);

/* Adds the rows y, y + 1, ... of the image, and writes the results with the last ones. kept: int32 sums, as many as
 * channels, rounded up to eight. */
INGOT_INLINE void ingot_fold_rows(const ingot_pool *k, const void *in, int8_t *out, int32_t *kept, const void *params,
                                  unsigned y, unsigned n, ingot_fold_result *result)
{
    const ingot_pool_window w = {in, (int)y, (int)n, 0, k->in_w};
    const int top = y == 0, bottom = y + n == k->in_h;
    const int first = k->reverse ? bottom : top, last = k->reverse ? top : bottom;
    for (int c = 0; c < k->channels; c += INGOT_SUMS) {
        int32_t sums[INGOT_SUMS] = {0};
        if (!first)
            memcpy(sums, kept + c, sizeof sums);
        ingot_window_sums(k, &w, c, sums);
        if (!last)
            memcpy(kept + c, sums, sizeof sums);
        else
            for (int i = 0; i < INGOT_SUMS && c + i < k->channels; i++)
                out[c + i] = (int8_t)result(sums[ingot_sum_place(i)], k->in_h * k->in_w, params);
    }
}

#endif
