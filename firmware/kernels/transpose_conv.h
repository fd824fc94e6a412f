/* SPDX-License-Identifier: Apache-2.0 */
/* TRANSPOSE_CONV of int8 images (ingot/compiler/kernels/transpose_conv.py), seen from the output: output row y takes kernel row
 * ky from input row (y + pad_top - ky) / stride_h wherever that is whole and inside the image. So outputs with the same
 * phase, (y + pad_top) % stride_h and (x + pad_left) % stride_w, are a convolution of stride 1 with every stride_h-th row
 * and every stride_w-th column of the kernel, from the phase on and in reverse order. A phase beyond the kernel has one
 * row or column of zeros.
 *
 * Parameter block: ingot_mac_params, then for every phase, row by row, its records (dense.h).
 * Scratch: `patches` windows (patch.h).
 */
#ifndef INGOT_TRANSPOSE_CONV_H
#define INGOT_TRANSPOSE_CONV_H

#include "mac_params.h"

typedef struct ingot_transpose_conv {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left;
    uint16_t batches; /* > 1: one call computes all rows of all images */
    uint16_t patches; /* windows in the scratch */
    uint16_t in_ring, out_ring;
} ingot_transpose_conv;

void ingot_transpose_conv_s8(const ingot_transpose_conv *k, const int8_t *in, int8_t *out, void *scratch,
                             const void *params, unsigned y, unsigned n);

/* Of int16 with int8 weights: sums have 64 bits. Parameter block as conv_s16.h has it. */
void ingot_transpose_conv_s16(const ingot_transpose_conv *k, const int16_t *in, int16_t *out, const void *params,
                              unsigned y, unsigned n);

#endif
