/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D of int8 images (ingot/compiler/kernels/conv2d.py).
 *
 * Parameter block: ingot_mac_params, then for every group its records (dense.h). The depth of a window is
 * kernel_h * kernel_w * (in_c / groups) bytes, in this order; with by_column kernel_w * kernel_h * in_c.
 *
 * conv2d_s8 copies `patches` windows at a time to its scratch: one by one (patch.h), or the columns under them
 * (columns.h).
 */
#ifndef INGOT_CONV2D_H
#define INGOT_CONV2D_H

#include "mac_params.h"

typedef struct ingot_conv2d {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
    uint8_t pad_top, pad_left;
    uint16_t groups;
    uint16_t batches; /* > 1: one call computes all rows of all images */
    uint16_t patches;  /* windows in the scratch, an even number */
    uint8_t by_column; /* neighbouring windows share columns */
    uint16_t in_ring, out_ring;
} ingot_conv2d;

void ingot_conv2d_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params, unsigned y,
                     unsigned n);

/* A 1x1 kernel without padding and groups: pixels are used where they lie. */
typedef struct ingot_conv2d_1x1 {
    uint32_t pixels;             /* outputs of a row */
    uint32_t in_pitch;           /* bytes of an input row */
    uint16_t in_c, out_c;
    uint8_t stride_h, stride_w;
    uint16_t in_ring, out_ring;
} ingot_conv2d_1x1;

void ingot_conv2d_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                         unsigned n);

/* Both, with another form of windows of at most 32 numbers: fewer cycles where they have many channels, and more code. */
void ingot_conv2d_short_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                           unsigned y, unsigned n);
void ingot_conv2d_short_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                               unsigned n);

/* The same with the arithmetic of QDQ models (mac_result.h). */
void ingot_conv2d_even_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                          unsigned y, unsigned n);
void ingot_conv2d_even_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                              unsigned n);

/* Both with weights of four bits (w4.h). */
void ingot_conv2d_even_w4_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                             unsigned y, unsigned n);
void ingot_conv2d_even_w4_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params,
                                 unsigned y, unsigned n);
void ingot_conv2d_w4_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                        unsigned y, unsigned n);
void ingot_conv2d_w4_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                            unsigned n);
/* The same for weights with a zero point (ingot_mac_params.weights_zero), which is in the bias too. */
void ingot_conv2d_offset_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                            unsigned y, unsigned n);
void ingot_conv2d_offset_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params,
                                unsigned y, unsigned n);

/* conv2d_s8 and conv2d_1x1_s8 where a window has so many chunks of 16 bytes (9: or more), a group eight channels or more. */
#define INGOT_CONV2D_FORM(any, pointwise)                                                                              \
    void any(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params, unsigned y,      \
             unsigned n);                                                                                              \
    void pointwise(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params, unsigned y,           \
                   unsigned n);
INGOT_CONV2D_FORM(ingot_conv2d_x1_s8, ingot_conv2d_x1_1x1_s8)
INGOT_CONV2D_FORM(ingot_conv2d_x2_s8, ingot_conv2d_x2_1x1_s8)
INGOT_CONV2D_FORM(ingot_conv2d_x3_s8, ingot_conv2d_x3_1x1_s8)
INGOT_CONV2D_FORM(ingot_conv2d_x4_s8, ingot_conv2d_x4_1x1_s8)
INGOT_CONV2D_FORM(ingot_conv2d_x5_s8, ingot_conv2d_x5_1x1_s8)
INGOT_CONV2D_FORM(ingot_conv2d_x6_s8, ingot_conv2d_x6_1x1_s8)
INGOT_CONV2D_FORM(ingot_conv2d_x7_s8, ingot_conv2d_x7_1x1_s8)
INGOT_CONV2D_FORM(ingot_conv2d_x8_s8, ingot_conv2d_x8_1x1_s8)
INGOT_CONV2D_FORM(ingot_conv2d_x9_s8, ingot_conv2d_x9_1x1_s8)

#endif
