/* SPDX-License-Identifier: Apache-2.0 */
/* SVDF of int8 with an int16 state that lasts from one inference to the next (ingot/compiler/kernels/svdf.py). */
#ifndef INGOT_SVDF_H
#define INGOT_SVDF_H

#include "ingot_kernel.h"

typedef struct ingot_svdf {
    uint32_t batches, inputs, units, rank, memory;
    uint16_t in0_ring, in1_ring, out_ring;
} ingot_svdf;

/* The block: this; int32 bias[units]; int32 feature_bias[units * rank], which is -zero point * sum of weights;
 * int16 time_weights[units * rank][memory], padded to 4 bytes; int8 feature_weights[units * rank][inputs]. */
typedef struct ingot_svdf_params {
    int32_t feature_multiplier, feature_shift;
    int32_t multiplier, shift, zero_point;
} ingot_svdf_params;

/* in1: the state, (batches, units * rank, memory), oldest first; it is changed. */
void ingot_svdf_s8(const ingot_svdf *k, const int8_t *in0, int16_t *in1, int8_t *out, const void *params, unsigned y,
                   unsigned n);

#endif
