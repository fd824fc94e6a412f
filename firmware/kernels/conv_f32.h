/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV of float32 images (ingot/compiler/kernels/conv_f32.py). A depthwise convolution is
 * one with a group for every input channel. A transposed one moves its kernel, turned by half a turn, in steps of one
 * over an image whose pixels lie spread_h rows and spread_w columns apart, with nothing between them.
 *
 * Parameter block: float low, high, 0, 0, then for every output channel
 *     float bias, weights[kernel_h * kernel_w * in_c / groups]
 */
#ifndef INGOT_CONV_F32_H
#define INGOT_CONV_F32_H

#include "ingot_kernel.h"

typedef struct ingot_conv_f32 {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w, pad_top, pad_left;
    uint16_t stride_h, stride_w, dilation_h, dilation_w;
    uint16_t spread_h, spread_w; /* 1, or strides and dilations are 1 */
    uint16_t groups;
    uint16_t batches; /* > 1: one call computes all rows of all images */
    uint16_t in_ring, out_ring;
} ingot_conv_f32;

void ingot_conv_f32_windows(const ingot_conv_f32 *k, const float *in, float *out, const void *params, unsigned y,
                            unsigned n);

#endif
