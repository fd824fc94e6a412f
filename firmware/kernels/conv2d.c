#include "conv2d.h"

/* One output value: the window at (y, x) of one image, for channel `lane` of the quad. */
static int32_t window_sum(const ingot_conv2d *k, const int8_t *image, const int8_t *weights, int32_t zero, int y, int x,
                          unsigned group, unsigned lane)
{
    const unsigned channels = k->in_c / k->groups;
    const int rows_joined = k->dilation_w == 1 && k->groups == 1;
    const unsigned segment = rows_joined ? k->kernel_w * channels : channels;
    const unsigned segment_bytes = (segment + 15) / 16 * 64;
    int32_t sum = 0;
    for (int ky = 0; ky < k->kernel_h; ky++) {
        const int in_y = y * k->stride_h - k->pad_top + ky * k->dilation_h;
        for (int kx = 0; kx < k->kernel_w; kx++) {
            const int in_x = x * k->stride_w - k->pad_left + kx * k->dilation_w;
            const int inside = in_y >= 0 && in_y < k->in_h && in_x >= 0 && in_x < k->in_w;
            const unsigned at = rows_joined ? kx * channels : 0;
            const int8_t *w = weights + (rows_joined ? ky : ky * k->kernel_w + kx) * segment_bytes + lane * 16;
            const int8_t *pixel = 0;
            if (inside)
                pixel = image + ingot_row_offset(in_y, k->in_ring, k->in_w * k->in_c) + in_x * k->in_c + group * channels;
            for (unsigned c = 0; c < channels; c++)
                sum += (pixel ? pixel[c] : zero) * w[(at + c) / 16 * 64 + (at + c) % 16];
        }
    }
    return sum;
}

void ingot_conv2d_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n)
{
    const ingot_mac_params *p = params;
    const unsigned channels = k->in_c / k->groups;
    const unsigned segments = k->dilation_w == 1 && k->groups == 1 ? k->kernel_h : k->kernel_h * k->kernel_w;
    const unsigned segment = k->dilation_w == 1 && k->groups == 1 ? k->kernel_w * channels : channels;
    const unsigned quad_bytes = sizeof(ingot_mac_quad) + segments * ((segment + 15) / 16) * 64;
    const unsigned rows = k->batches > 1 ? k->batches * k->out_h : n;
    for (unsigned row = 0; row < rows; row++) {
        const unsigned image = k->batches > 1 ? row / k->out_h : 0;
        const unsigned out_y = k->batches > 1 ? row % k->out_h : y + row;
        const int8_t *source = in + (uintptr_t)image * k->in_h * k->in_w * k->in_c;
        int8_t *to = out + (uintptr_t)image * k->out_h * k->out_w * k->out_c +
                     ingot_row_offset(out_y, k->out_ring, k->out_w * k->out_c);
        for (unsigned x = 0; x < k->out_w; x++)
            for (unsigned c = 0; c < k->out_c; c++) {
                const ingot_mac_quad *quad = (const void *)((const char *)(p + 1) + c / 4 * quad_bytes);
                const unsigned group = c / (k->out_c / k->groups);
                const int32_t sum = quad->bias[c % 4] + window_sum(k, source, (const int8_t *)(quad + 1), p->in_zero,
                                                                   (int)out_y, (int)x, group, c % 4);
                const int32_t scaled = ingot_requantize(sum, quad->multiplier[c % 4], quad->shift[c % 4]);
                *to++ = (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
            }
    }
}
