/* SPDX-License-Identifier: Apache-2.0 */
#include "pool_window.h"
#include "requantize_dsp.h"

#if INGOT_MVE

static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int8_t *to = out;
    const int channels = k->channels;
    for (int c = 0; c < channels; c += 16) {
        int8x16_t most = vdupq_n_s8((int8_t)clamps[0]);
        for (int i = 0; i < w->rows; i++) {
            const int8_t *from = (const int8_t *)ingot_pool_line(k, w, i, 1) + c;
            for (int j = 0; j < w->columns; j++, from += channels)
                most = vmaxq_s8(most, vld1q_s8(from));
        }
        most = vminq_s8(most, vdupq_n_s8((int8_t)clamps[1]));
        vstrbq_p_s8(to + c, most, vctp8q((uint32_t)(channels - c)));
    }
}

#elif INGOT_DSP

/* Of each of four numbers the larger. */
INGOT_INLINE uint32_t most_of(uint32_t a, uint32_t b)
{
    uint32_t most;
    __asm__("ssub8 %0, %1, %2\n"
            "sel %0, %1, %2\n"
            : "=&r"(most)
            : "r"(a), "r"(b)
            : "cc");
    return most;
}

INGOT_INLINE uint32_t least_of(uint32_t a, uint32_t b)
{
    uint32_t least;
    __asm__("ssub8 %0, %1, %2\n"
            "sel %0, %2, %1\n"
            : "=&r"(least)
            : "r"(a), "r"(b)
            : "cc");
    return least;
}

/* Four channels at a time. Reads up to three bytes past a pixel. */
static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int8_t *to = out;
    const uint32_t low = (uint8_t)clamps[0] * 0x01010101u, high = (uint8_t)clamps[1] * 0x01010101u;
    const unsigned channels = k->channels;
    for (unsigned c = 0; c < channels; c += 4) {
        uint32_t most = low;
        for (int i = 0; i < w->rows; i++) {
            const int8_t *from = (const int8_t *)ingot_pool_line(k, w, i, 1) + c;
            for (int j = w->columns; j; j--, from += channels)
                most = most_of(ingot_word_at(from), most);
        }
        most = least_of(most, high);
        memcpy(to + c, &most, channels - c < 4 ? channels - c : 4);
    }
}

#else

static void pixel(const ingot_pool *k, const ingot_pool_window *w, void *out, const int32_t *clamps)
{
    int8_t *to = out;
    for (int c = 0; c < k->channels; c++) {
        int32_t most = clamps[0];
        for (int i = 0; i < w->rows; i++) {
            const int8_t *from = (const int8_t *)ingot_pool_line(k, w, i, 1) + c;
            for (int j = 0; j < w->columns; j++, from += k->channels)
                most = *from > most ? *from : most;
        }
        to[c] = (int8_t)(most < clamps[1] ? most : clamps[1]);
    }
}

#endif

void ingot_max_pool_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 1, pixel);
}
