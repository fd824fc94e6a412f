/* SPDX-License-Identifier: Apache-2.0 */
/* ADD, SUB and MUL of int16 of QDQ models (ingot/compiler/kernels/even_wide.py): of the real numbers, as the file says.
 *
 *     nearest(((a - zero_a) * scale_a o (b - zero_b) * scale_b) / scale) + zero     o: + or *; SUB has a scale below zero
 */
#ifndef INGOT_REAL_EVEN_H
#define INGOT_REAL_EVEN_H

#include "binary.h"

typedef struct ingot_real_even_params {
    int32_t zero0, zero1, zero;
    float scale0, scale1, scale;
    int32_t low, high;
} ingot_real_even_params;

INGOT_BINARY_PROTOTYPES(real_even_add_s16, real_even_add_s16_const, int16_t, int16_t)
INGOT_BINARY_PROTOTYPES(real_even_mul_s16, real_even_mul_s16_const, int16_t, int16_t)

#endif
