/* CONV_2D of int8 images (ingot/kernels/conv2d.py).
 *
 * A window is read in segments of contiguous input bytes: whole kernel rows (kernel_w * in_c) where the columns are not
 * dilated and there is one group, else single taps (in_c / groups).
 *
 * Parameter block: ingot_mac_params, then for every four output channels an ingot_mac_quad followed by
 *     int8 weights[segments][chunks][4 channels][16 bytes]
 * with each segment's bytes in chunks of 16, zeros past its end.
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
    uint16_t in_ring, out_ring;
} ingot_conv2d;

void ingot_conv2d_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n);

#endif
