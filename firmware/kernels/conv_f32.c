/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_f32.h"

/* Where a window meets the image along one axis: from this tap and this pixel on, so many times. The next tap is
 * `spread` further, its pixel `dilation`. */
typedef struct overlap {
    int tap, pixel, count;
} overlap;

/* at: where the first tap lies, in spread pixels. */
static overlap meet(int at, int taps, int pixels, int dilation, int spread)
{
    overlap o = {0, 0, 0};
    for (; o.tap < taps && (at < 0 || at % spread); o.tap++)
        at += dilation;
    o.pixel = at / spread;
    for (int tap = o.tap, pixel = o.pixel; tap < taps && pixel < pixels; tap += spread, pixel += dilation)
        o.count++;
    return o;
}

/* Products are added in their order, as LiteRT adds them: several sums side by side would round differently. */
static float window(const ingot_conv_f32 *k, const float *image, const float *weights, overlap rows, overlap columns)
{
    const int depth = k->in_c / k->groups;
    float sum = 0.0f;
    for (int i = 0; i < rows.count; i++) {
        const unsigned y = (unsigned)(rows.pixel + i * k->dilation_h);
        const float *line = image + ingot_row_offset(y, k->in_ring, k->in_w * k->in_c) + columns.pixel * k->in_c;
        const float *taps = weights + ((rows.tap + i * k->spread_h) * k->kernel_w + columns.tap) * depth;
        for (int j = 0; j < columns.count; j++, line += k->dilation_w * k->in_c, taps += k->spread_w * depth)
            for (int d = 0; d < depth; d++)
                sum += line[d] * taps[d];
    }
    return sum;
}

static void row(const ingot_conv_f32 *k, const float *image, float *to, const float *clamps, int y)
{
    const int depth = k->in_c / k->groups, each = k->out_c / k->groups;
    const overlap rows = meet(y * k->stride_h - k->pad_top, k->kernel_h, k->in_h, k->dilation_h, k->spread_h);
    for (int x = 0; x < k->out_w; x++) {
        const overlap columns = meet(x * k->stride_w - k->pad_left, k->kernel_w, k->in_w, k->dilation_w, k->spread_w);
        const float *channel = clamps + 4;
        for (int c = 0; c < k->out_c; c++, channel += 1 + k->kernel_h * k->kernel_w * depth) {
            const float sum = window(k, image + c / each * depth, channel + 1, rows, columns);
            *to++ = ingot_clamp_f32(sum + channel[0], clamps[0], clamps[1]);
        }
    }
}

void ingot_conv_f32_windows(const ingot_conv_f32 *k, const float *in, float *out, const void *params, unsigned y,
                            unsigned n)
{
    const unsigned pitch = k->out_w * k->out_c, size = (unsigned)(k->in_h * k->in_w * k->in_c);
    const unsigned rows = k->batches == 1 ? n : k->batches * k->out_h; /* a batch has no ring and comes whole */
    for (unsigned i = 0; i < rows; i++, y++)
        row(k, in + y / k->out_h * size, out + ingot_row_offset(y, k->out_ring, pitch), params, (int)(y % k->out_h));
}
