/* SPDX-License-Identifier: Apache-2.0 */
/* SOFTMAX over the innermost dimension (ingot/compiler/kernels/softmax.py).
 *
 * s8: exp() of every difference to the row's largest number is in a table, so that the kernel only adds, divides once a
 * row and scales. With two classes nothing but the difference of the two matters: the results themselves are a table.
 * s16: LiteRT's tables of exp(x) and 1 / (1 + x) with linear interpolation.
 */
#ifndef INGOT_SOFTMAX_H
#define INGOT_SOFTMAX_H

#include "ingot_kernel.h"

typedef struct ingot_softmax {
    uint32_t groups; /* in a row: how many softmaxes */
    uint32_t depth;  /* numbers in each */
    uint16_t in_ring, out_ring;
} ingot_softmax;

/* Block of softmax_s8 and softmax_u8: exp(-d * scale * beta) as Q0.31, d = 0..255; 0 where LiteRT skips the number. */
typedef struct ingot_softmax_s8_params {
    int32_t exp[256];
} ingot_softmax_s8_params;

/* Block of softmax2_s8: the result of a for a - b = -256..255; entry 0 is never used. */
typedef struct ingot_softmax2_s8_params {
    int8_t result[512];
} ingot_softmax2_s8_params;

/* Block of softmax_s16. Tables: 513 numbers over the range of int16, see LiteRT's LUTLookup. */
typedef struct ingot_softmax_s16_params {
    int32_t multiplier, shift;
    int16_t exp[514];
    int16_t reciprocal[514];
} ingot_softmax_s16_params;

typedef struct ingot_softmax_f32_params {
    float beta;
} ingot_softmax_f32_params;

void ingot_softmax_s8(const ingot_softmax *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n);
void ingot_softmax_u8(const ingot_softmax *k, const uint8_t *in, uint8_t *out, const void *params, unsigned y,
                      unsigned n);
void ingot_softmax2_s8(const ingot_softmax *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                       unsigned n);
void ingot_softmax_s16(const ingot_softmax *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                       unsigned n);
void ingot_softmax_f32(const ingot_softmax *k, const float *in, float *out, const void *params, unsigned y, unsigned n);

/* With the arithmetic of QDQ models. Block: the output's scale and zero point, clamps, exp(-d * scale) in units of 2^-30 for
 * d = 0..255. */
void ingot_softmax_even_s8(const ingot_softmax *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                           unsigned n);

void ingot_softmax_wide_s8(const ingot_softmax *k, const int8_t *in, int16_t *out, const void *params, unsigned y,
                           unsigned n);

#endif
