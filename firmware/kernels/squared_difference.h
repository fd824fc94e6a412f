/* SPDX-License-Identifier: Apache-2.0 */
/* SQUARED_DIFFERENCE: out = (a - b)^2 (ingot/compiler/kernels/squared_difference.py). */
#ifndef INGOT_SQUARED_DIFFERENCE_H
#define INGOT_SQUARED_DIFFERENCE_H

#include "binary.h"

/* Inputs are brought to 2 * max(scales) / 2^7, as in ADD. */
typedef struct ingot_squared_difference_params {
    int32_t offset0, offset1; /* -zero point of the inputs */
    int32_t multiplier0, multiplier1;
    int32_t right0, right1; /* right shifts, >= 0 */
    int32_t multiplier_out, shift_out;
    int32_t zero_point; /* of the output */
} ingot_squared_difference_params;

INGOT_BINARY_PROTOTYPES(squared_difference_s8, squared_difference_s8_const, int8_t, int8_t)
INGOT_BINARY_PROTOTYPES(squared_difference_f32, squared_difference_f32_const, float, float)
INGOT_BINARY_PROTOTYPES(squared_difference_s32, squared_difference_s32_const, int32_t, int32_t)

#endif
