/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D whose weights have a zero point: the sum over the window, times the zero point, is taken from every sum. */
#include "conv2d.h"

#define INGOT_DENSE_ADJUSTED
#include "conv2d_rows.h"
#include "dot.h"

/* Pixels whose sums are worked out at a time. */
enum { TOGETHER = 32 };

static void pixels(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                   unsigned count)
{
    const int32_t zero = d->params->weights_zero;
    ingot_dense adjusted = *d;
    if (!zero) {
        ingot_dense_pixels(&adjusted, in, in_step, out, out_step, count);
        return;
    }
    for (unsigned done; count; count -= done, in += done * in_step, out += done * out_step) {
        int32_t adjust[TOGETHER + 1];
        done = count < TOGETHER ? count : TOGETHER;
        for (unsigned i = 0; i < done; i++)
            adjust[i] = -zero * ingot_sum_s8(in + i * in_step, d->depth);
        adjust[done] = adjust[done - 1];
        adjusted.adjust = adjust;
#if INGOT_DSP
        ingot_dense_block(&adjusted, in, in_step, out, out_step, done);
#else
        ingot_dense_pixels(&adjusted, in, in_step, out, out_step, done);
#endif
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
