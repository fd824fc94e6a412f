/* SPDX-License-Identifier: Apache-2.0 */
#include "pool_window.h"

#if INGOT_MVE

static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    const int channels = k->channels;
    int16_t *to = out;
    for (int c = 0; c < channels; c += 8) {
        int16x8_t most = vdupq_n_s16((int16_t)clamps[0]);
        for (int i = 0; i < w->rows; i++) {
            const int16_t *from = (const int16_t *)ingot_pool_line(k, w, i, 2) + c;
            for (int j = 0; j < w->columns; j++, from += channels)
                most = vmaxq_s16(most, vld1q_s16(INGOT_ALIGNED(from)));
        }
        most = vminq_s16(most, vdupq_n_s16((int16_t)clamps[1]));
        vstrhq_p_s16(INGOT_ALIGNED(to + c), most, vctp16q((uint32_t)(channels - c)));
    }
}

#else

static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int16_t *to = out;
    for (int c = 0; c < k->channels; c++) {
        int32_t most = clamps[0];
        for (int i = 0; i < w->rows; i++) {
            const int16_t *from = (const int16_t *)ingot_pool_line(k, w, i, 2) + c;
            for (int j = 0; j < w->columns; j++, from += k->channels)
                most = *from > most ? *from : most;
        }
        to[c] = (int16_t)(most < clamps[1] ? most : clamps[1]);
    }
}

#endif

void ingot_max_pool_s16(const ingot_pool *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                        unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 2, pixel);
}
