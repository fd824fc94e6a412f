/* SPDX-License-Identifier: Apache-2.0 */
#include "dynamic_conv2d.h"

#include "dynamic_dots.h"
#include "patch.h"

/* Results of one window and one group of channels. */
typedef void window_results(const ingot_dynamic_conv2d *k, const ingot_dynamic_params *p,
                            const ingot_dynamic_channels *all, const int8_t *window, unsigned group,
                            const ingot_dynamic_scale *scale, float *out);

static void dense(const ingot_dynamic_conv2d *k, const ingot_dynamic_params *p, const ingot_dynamic_channels *all,
                  const int8_t *window, unsigned group, const ingot_dynamic_scale *scale, float *out)
{
    const unsigned depth = (unsigned)(k->kernel_h * k->kernel_w * (k->in_c / k->groups)), each = k->out_c / k->groups;
    ingot_dynamic_dots(p, all, window, depth, group * each, each, scale, out);
}

/* Each channel of the window with `out_c / in_c` filters. */
static void depthwise(const ingot_dynamic_conv2d *k, const ingot_dynamic_params *p, const ingot_dynamic_channels *all,
                      const int8_t *window, unsigned group, const ingot_dynamic_scale *scale, float *out)
{
    const unsigned taps = (unsigned)(k->kernel_h * k->kernel_w), each = k->out_c / k->in_c;
    unsigned c = 0;
    (void)group;
#if INGOT_MVE
    if (each == 1)
        for (; c < k->out_c; c += 4) {
            const mve_pred16_t inside = vctp32q(k->out_c - c);
            int32x4_t sum = vdupq_n_s32(0);
            int32_t sums[4];
            for (unsigned tap = 0; tap < taps; tap++) {
                const int32x4_t x = vldrbq_z_s32(window + tap * k->in_c + c, inside);
                sum = vaddq_s32(sum, vmulq_s32(x, vldrbq_z_s32(all->weights + tap * k->out_c + c, inside)));
            }
            vst1q_s32(INGOT_ALIGNED(sums), sum);
            for (unsigned i = 0; i < 4 && c + i < k->out_c; i++)
                *out++ = ingot_dynamic_result(p, all, c + i, sums[i], scale);
        }
#endif
    for (; c < k->out_c; c++) {
        int32_t sum = 0;
        for (unsigned tap = 0; tap < taps; tap++)
            sum += window[tap * k->in_c + c / each] * all->weights[tap * k->out_c + c];
        *out++ = ingot_dynamic_result(p, all, c, sum, scale);
    }
}

INGOT_INLINE void all_windows(const ingot_dynamic_conv2d *k, const int8_t *in, const ingot_dynamic_scale *scales,
                              float *out, int8_t *scratch, const void *params, unsigned y, unsigned n,
                              window_results *results)
{
    const ingot_conv2d place = {
        .in_h = k->in_h, .in_w = k->in_w, .in_c = k->in_c,
        .kernel_h = k->kernel_h, .kernel_w = k->kernel_w,
        .stride_h = k->stride_h, .stride_w = k->stride_w,
        .dilation_h = k->dilation_h, .dilation_w = k->dilation_w,
        .pad_top = k->pad_top, .pad_left = k->pad_left,
        .groups = k->groups, .in_ring = k->in0_ring,
    };
    const ingot_dynamic_channels all = ingot_dynamic_channels_of(params, k->out_c);
    const unsigned apart = ingot_patch_bytes(&place), each = k->out_c / k->groups;
    const unsigned rows = k->batches > 1 ? k->batches * k->out_h : n, pitch = (unsigned)(k->out_w * k->out_c);
    for (unsigned row = 0; row < rows; row++) {
        const unsigned image = k->batches > 1 ? row / k->out_h : 0, out_y = k->batches > 1 ? row % k->out_h : y + row;
        const int8_t *source = in + (uintptr_t)image * k->in_h * k->in_w * k->in_c;
        float *to = out + (uintptr_t)image * k->out_h * pitch + ingot_row_offset(out_y, k->out_ring, pitch);
        for (unsigned x = 0, count; x < k->out_w; x += count, to += count * k->out_c) {
            count = k->out_w - x < k->patches ? k->out_w - x : k->patches;
            for (unsigned group = 0; group < k->groups; group++) {
                ingot_patches(&place, source, scales[image].zero, (int)out_y, x, count, group, scratch);
                for (unsigned i = 0; i < count; i++)
                    results(k, params, &all, scratch + i * apart, group, &scales[image],
                            to + i * k->out_c + group * each);
            }
        }
    }
}

void ingot_dynamic_conv2d_s8(const ingot_dynamic_conv2d *k, const int8_t *in, const ingot_dynamic_scale *scales,
                             float *out, void *scratch, const void *params, unsigned y, unsigned n)
{
    all_windows(k, in, scales, out, scratch, params, y, n, dense);
}

void ingot_dynamic_conv2d_depthwise_s8(const ingot_dynamic_conv2d *k, const int8_t *in,
                                       const ingot_dynamic_scale *scales, float *out, void *scratch,
                                       const void *params, unsigned y, unsigned n)
{
    all_windows(k, in, scales, out, scratch, params, y, n, depthwise);
}
