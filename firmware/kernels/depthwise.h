/* DEPTHWISE_CONV_2D of int8 images (ingot/kernels/depthwise.py).
 *
 * Parameter block: ingot_mac_params, then for every four output channels an ingot_mac_quad followed by
 *     int8 weights[kernel_h * kernel_w][4 channels].
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
    uint16_t batches;
    uint16_t in_ring, out_ring;
} ingot_depthwise;

void ingot_depthwise_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                        unsigned n);

#endif
