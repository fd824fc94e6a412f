/* SPDX-License-Identifier: Apache-2.0 */
/* MUL with the arithmetic of QDQ models (ingot/compiler/kernels/add_even.py), as onnxruntime's QLinearMul:
 *
 *     nearest(fma((a - zero_a) * (b - zero_b), scale, zero))
 */
#ifndef INGOT_MUL_EVEN_H
#define INGOT_MUL_EVEN_H

#include "binary.h"

typedef struct ingot_mul_even_params {
    int32_t offset0, offset1; /* -zero point of the inputs */
    float scale, zero;
    int32_t low, high;
} ingot_mul_even_params;

INGOT_BINARY_PROTOTYPES(mul_even_s8, mul_even_s8_const, int8_t, int8_t)

#endif
