/* SPDX-License-Identifier: Apache-2.0 */
/* ARG_MAX and ARG_MIN: the index of the first extreme number along one axis (ingot/compiler/kernels/arg_extreme.py).
 *
 * The output is outer x inner indexes in order; a row of the schedule is row_elements of them.
 */
#ifndef INGOT_ARG_EXTREME_H
#define INGOT_ARG_EXTREME_H

#include "ingot_kernel.h"

typedef struct ingot_arg_extreme {
    uint32_t axis, inner;
    uint32_t row_elements;
    uint8_t smallest;  /* 1: ARG_MIN */
    uint8_t out_bytes; /* 4 or 8 */
    uint16_t in_ring, out_ring;
} ingot_arg_extreme;

#define INGOT_ARG_EXTREME(name, type)                                                                                 \
    void ingot_##name(const ingot_arg_extreme *k, const type *in, void *out, const void *params, unsigned y, unsigned n)

INGOT_ARG_EXTREME(arg_extreme_s8, int8_t);
INGOT_ARG_EXTREME(arg_extreme_u8, uint8_t);
INGOT_ARG_EXTREME(arg_extreme_s16, int16_t);
INGOT_ARG_EXTREME(arg_extreme_s32, int32_t);
INGOT_ARG_EXTREME(arg_extreme_f32, float);

#endif
