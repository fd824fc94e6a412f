/* SPDX-License-Identifier: Apache-2.0 */
#include "pool_window.h"

/* The output holds the sums meanwhile: channels side by side, each added up in LiteRT's order. */
static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *params)
{
    const float *clamps = (const float *)params;
    const float count = (float)(w->rows * w->columns);
    float *to = out;
    for (int c = 0; c < k->channels; c++)
        to[c] = 0.0f;
    for (int i = 0; i < w->rows; i++) {
        const float *from = ingot_pool_line(k, w, i, 4);
        for (int j = 0; j < w->columns; j++)
            for (int c = 0; c < k->channels; c++)
                to[c] += *from++;
    }
    for (int c = 0; c < k->channels; c++)
        to[c] = ingot_clamp_f32(to[c] / count, clamps[0], clamps[1]);
}

void ingot_average_pool_f32(const ingot_pool *k, const float *in, float *out, const void *params, unsigned y,
                            unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 4, pixel);
}
