/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D and DEPTHWISE_CONV_2D of int16 images with int8 weights (ingot/compiler/kernels/conv_s16.py). A depthwise convolution is
 * one with a group for every input channel. Sums have 64 bits.
 *
 * Parameter block: int32 low, high, the input's zero point, narrow, then for every output channel
 *     int32 bias (low word), bias (high word), multiplier, shift
 *     int8 weights[kernel_h * kernel_w * in_c / groups], filled up with zeros to four bytes
 * narrow: 1 where the bias has 32 bits: so have the sums, and the multiplier is not rounded to 16 bits.
 * Of QDQ models, the fourth number is the output's zero point, and bits of a float scale and 0 stand for multiplier and
 * shift (ingot/compiler/kernels/even_wide.py).
 * Scratch: a window (patch.h), two bytes an element.
 */
#ifndef INGOT_CONV_S16_H
#define INGOT_CONV_S16_H

#include "ingot_kernel.h"

typedef struct ingot_conv_s16 {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    uint8_t pad_top, pad_left;
    uint16_t groups;
    uint16_t batches; /* > 1: one call computes all rows of all images */
    uint16_t in_ring, out_ring;
} ingot_conv_s16;

void ingot_conv_s16_windows(const ingot_conv_s16 *k, const int16_t *in, int16_t *out, void *scratch, const void *params,
                            unsigned y, unsigned n);
void ingot_conv_even_s16_windows(const ingot_conv_s16 *k, const int16_t *in, int16_t *out, void *scratch,
                                 const void *params, unsigned y, unsigned n);
void ingot_conv_even_s16_s8_windows(const ingot_conv_s16 *k, const int16_t *in, int8_t *out, void *scratch,
                                    const void *params, unsigned y, unsigned n);

#endif
