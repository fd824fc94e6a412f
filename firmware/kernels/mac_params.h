/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters that every multiply-accumulate kernel starts its block with (ingot/compiler/kernels/mac_block.py). */
#ifndef INGOT_MAC_PARAMS_H
#define INGOT_MAC_PARAMS_H

#include "ingot_kernel.h"

enum {
    /* The usual case, with the shorter rounding: no shift is positive; with INGOT_MAC_BELOW_ZERO every one is negative. */
    INGOT_MAC_RIGHT_SHIFTS = 1,
    INGOT_MAC_BELOW_ZERO = 2, /* the clamp lets through numbers below the zero point: ties need a sign */
    INGOT_MAC_WIDE = 4, /* both weights of a pair of depthwise taps are -128: their products may exceed 16 bits */
    INGOT_MAC_NO_LEFT_SHIFTS = 8,
    INGOT_MAC_FITS_16 = 16, /* no sum, scaled, is beyond 16 bits */
    INGOT_MAC_BIAS_IN_SUMS = 32, /* of QDQ models: sums begin with their biases, and no bias is added last */
    INGOT_MAC_WIDE_SUMS = 64, /* of dense weights with four bits: a sum may leave 28 bits, see dense.h */
};

typedef struct ingot_mac_params {
    int32_t in_zero, out_zero; /* zero points */
    int32_t low, high;         /* clamps of the fused activation */
    uint32_t flags;
    int32_t weights_zero; /* zero point of the weights, of kernels whose weights have one */
    int32_t reserved[2];
} ingot_mac_params;

#endif
