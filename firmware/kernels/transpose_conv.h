/* TRANSPOSE_CONV of int8 images (ingot/kernels/transpose_conv.py), seen from the output: output row y takes kernel row
 * ky from input row (y + pad_top - ky) / stride_h wherever that is whole and inside the image.
 *
 * Parameter block: ingot_mac_params, then for every output channel
 *     int32 bias, multiplier, shift, 0
 *     int32 offset[kernel_h * kernel_w]    in_zero * sum(weights of the tap)
 *     int8 weights[kernel_h * kernel_w][in_c rounded up to 16]
 */
#ifndef INGOT_TRANSPOSE_CONV_H
#define INGOT_TRANSPOSE_CONV_H

#include "mac_params.h"

typedef struct ingot_transpose_conv {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left;
    uint16_t batches; /* > 1: one call computes all rows of all images */
    uint16_t in_ring, out_ring;
} ingot_transpose_conv;

void ingot_transpose_conv_s8(const ingot_transpose_conv *k, const int8_t *in, int8_t *out, const void *params,
                             unsigned y, unsigned n);

#endif
