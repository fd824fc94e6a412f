/* SPDX-License-Identifier: Apache-2.0 */
/* Pointwise functions of float32 (ingot/compiler/kernels/unary.py), for the tails of mixed models. 8-bit ones are tables. */
#ifndef INGOT_UNARY_F32_H
#define INGOT_UNARY_F32_H

#include "ingot_kernel.h"

typedef struct ingot_unary_f32 {
    uint32_t row_elements;
    uint16_t in_ring, out_ring;
} ingot_unary_f32;

/* Of LEAKY_RELU. */
typedef struct ingot_unary_f32_params {
    float alpha;
} ingot_unary_f32_params;

#define INGOT_UNARY_F32(name)                                                                                         \
    void ingot_##name(const ingot_unary_f32 *k, const float *in, float *out, const void *params, unsigned y, unsigned n)

INGOT_UNARY_F32(unary_f32_relu);
INGOT_UNARY_F32(unary_f32_relu6);
INGOT_UNARY_F32(unary_f32_relu_n1_to_1);
INGOT_UNARY_F32(unary_f32_leaky_relu);
INGOT_UNARY_F32(unary_f32_elu);
INGOT_UNARY_F32(unary_f32_hard_swish);
INGOT_UNARY_F32(unary_f32_gelu);
INGOT_UNARY_F32(unary_f32_gelu_tanh);
INGOT_UNARY_F32(unary_f32_logistic);
INGOT_UNARY_F32(unary_f32_tanh);
INGOT_UNARY_F32(unary_f32_abs);
INGOT_UNARY_F32(unary_f32_neg);
INGOT_UNARY_F32(unary_f32_square);
INGOT_UNARY_F32(unary_f32_sqrt);
INGOT_UNARY_F32(unary_f32_rsqrt);
INGOT_UNARY_F32(unary_f32_exp);
INGOT_UNARY_F32(unary_f32_log);
INGOT_UNARY_F32(unary_f32_relu_0_to_1);
INGOT_UNARY_F32(unary_f32_floor);
INGOT_UNARY_F32(unary_f32_ceil);
INGOT_UNARY_F32(unary_f32_round);
INGOT_UNARY_F32(unary_f32_sin);
INGOT_UNARY_F32(unary_f32_cos);
INGOT_UNARY_F32(unary_f32_sign);

#endif
