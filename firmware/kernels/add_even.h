/* SPDX-License-Identifier: Apache-2.0 */
/* ADD and SUB with the arithmetic of QDQ models (ingot/compiler/kernels/add_even.py), as onnxruntime's QLinearAdd:
 *
 *     nearest(fma(a, scale_a, fma(b, scale_b, rest)))     of the stored numbers; rest has all zero points in it
 */
#ifndef INGOT_ADD_EVEN_H
#define INGOT_ADD_EVEN_H

#include "binary.h"

typedef struct ingot_add_even_params {
    float scale0, scale1; /* of the kernel's operands */
    float rest;
    int32_t swapped; /* operand 0 is the model's second */
    int32_t low, high;
} ingot_add_even_params;

INGOT_BINARY_PROTOTYPES(add_even_s8, add_even_s8_const, int8_t, int8_t)

#endif
