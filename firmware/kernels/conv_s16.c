#include "conv_s16.h"

#include "requantize64.h"

static void row(const ingot_conv_s16 *k, const int16_t *image, int16_t *to, const int32_t *p, int y)
{
    const unsigned depth = k->in_c / k->groups, each = k->out_c / k->groups;
    const unsigned record = 16 + (k->kernel_h * k->kernel_w * depth + 3u) / 4 * 4;
    for (int x = 0; x < k->out_w; x++) {
        const char *at = (const char *)(p + 4);
        for (unsigned c = 0; c < k->out_c; c++, at += record) {
            const int32_t *words = (const int32_t *)at;
            const int8_t *weights = (const int8_t *)(words + 4);
            int64_t sum = (int64_t)((uint64_t)(uint32_t)words[1] << 32 | (uint32_t)words[0]);
            for (int ky = 0; ky < k->kernel_h; ky++) {
                const int from_y = y * k->stride_h - k->pad_top + ky * k->dilation_h;
                if (from_y < 0 || from_y >= k->in_h)
                    continue;
                const int16_t *line = (const int16_t *)((const char *)image + ingot_row_offset((unsigned)from_y, k->in_ring,
                                                                                               k->in_w * k->in_c * 2u));
                for (int kx = 0; kx < k->kernel_w; kx++) {
                    const int from_x = x * k->stride_w - k->pad_left + kx * k->dilation_w;
                    if (from_x < 0 || from_x >= k->in_w)
                        continue;
                    const int16_t *pixel = line + from_x * k->in_c + c / each * depth;
                    const int8_t *w = weights + (ky * k->kernel_w + kx) * depth;
                    /* A product has 23 bits, so 256 of them fit 32. */
                    for (unsigned i = 0; i < depth;) {
                        int32_t part = 0;
                        for (unsigned end = i + 255 < depth ? i + 255 : depth; i < end; i++)
                            part += pixel[i] * w[i];
                        sum += part;
                    }
                }
            }
            *to++ = (int16_t)ingot_clamp(ingot_requantize64(sum, words[2], words[3]), p[0], p[1]);
        }
    }
}

void ingot_conv_s16_windows(const ingot_conv_s16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                            unsigned n)
{
    const unsigned pitch = k->out_w * k->out_c;
    if (k->batches == 1) {
        for (; n; n--, y++)
            row(k, in, (int16_t *)((char *)out + ingot_row_offset(y, k->out_ring, pitch * 2)), params, (int)y);
        return;
    }
    for (unsigned image = 0; image < k->batches; image++, in += k->in_h * k->in_w * k->in_c)
        for (unsigned line = 0; line < k->out_h; line++, out += pitch)
            row(k, in, out, params, (int)line);
}
