/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN, SUM, REDUCE_MAX, REDUCE_MIN over any axes (ingot/compiler/kernels/reduce.py).
 *
 * A row of the output is four nested loops over kept positions; at each, three nested loops run over what is reduced.
 * Strides are elements of the input; the output is written in order.
 */
#ifndef INGOT_REDUCE_H
#define INGOT_REDUCE_H

#include "ingot_kernel.h"

typedef struct ingot_reduce {
    uint32_t in_pitch, out_pitch; /* elements from one row to the next */
    uint32_t kept[4], reduced[3]; /* how often, outermost first */
    int32_t kept_stride[4], reduced_stride[3];
    uint16_t in_ring, out_ring;
} ingot_reduce;

/* Block of the quantized means and sums: (sum - offset) * multiplier * 2^(shift - 31) + zero_point. */
typedef struct ingot_reduce_params {
    int32_t offset; /* zero point of the input times the numbers added */
    int32_t multiplier, shift, zero_point;
} ingot_reduce_params;

#define INGOT_REDUCE_PROTOTYPE(name, type)                                                                            \
    void ingot_##name(const ingot_reduce *k, const type *in, type *out, const void *params, unsigned y, unsigned n);

INGOT_REDUCE_PROTOTYPE(reduce_mean_s8, int8_t) /* SUM too: the block decides */
INGOT_REDUCE_PROTOTYPE(reduce_even_mean_s8, int8_t) /* of QDQ models: multiplier holds the bits of a float scale */
INGOT_REDUCE_PROTOTYPE(reduce_even_mean_s16, int16_t)
INGOT_REDUCE_PROTOTYPE(reduce_mean_s16, int16_t)
INGOT_REDUCE_PROTOTYPE(reduce_mean_f32, float)
INGOT_REDUCE_PROTOTYPE(reduce_sum_f32, float)
INGOT_REDUCE_PROTOTYPE(reduce_mean_s32, int32_t)
INGOT_REDUCE_PROTOTYPE(reduce_sum_s32, int32_t)
INGOT_REDUCE_PROTOTYPE(reduce_max_s8, int8_t)
INGOT_REDUCE_PROTOTYPE(reduce_min_s8, int8_t)
INGOT_REDUCE_PROTOTYPE(reduce_max_s16, int16_t)
INGOT_REDUCE_PROTOTYPE(reduce_min_s16, int16_t)
INGOT_REDUCE_PROTOTYPE(reduce_max_s32, int32_t)
INGOT_REDUCE_PROTOTYPE(reduce_min_s32, int32_t)
INGOT_REDUCE_PROTOTYPE(reduce_max_f32, float)
INGOT_REDUCE_PROTOTYPE(reduce_min_f32, float)

#endif
