/* SPDX-License-Identifier: Apache-2.0 */
/* L2_NORMALIZATION over the innermost dimension (ingot/compiler/kernels/l2_normalization.py). */
#ifndef INGOT_L2_NORMALIZATION_H
#define INGOT_L2_NORMALIZATION_H

#include "ingot_kernel.h"

typedef struct ingot_l2_normalization {
    uint32_t groups; /* in a row */
    uint32_t depth;
    uint16_t in_ring, out_ring;
} ingot_l2_normalization;

typedef struct ingot_l2_normalization_params {
    int32_t zero_point; /* of the input */
} ingot_l2_normalization_params;

void ingot_l2_normalization_s8(const ingot_l2_normalization *k, const int8_t *in, int8_t *out, const void *params,
                               unsigned y, unsigned n);
void ingot_l2_normalization_f32(const ingot_l2_normalization *k, const float *in, float *out, const void *params,
                                unsigned y, unsigned n);

#endif
