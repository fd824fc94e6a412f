/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D and DEPTHWISE_CONV_2D of dynamic range (dynamic.h): a group is an image. Windows are copied to the scratch
 * (patch.h), with the stored number of 0 around the image.
 *
 * Weights: (out_c, kernel_h * kernel_w * in_c / groups), each channel filled up to four bytes; of a depthwise one, whose
 * descriptor has one group, (kernel_h * kernel_w, out_c). */
#ifndef INGOT_DYNAMIC_CONV2D_H
#define INGOT_DYNAMIC_CONV2D_H

#include "dynamic.h"

typedef struct ingot_dynamic_conv2d {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    uint8_t pad_top, pad_left;
    uint16_t groups;
    uint16_t batches; /* > 1: one call computes all rows of all images */
    uint16_t patches; /* windows in the scratch */
    uint16_t in0_ring, in1_ring, out_ring;
} ingot_dynamic_conv2d;

void ingot_dynamic_conv2d_s8(const ingot_dynamic_conv2d *k, const int8_t *in, const ingot_dynamic_scale *scales,
                             float *out, void *scratch, const void *params, unsigned y, unsigned n);
void ingot_dynamic_conv2d_depthwise_s8(const ingot_dynamic_conv2d *k, const int8_t *in,
                                       const ingot_dynamic_scale *scales, float *out, void *scratch,
                                       const void *params, unsigned y, unsigned n);

#endif
