/* SPDX-License-Identifier: Apache-2.0 */
/* MUL: out = a * b (ingot/compiler/kernels/mul.py). Quantized: (a + offset0) * (b + offset1) rescaled, two roundings. */
#ifndef INGOT_MUL_H
#define INGOT_MUL_H

#include "binary.h"

typedef struct ingot_mul_params {
    int32_t offset0, offset1; /* -zero point of the inputs */
    int32_t multiplier, shift;
    int32_t zero_point; /* of the output */
    int32_t lo, hi;
} ingot_mul_params;

typedef struct ingot_mul_f32_params {
    float lo, hi;
} ingot_mul_f32_params;

typedef struct ingot_mul_s32_params {
    int32_t lo, hi;
} ingot_mul_s32_params;

INGOT_BINARY_PROTOTYPES(mul_s8, mul_s8_const, int8_t, int8_t)
INGOT_BINARY_PROTOTYPES(mul_s16, mul_s16_const, int16_t, int16_t)
INGOT_BINARY_PROTOTYPES(mul_f32, mul_f32_const, float, float)
INGOT_BINARY_PROTOTYPES(mul_s32, mul_s32_const, int32_t, int32_t)

#endif
