/* SPDX-License-Identifier: Apache-2.0 */
/* QUANTIZE and DEQUANTIZE where no table of 256 entries does (ingot/compiler/kernels/quantize.py), element by element.
 *
 * quantize_f32_*: round(x / scale) + zero point, ties away from zero, saturating. The quotient is the float32 that a
 * division gives. Infinite ones and such whose quotient is no float32 saturate, NaN gives the zero point.
 * requantize_*: LiteRT's fixed-point rescaling from one scale to another.
 */
#ifndef INGOT_QUANTIZE_H
#define INGOT_QUANTIZE_H

#include "ingot_kernel.h"

typedef struct ingot_quantize {
    uint32_t row_elements;
    uint16_t in_ring, out_ring;
} ingot_quantize;

typedef struct ingot_quantize_params {
    float scale, inverse; /* inverse: 1 / scale, rounded to float32 */
    int32_t zero_point;
} ingot_quantize_params;

typedef struct ingot_requantize_params {
    int32_t in_zero_point, multiplier, shift, out_zero_point;
} ingot_requantize_params;

typedef struct ingot_dequantize_params {
    float scale;
    int32_t zero_point;
} ingot_dequantize_params;

#define INGOT_QUANTIZE_PROTOTYPE(name, in_type, out_type)                                                             \
    void ingot_##name(const ingot_quantize *k, const in_type *in, out_type *out, const void *params, unsigned y,      \
                      unsigned n);

INGOT_QUANTIZE_PROTOTYPE(quantize_f32_s8, float, int8_t)
INGOT_QUANTIZE_PROTOTYPE(quantize_even_f32_s8, float, int8_t) /* of QDQ models: ties to even; inverse is not used */
INGOT_QUANTIZE_PROTOTYPE(quantize_even_f32_s16, float, int16_t)
INGOT_QUANTIZE_PROTOTYPE(quantize_f32_u8, float, uint8_t)
INGOT_QUANTIZE_PROTOTYPE(quantize_f32_s16, float, int16_t)
INGOT_QUANTIZE_PROTOTYPE(requantize_s16_s8, int16_t, int8_t)
INGOT_QUANTIZE_PROTOTYPE(requantize_s16_s16, int16_t, int16_t)
INGOT_QUANTIZE_PROTOTYPE(requantize_s16_s32, int16_t, int32_t)
INGOT_QUANTIZE_PROTOTYPE(requantize_s32_s8, int32_t, int8_t)
INGOT_QUANTIZE_PROTOTYPE(requantize_s32_s16, int32_t, int16_t)
INGOT_QUANTIZE_PROTOTYPE(dequantize_s16_f32, int16_t, float)
INGOT_QUANTIZE_PROTOTYPE(dequantize_s32_f32, int32_t, float)

#endif
