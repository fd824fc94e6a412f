/* SPDX-License-Identifier: Apache-2.0 */
/* RESIZE_BILINEAR (ingot/compiler/kernels/resize_bilinear.py).
 *
 * int8: positions are in 1/1024 of an input pixel; the four neighbours are weighted with products of two 10-bit
 * fractions and the sum is divided by 2^20, ties away from zero. float32: LiteRT's order of operations.
 */
#ifndef INGOT_RESIZE_BILINEAR_H
#define INGOT_RESIZE_BILINEAR_H

#include "ingot_kernel.h"

typedef struct ingot_resize_bilinear {
    uint32_t batches;    /* images in a row of the schedule */
    uint32_t image_rows; /* output rows in a row of the schedule, of one batch */
    uint16_t in_height, in_width, out_width, channels;
    int32_t y_scale, y_start, x_scale, x_start; /* position of output i: i * scale + start, in 1/1024 */
    uint32_t y_scale_bits, x_scale_bits;        /* float32: the bits of the scales */
    uint8_t half_pixel;                         /* float32 */
    uint16_t in_ring, out_ring;
} ingot_resize_bilinear;

void ingot_resize_bilinear_s8(const ingot_resize_bilinear *k, const int8_t *in, int8_t *out, const void *params,
                              unsigned y, unsigned n);
void ingot_resize_bilinear_s16(const ingot_resize_bilinear *k, const int16_t *in, int16_t *out, const void *params,
                               unsigned y, unsigned n);
void ingot_resize_bilinear_f32(const ingot_resize_bilinear *k, const float *in, float *out, const void *params,
                               unsigned y, unsigned n);
void ingot_resize_bilinear_u8(const ingot_resize_bilinear *k, const uint8_t *in, uint8_t *out, const void *params,
                              unsigned y, unsigned n);

#endif
