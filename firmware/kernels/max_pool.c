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

enum { COLUMNS = 32 };

/* Sixteen channels of neighbouring columns, the largest of some rows; and one more, which is only read. */
typedef int8_t columns[COLUMNS + 1][16];

/* Columns `from` to `to` of the window's rows. w->column: of column 0, with the first channel. */
static void tallest(const ingot_pool *k, const ingot_pool_window *w, int from, int to, columns all)
{
    const int channels = k->channels;
    for (int i = 0; i < w->rows; i++) {
        const int8_t *a = (const int8_t *)ingot_pool_line(k, w, i, 1) + from * channels;
        int8_t *most = all[from];
        if (i) {
            for (int j = to - from; j > 0; j--, a += channels, most += 16)
                vst1q_s8(most, vmaxq_s8(vld1q_s8(most), vld1q_s8(a)));
        } else {
            const int8_t *b = w->rows > 1 ? (const int8_t *)ingot_pool_line(k, w, ++i, 1) + from * channels : a;
            for (int j = to - from; j > 0; j--, a += channels, b += channels, most += 16)
                vst1q_s8(most, vmaxq_s8(vld1q_s8(a), vld1q_s8(b)));
        }
    }
}

/* The largest of `width` columns, for `count` windows that are `step` bytes apart. Loads are one column ahead. */
INGOT_INLINE void across(const int8_t *from, unsigned step, unsigned width, int8_t *to, unsigned apart, unsigned count,
                         const int32_t *clamps, unsigned left)
{
    const int8_t *at;
    __asm__ volatile("vctp.8 %[left]\n"
                     "1:\n"
                     "mov %[at], %[from]\n"
                     "vldrb.8 q1, [%[at]], #16\n"
                     "vmov q0, %q[low]\n"
                     "dls lr, %[width]\n"
                     "2:\n"
                     "vmax.s8 q0, q0, q1\n"
                     "vldrb.8 q1, [%[at]], #16\n"
                     "le lr, 2b\n"
                     "add %[from], %[step]\n"
                     "subs %[count], #1\n"
                     "vmin.s8 q0, q0, %q[high]\n"
                     "vpst\n"
                     "vstrbt.8 q0, [%[to]]\n"
                     "add %[to], %[apart]\n"
                     "bne 1b\n"
                     : [from] "+r"(from), [to] "+r"(to), [count] "+r"(count), [at] "=&r"(at)
                     : [step] "r"(step), [width] "r"(width), [apart] "r"(apart), [left] "r"(left),
                       [low] "w"(vdupq_n_s8((int8_t)clamps[0])), [high] "w"(vdupq_n_s8((int8_t)clamps[1]))
                     : "q0", "q1", "lr", "cc", "memory");
}

/* A row of windows that are at most COLUMNS wide: first down, then across. */
static void row(const ingot_pool *k, const char *image, char *to, const int32_t *clamps, int y)
{
    const int channels = k->channels, stride = k->stride_w, width = k->filter_w, most = (COLUMNS - width) / stride + 1;
    ingot_pool_window w = ingot_pool_rows_of(k, image, y);
    columns all;
    for (int x = 0, count; x < k->out_w; x += count, to += count * channels) {
        const int left = x * stride - k->pad_left;
        count = k->out_w - x < most ? k->out_w - x : most;
        const int needed = (count - 1) * stride + width;
        const int first = left < 0 ? -left : 0, end = left + needed > k->in_w ? k->in_w - left : needed;
        for (int j = 0; j < first; j++)
            vst1q_s8(all[j], vdupq_n_s8(INT8_MIN));
        for (int j = end; j < needed; j++)
            vst1q_s8(all[j], vdupq_n_s8(INT8_MIN));
        for (int c = 0; c < channels; c += 16) {
            w.column = left * channels + c;
            tallest(k, &w, first, end, all);
            across(all[0], 16 * (unsigned)stride, (unsigned)width, (int8_t *)to + c, (unsigned)channels,
                   (unsigned)count, clamps, (unsigned)(channels - c));
        }
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
#if INGOT_MVE
    if (k->filter_w <= COLUMNS) {
        ingot_pool_all_rows(k, in, out, params, y, n, 1, row, 0);
        return;
    }
#endif
    ingot_pool_rows(k, in, out, params, y, n, 1, pixel);
}
