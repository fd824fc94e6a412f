/* SPDX-License-Identifier: Apache-2.0 */
/* Layers of float32 data with int8 weights ("dynamic range"): their input is quantized when they run, each vector (or
 * image of a batch) with a scale of its own (ingot/compiler/kernels/dynamic_range.py). Three kernels share the work:
 *
 *   dynamic_range_f32           the scale of each group of numbers, from its smallest and largest
 *   dynamic_range_quantize_f32  the numbers as int8, at any rows
 *   dynamic_conv2d_*, dynamic_fully_connected_s8   the layer: exact sums, then one or two products of float32
 *
 * Parameter block of the first: uint32 flags; of the second: int32 low, the lowest number that is made. */
#ifndef INGOT_DYNAMIC_RANGE_H
#define INGOT_DYNAMIC_RANGE_H

#include "ingot_kernel.h"

enum {
    INGOT_DYNAMIC_ASYMMETRIC = 1, /* -128..127 from the smallest to the largest, else -127..127 around 0 */
    /* The scale is -0.0 where all numbers of all groups are 0, so that a layer gives its bias to the sign of zero. */
    INGOT_DYNAMIC_MARKS_ZEROS = 2,
};

/* number = scale * (stored - zero); inverse is what LiteRT multiplies by, 0 where all numbers are 0. */
typedef struct ingot_dynamic_scale {
    float scale, inverse;
    int32_t zero;
} ingot_dynamic_scale;

typedef struct ingot_dynamic_range {
    uint32_t groups;
    uint32_t elements; /* of a group */
    uint16_t in_ring, out_ring; /* always 0: the input is there as a whole */
} ingot_dynamic_range;

void ingot_dynamic_range_f32(const ingot_dynamic_range *k, const float *in, ingot_dynamic_scale *out, const void *params,
                             unsigned y, unsigned n);

typedef struct ingot_dynamic_range_quantize {
    uint32_t row_elements;
    uint32_t elements; /* of a group */
    uint16_t in0_ring, in1_ring, out_ring;
} ingot_dynamic_range_quantize;

void ingot_dynamic_range_quantize_f32(const ingot_dynamic_range_quantize *k, const float *in,
                                      const ingot_dynamic_scale *scales, int8_t *out, const void *params, unsigned y,
                                      unsigned n);

#endif
