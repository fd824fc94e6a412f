/* SPDX-License-Identifier: Apache-2.0 */
/* MAXIMUM and MINIMUM of two inputs with the output's scale (ingot/compiler/kernels/minmax.py). No parameters.
 *
 * "reversed" takes the model's second input first, which matters for NaN and for zeros of two signs.
 */
#ifndef INGOT_MINMAX_H
#define INGOT_MINMAX_H

#include "binary.h"

INGOT_BINARY_PROTOTYPES(maximum_s8, maximum_s8_const, int8_t, int8_t)
INGOT_BINARY_PROTOTYPES(minimum_s8, minimum_s8_const, int8_t, int8_t)
INGOT_BINARY_PROTOTYPES(maximum_s16, maximum_s16_const, int16_t, int16_t)
INGOT_BINARY_PROTOTYPES(minimum_s16, minimum_s16_const, int16_t, int16_t)
INGOT_BINARY_PROTOTYPES(maximum_s32, maximum_s32_const, int32_t, int32_t)
INGOT_BINARY_PROTOTYPES(minimum_s32, minimum_s32_const, int32_t, int32_t)
INGOT_BINARY_PROTOTYPES(maximum_f32, maximum_f32_const, float, float)
INGOT_BINARY_PROTOTYPES(minimum_f32, minimum_f32_const, float, float)
INGOT_BINARY_PROTOTYPES(maximum_reversed_f32, maximum_reversed_f32_const, float, float)
INGOT_BINARY_PROTOTYPES(minimum_reversed_f32, minimum_reversed_f32_const, float, float)

#endif
