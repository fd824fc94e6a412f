/* SPDX-License-Identifier: Apache-2.0 */
/* AVERAGE_POOL_2D and MAX_POOL_2D of int8, int16 and float32 images (ingot/compiler/kernels/pooling.py), and MEAN of int8
 * over a whole image.
 *
 * Parameter block: int32 low, high: the clamps of the fused activation; floats for float32.
 */
#ifndef INGOT_POOL_H
#define INGOT_POOL_H

#include "ingot_kernel.h"

typedef struct ingot_pool {
    uint16_t in_h, in_w, channels;
    uint16_t out_h, out_w;
    uint16_t filter_h, filter_w;
    uint8_t stride_h, stride_w, pad_top, pad_left;
    uint16_t batches;
    uint16_t in_ring, out_ring;
    uint16_t reverse; /* the last row comes first */
} ingot_pool;

/* The block of average_pool_even_s8 and _s16. count: what every sum is divided by, 0 for the numbers in the window. */
typedef struct ingot_pool_even_params {
    int32_t low, high;
    float in_scale, out_scale;
    int32_t in_zero, out_zero, count, reserved;
} ingot_pool_even_params;

/* The kernels with `_rows` make one pixel of a whole image and run over the rows of their input: see window_rows.h. */
void ingot_average_pool_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                           unsigned n);
void ingot_average_pool_rows_s8(const ingot_pool *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                                unsigned y, unsigned n);
void ingot_average_pool_up_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                              unsigned n);
void ingot_average_pool_up_rows_s8(const ingot_pool *k, const int8_t *in, int8_t *out, void *scratch,
                                   const void *params, unsigned y, unsigned n);
void ingot_average_pool_even_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                                unsigned n);
void ingot_average_pool_even_s16(const ingot_pool *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                                 unsigned n);
void ingot_average_pool_even_rows_s8(const ingot_pool *k, const int8_t *in, int8_t *out, void *scratch,
                                     const void *params, unsigned y, unsigned n);
void ingot_max_pool_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n);
/* Their block is ingot_reduce_params (reduce.h). */
void ingot_reduce_mean_rows_s8(const ingot_pool *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                               unsigned y, unsigned n);
void ingot_reduce_even_mean_rows_s8(const ingot_pool *k, const int8_t *in, int8_t *out, void *scratch,
                                    const void *params, unsigned y, unsigned n);
void ingot_average_pool_s16(const ingot_pool *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                            unsigned n);
void ingot_max_pool_s16(const ingot_pool *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                        unsigned n);
void ingot_average_pool_f32(const ingot_pool *k, const float *in, float *out, const void *params, unsigned y,
                            unsigned n);
void ingot_max_pool_f32(const ingot_pool *k, const float *in, float *out, const void *params, unsigned y, unsigned n);

#endif
