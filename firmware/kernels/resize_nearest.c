/* SPDX-License-Identifier: Apache-2.0 */
#include "resize_nearest.h"

#include "bytes.h"

/* The input position of output position i, as LiteRT's float32 arithmetic finds it. */
static unsigned nearest(const ingot_resize_nearest *k, unsigned i, uint32_t scale_bits, unsigned size)
{
    float scale;
    memcpy(&scale, &scale_bits, sizeof scale);
    const float at = ((float)i + (k->half_pixel ? 0.5f : 0.0f)) * scale; /* never negative */
    unsigned from = (unsigned)at;
    if (k->align_corners && at - (float)from >= 0.5f)
        from++;
    return from < size ? from : size - 1;
}

void ingot_resize_nearest_rows(const ingot_resize_nearest *k, const void *in, void *out, const void *params, unsigned y,
                               unsigned n)
{
    const unsigned in_pitch = k->in_width * k->pixel, out_pitch = k->out_width * k->pixel;
    (void)params;
    for (unsigned batch = 0; batch < k->batches; batch++) {
        for (unsigned i = 0; i < n * k->image_rows; i++) {
            const unsigned row = y * k->image_rows + i;
            const unsigned from = nearest(k, row, k->y_scale_bits, k->in_height);
            const char *source = (const char *)in + ingot_row_offset(from, k->in_ring, in_pitch);
            char *to = (char *)out + ingot_row_offset(row, k->out_ring, out_pitch);
            for (unsigned x = 0; x < k->out_width; x++, to += k->pixel)
                ingot_copy_bytes(to, source + nearest(k, x, k->x_scale_bits, k->in_width) * k->pixel, k->pixel);
        }
        in = (const char *)in + (size_t)in_pitch * k->in_height;
        out = (char *)out + (size_t)out_pitch * k->image_rows;
    }
}
