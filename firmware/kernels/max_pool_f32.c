/* SPDX-License-Identifier: Apache-2.0 */
#include "pool_window.h"

#include <float.h>

/* Of equal numbers the first one stays, and clamps come last: zeros keep the sign that LiteRT gives them. */
static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *params)
{
    const float *clamps = (const float *)params;
    float *to = out;
    for (int c = 0; c < k->channels; c++) {
        float most = -FLT_MAX;
        for (int i = 0; i < w->rows; i++) {
            const float *from = (const float *)ingot_pool_line(k, w, i, 4) + c;
            for (int j = 0; j < w->columns; j++, from += k->channels)
                most = most < *from ? *from : most;
        }
        to[c] = ingot_clamp_f32(most, clamps[0], clamps[1]);
    }
}

void ingot_max_pool_f32(const ingot_pool *k, const float *in, float *out, const void *params, unsigned y, unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 4, pixel);
}
