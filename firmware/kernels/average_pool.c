#include "pool_window.h"

/* sum / count, rounded to nearest, ties away from zero. */
INGOT_INLINE int32_t average(int32_t sum, int32_t count)
{
    return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

#if INGOT_MVE

/* Four channels at a time: the sums in one vector, the divisions one by one. */
static void pixel(const ingot_pool *k, const ingot_pool_window *w, int8_t *to, const int32_t *clamps)
{
    const int channels = k->channels, count = w->rows * w->columns;
    for (int c = 0; c < channels; c += 4) {
        int32x4_t sum = vdupq_n_s32(0);
        const mve_pred16_t tail = vctp32q((uint32_t)(channels - c));
        for (int i = 0; i < w->rows; i++) {
            const int8_t *from = ingot_pool_line(k, w, i) + c;
            for (int j = 0; j < w->columns; j++, from += channels)
                sum = vaddq_s32(sum, vldrbq_z_s32(from, tail));
        }
        int32_t lanes[4];
        vst1q_s32(lanes, sum);
        for (int i = 0; i < 4; i++)
            lanes[i] = average(lanes[i], count);
        sum = vld1q_s32(lanes);
        sum = vminq_s32(vmaxq_s32(sum, vdupq_n_s32(clamps[0])), vdupq_n_s32(clamps[1]));
        vstrbq_p_s32(to + c, sum, tail);
    }
}

#else

static void pixel(const ingot_pool *k, const ingot_pool_window *w, int8_t *to, const int32_t *clamps)
{
    for (int c = 0; c < k->channels; c++) {
        int32_t sum = 0;
        for (int i = 0; i < w->rows; i++) {
            const int8_t *from = ingot_pool_line(k, w, i) + c;
            for (int j = 0; j < w->columns; j++, from += k->channels)
                sum += *from;
        }
        to[c] = (int8_t)ingot_clamp(average(sum, w->rows * w->columns), clamps[0], clamps[1]);
    }
}

#endif

void ingot_average_pool_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                           unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, pixel);
}
