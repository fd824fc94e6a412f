#include "transpose_conv.h"

/* Sum of products of `count` bytes; the weights are padded with zeros to whole vectors. */
INGOT_INLINE int32_t dot(int32_t sum, const int8_t *a, const int8_t *b, unsigned count)
{
#if INGOT_MVE
    for (unsigned i = 0; i < count; i += 16)
        sum = vmladavaq_s8(sum, vld1q_s8(a + i), vld1q_s8(b + i));
#else
    for (unsigned i = 0; i < count; i++)
        sum += a[i] * b[i];
#endif
    return sum;
}

static void row(const ingot_transpose_conv *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
    const unsigned taps = k->kernel_h * k->kernel_w, padded = (k->in_c + 15u) / 16 * 16;
    const unsigned record = 4 * (4 + taps) + taps * padded;
    for (int x = 0; x < k->out_w; x++) {
        const char *at = (const char *)(p + 1);
        for (unsigned c = 0; c < k->out_c; c++, at += record) {
            const int32_t *words = (const int32_t *)at, *offset = words + 4;
            const int8_t *weights = (const int8_t *)(offset + taps);
            int32_t sum = words[0];
            for (int ky = 0; ky < k->kernel_h; ky++) {
                const int from_y = y + k->pad_top - ky;
                if (from_y < 0 || from_y % k->stride_h || from_y / k->stride_h >= k->in_h)
                    continue;
                const int8_t *line = image + ingot_row_offset(from_y / k->stride_h, k->in_ring, k->in_w * k->in_c);
                for (int kx = 0; kx < k->kernel_w; kx++) {
                    const int from_x = x + k->pad_left - kx, tap = ky * k->kernel_w + kx;
                    if (from_x < 0 || from_x % k->stride_w || from_x / k->stride_w >= k->in_w)
                        continue;
                    sum = dot(sum - offset[tap], line + from_x / k->stride_w * k->in_c, weights + tap * padded, k->in_c);
                }
            }
            const int32_t scaled = ingot_requantize(sum, words[1], words[2]);
            *to++ = (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
        }
    }
}

void ingot_transpose_conv_s8(const ingot_transpose_conv *k, const int8_t *in, int8_t *out, const void *params,
                             unsigned y, unsigned n)
{
    const unsigned pitch = k->out_w * k->out_c;
    if (k->batches == 1) {
        for (; n; n--, y++)
            row(k, in, out + ingot_row_offset(y, k->out_ring, pitch), params, (int)y);
        return;
    }
    for (unsigned image = 0; image < k->batches; image++, in += k->in_h * k->in_w * k->in_c)
        for (unsigned line = 0; line < k->out_h; line++, out += pitch)
            row(k, in, out, params, (int)line);
}
