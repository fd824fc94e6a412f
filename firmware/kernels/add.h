/* SPDX-License-Identifier: Apache-2.0 */
/* ADD and SUB: out = a + b, out = a - b (ingot/compiler/kernels/add.py). "sub_reversed" is b - a.
 *
 * Quantized, each input is brought to the common scale 2 * max(scales) / 2^left_shift (left_shift 20 for 8 bits, 15 for
 * 16 bits), the sum to the output's scale; every step rounds as LiteRT's reference kernel does.
 */
#ifndef INGOT_ADD_H
#define INGOT_ADD_H

#include "binary.h"

typedef struct ingot_add_params {
    int32_t offset0, offset1; /* -zero point of the inputs */
    int32_t multiplier0, multiplier1;
    int32_t right0, right1; /* right shifts, >= 0 */
    int32_t multiplier_out, right_out;
    int32_t zero_point; /* of the output */
    int32_t lo, hi;
    uint32_t flags;
    int32_t linear0, linear1, linear, linear_shift; /* see INGOT_ADD_LINEAR */
} ingot_add_params;

/* All 65536 pairs of bytes give the same as (a * linear0 + b * linear1 + linear) >> linear_shift with the clamps, which
 * does not overflow. Found by trying them at compile time. */
#define INGOT_ADD_LINEAR 16u

/* 16 bits with scales that are powers of two (pot_scale_int16): the inputs are only shifted right, then added. */
#define INGOT_ADD_POWERS_OF_TWO 8u

typedef struct ingot_clamp_f32_params {
    float lo, hi;
} ingot_clamp_f32_params;

typedef struct ingot_clamp_s32_params {
    int32_t lo, hi;
} ingot_clamp_s32_params;

INGOT_BINARY_PROTOTYPES(add_s8, add_s8_const, int8_t, int8_t)
INGOT_BINARY_PROTOTYPES(sub_s8, sub_s8_const, int8_t, int8_t)
INGOT_BINARY_PROTOTYPES(sub_reversed_s8, sub_reversed_s8_const, int8_t, int8_t)
INGOT_BINARY_PROTOTYPES(add_s16, add_s16_const, int16_t, int16_t)
INGOT_BINARY_PROTOTYPES(sub_s16, sub_s16_const, int16_t, int16_t)
INGOT_BINARY_PROTOTYPES(sub_reversed_s16, sub_reversed_s16_const, int16_t, int16_t)
INGOT_BINARY_PROTOTYPES(add_f32, add_f32_const, float, float)
INGOT_BINARY_PROTOTYPES(sub_f32, sub_f32_const, float, float)
INGOT_BINARY_PROTOTYPES(sub_reversed_f32, sub_reversed_f32_const, float, float)
INGOT_BINARY_PROTOTYPES(add_s32, add_s32_const, int32_t, int32_t)
INGOT_BINARY_PROTOTYPES(sub_s32, sub_s32_const, int32_t, int32_t)
INGOT_BINARY_PROTOTYPES(sub_reversed_s32, sub_reversed_s32_const, int32_t, int32_t)

#endif
