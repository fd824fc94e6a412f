/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D of int8 images (ingot/compiler/kernels/depthwise.py).
 *
 * Parameter block: ingot_mac_params, then `multiplier` sets: the first outputs of all input channels, the second ones,
 * and so on. A set has for every sixteen input channels (the last group filled up with zeros)
 *     int8  weights[kernel_h * kernel_w][16]
 *     int32 bias[16], multiplier[16], shift[16]    bias contains -in_zero * sum(weights)
 * A set may have its channels several times, one after the other (ingot_depthwise.together); where there are several
 * sets, that makes no more groups.
 * The words of a group stand in the order in which widening splits a vector: channels 0 4 8 12, 2 6 10 14, 1 5 9 13,
 * 3 7 11 15 (ingot_depthwise_slot).
 */
#ifndef INGOT_DEPTHWISE_H
#define INGOT_DEPTHWISE_H

#include "mac_params.h"

typedef struct ingot_depthwise {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    uint8_t pad_top, pad_left;
    uint16_t multiplier; /* output channels an input channel */
    uint16_t batches;    /* > 1: one call computes all rows of all images */
    uint16_t together; /* neighbouring pixels that the block's weights are repeated for; 1: none */
    uint16_t in_ring, out_ring;
} ingot_depthwise;

/* Any kernel, stride, dilation and multiplier. */
void ingot_depthwise_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                        unsigned n);

/* 3x3 kernels with multiplier 1. Helium's form where the products of two taps fit 16 bits (not INGOT_MAC_WIDE). */
void ingot_depthwise_3x3_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                            unsigned n);
/* The same, quicker and with more code. */
void ingot_depthwise_3x3_x_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                              unsigned n);

/* Any, and 3x3 kernels, with the arithmetic of QDQ models (mac_result.h): bias and float scale in the places of multiplier
 * and shift. */
void ingot_depthwise_even_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                             unsigned n);
void ingot_depthwise_even_3x3_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                                 unsigned n);

/* Any, and 3x3 kernels, whose weights have a zero point: int16 weights[kernel_h * kernel_w][16], less the zero point;
 * words of channels 0 2 4 6, 1 3 5 7, 8 10 12 14, 9 11 13 15. */
void ingot_depthwise_offset_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                               unsigned n);
void ingot_depthwise_offset_3x3_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params,
                                   unsigned y, unsigned n);

#endif
