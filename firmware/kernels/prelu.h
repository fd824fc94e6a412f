/* SPDX-License-Identifier: Apache-2.0 */
/* PRELU: out = x >= 0 ? x : x * alpha (ingot/compiler/kernels/prelu.py). */
#ifndef INGOT_PRELU_H
#define INGOT_PRELU_H

#include "binary.h"

typedef struct ingot_prelu_params {
    int32_t offset, alpha_offset; /* -zero point */
    int32_t multiplier, shift;    /* of x >= 0 */
    int32_t multiplier_negative, shift_negative;
    int32_t zero_point; /* of the output */
} ingot_prelu_params;

INGOT_BINARY_PROTOTYPES(prelu_s8, prelu_s8_const, int8_t, int8_t)
INGOT_BINARY_PROTOTYPES(prelu_f32, prelu_f32_const, float, float)

#endif
