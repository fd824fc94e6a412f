/* SPDX-License-Identifier: Apache-2.0 */
/* The averages of a window of int16. ingot_pool_average(sum, count, block), defined before, divides. */
#ifndef INGOT_AVERAGE_POOL_PIXEL_S16_H
#define INGOT_AVERAGE_POOL_PIXEL_S16_H

#include "pool_window.h"

#if INGOT_MVE

/* Four channels at a time; the divisions are scalar. */
static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    const int channels = k->channels, count = w->rows * w->columns;
    int16_t *to = out;
    for (int c = 0; c < channels; c += 4) {
        const mve_pred16_t some = vctp32q((uint32_t)(channels - c));
        int32x4_t sum = vdupq_n_s32(0);
        for (int i = 0; i < w->rows; i++) {
            const int16_t *from = (const int16_t *)ingot_pool_line(k, w, i, 2) + c;
            for (int j = 0; j < w->columns; j++, from += channels)
                sum = vaddq_s32(sum, vldrhq_z_s32(INGOT_ALIGNED(from), some));
        }
        int32_t sums[4];
        vst1q_s32(INGOT_ALIGNED(sums), sum);
        for (int i = 0; i < 4 && c + i < channels; i++)
            to[c + i] = (int16_t)ingot_clamp(ingot_pool_average(sums[i], count, clamps), clamps[0], clamps[1]);
    }
}

#else

static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int16_t *to = out;
    for (int c = 0; c < k->channels; c++) {
        int32_t sum = 0;
        for (int i = 0; i < w->rows; i++) {
            const int16_t *from = (const int16_t *)ingot_pool_line(k, w, i, 2) + c;
            for (int j = 0; j < w->columns; j++, from += k->channels)
                sum += *from;
        }
        to[c] = (int16_t)ingot_clamp(ingot_pool_average(sum, w->rows * w->columns, clamps), clamps[0], clamps[1]);
    }
}

#endif

#endif
