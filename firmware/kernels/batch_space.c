/* SPDX-License-Identifier: Apache-2.0 */
#include "batch_space.h"

#include "bytes.h"

INGOT_INLINE char *output_row(const ingot_batch_space *k, void *out, unsigned row)
{
    return (char *)out + ingot_row_offset(row, k->rows_at_once == 1 ? k->out_ring : 0, k->out_width * k->pixel);
}

INGOT_INLINE const char *input_pixel(const ingot_batch_space *k, const void *in, uint32_t batch, uint32_t y, uint32_t x)
{
    return (const char *)in + ((size_t)(batch * k->in_height + y) * k->in_width + x) * k->pixel;
}

void ingot_batch_space_split(const ingot_batch_space *k, const void *in, void *out, const void *params, unsigned y,
                             unsigned n)
{
    const uint32_t pattern = ((const ingot_batch_space_params *)params)->pattern;
    for (unsigned row = y * k->rows_at_once; row < (y + n) * k->rows_at_once; row++) {
        char *to = output_row(k, out, row);
        const uint32_t batch = row / k->out_height, shift = batch / k->in_batches;
        const uint32_t from_y = row % k->out_height * k->block_height + shift / k->block_width - k->top;
        uint32_t from_x = shift % k->block_width - k->left;
        for (uint32_t x = k->out_width; x; x--, to += k->pixel, from_x += k->block_width) {
            if (from_y < k->in_height && from_x < k->in_width) /* numbers below zero are huge */
                ingot_copy_bytes(to, input_pixel(k, in, batch % k->in_batches, from_y, from_x), k->pixel);
            else
                ingot_fill_bytes(to, pattern, k->pixel);
        }
    }
}

void ingot_batch_space_join(const ingot_batch_space *k, const void *in, void *out, const void *params, unsigned y,
                            unsigned n)
{
    (void)params;
    for (unsigned row = y * k->rows_at_once; row < (y + n) * k->rows_at_once; row++) {
        char *to = output_row(k, out, row);
        const uint32_t batch = row / k->out_height, from_y = row % k->out_height + k->top;
        for (uint32_t x = 0; x < k->out_width; x++, to += k->pixel) {
            const uint32_t from_x = x + k->left;
            const uint32_t shift = from_y % k->block_height * k->block_width + from_x % k->block_width;
            ingot_copy_bytes(to,
                             input_pixel(k, in, shift * k->out_batches + batch, from_y / k->block_height,
                                         from_x / k->block_width),
                             k->pixel);
        }
    }
}
