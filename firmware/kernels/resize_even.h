/* SPDX-License-Identifier: Apache-2.0 */
/* RESIZE_BILINEAR between quantized tensors of QDQ models (ingot/compiler/kernels/even_resize.py): the operations of
 * float32 of onnxruntime's Resize, in its order, each rounded:
 *
 *     nearest((w0 * x0 + w1 * x1 + w2 * x2 + w3 * x3) / scale) + zero     x: (stored number - zero_in) * scale_in
 *     position of result i: (i + half) * times / by - half, not outside the image
 */
#ifndef INGOT_RESIZE_EVEN_H
#define INGOT_RESIZE_EVEN_H

#include "ingot_kernel.h"

typedef struct ingot_resize_even {
    uint32_t batches;    /* images in a row of the schedule */
    uint32_t image_rows; /* output rows in a row of the schedule, of one batch */
    uint16_t in_height, in_width, out_width, channels;
    uint32_t y_times, y_by, x_times, x_by, half; /* the bits of floats */
    uint16_t in_ring, out_ring;
} ingot_resize_even;

typedef struct ingot_resize_even_params {
    int32_t zero_in, zero, low, high;
    float scale_in, scale, inverse; /* inverse: 1 / scale */
} ingot_resize_even_params;

void ingot_resize_even_s8(const ingot_resize_even *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                          unsigned n);
void ingot_resize_even_s16(const ingot_resize_even *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                           unsigned n);

#endif
