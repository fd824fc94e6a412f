/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D whose weights have a zero point: the sum over the window, times the zero point, is taken from every sum. */
#include "conv2d.h"

#define INGOT_DENSE_ADJUSTED
#include "conv2d_rows.h"
#include "dot.h"

/* Pixels whose sums are worked out at a time, and how many numbers ingot_dense.adjust has behind them. */
enum { TOGETHER = 64, BEHIND = 3 };

#if INGOT_MVE
/* The sum of `depth` bytes of each of two pixels. */
INGOT_INLINE void long_sums(const int8_t *a, const int8_t *b, unsigned depth, int32_t two[2])
{
    int32_t first = 0, second = 0;
    __asm__("dlstp.8 lr, %[depth]\n"
            "1:\n"
            "vldrb.8 q0, [%[a]], #16\n"
            "vaddva.s8 %[first], q0\n"
            "vldrb.8 q1, [%[b]], #16\n"
            "vaddva.s8 %[second], q1\n"
            "letp lr, 1b\n"
            : [first] "+Te"(first), [second] "+Te"(second), [a] "+r"(a), [b] "+r"(b)
            : [depth] "r"(depth)
            : "q0", "q1", "lr", "memory");
    two[0] = first;
    two[1] = second;
}

/* factor * the sum of each pixel's bytes; of an odd number of pixels the last one twice. */
static void sums(const int8_t *in, unsigned in_step, unsigned depth, unsigned count, int32_t factor, int32_t *to)
{
    const mve_pred16_t first = vctp8q(depth), second = vctp8q(depth - 16);
    if (depth > 32) {
        for (int left = (int)count; left > 0; left -= 2, in += 2 * in_step, to += 2) {
            int32_t two[2];
            long_sums(in, left > 1 ? in + in_step : in, depth, two);
            to[0] = factor * two[0];
            to[1] = factor * two[1];
        }
        return;
    }
    if (depth > 16)
        for (unsigned i = 0; i < count; i++, in += in_step)
            to[i] = factor * vaddvaq_p_s8(vaddvq_s8(vld1q_s8(in)), vld1q_s8(in + 16), second);
    else
        for (unsigned i = 0; i < count; i++, in += in_step)
            to[i] = factor * vaddvq_p_s8(vld1q_s8(in), first);
    to[count] = to[count - 1];
}
#else
static void sums(const int8_t *in, unsigned in_step, unsigned depth, unsigned count, int32_t factor, int32_t *to)
{
    for (; count; count--, in += in_step)
        *to++ = factor * ingot_sum_s8(in, depth);
    *to = to[-1];
}
#endif

static void pixels(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                   unsigned count)
{
    ingot_dense adjusted = *d;
    int32_t adjust[TOGETHER + BEHIND];
    adjusted.adjust = adjust;
    for (unsigned done; count; count -= done, in += done * in_step, out += done * out_step) {
        done = count < TOGETHER ? count : TOGETHER;
        sums(in, in_step, d->depth, done, -d->params->weights_zero, adjust);
        ingot_dense_pixels(&adjusted, in, in_step, out, out_step, done);
    }
}

void ingot_conv2d_offset_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params,
                                unsigned y, unsigned n)
{
    ingot_conv2d_1x1_rows(k, in, out, params, y, n, pixels);
}

void ingot_conv2d_offset_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                            unsigned y, unsigned n)
{
    ingot_conv2d_rows(k, in, out, scratch, params, y, n, pixels);
}
