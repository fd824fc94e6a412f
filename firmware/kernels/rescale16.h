/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of one int16 number that are a multiplier above the zero point and another one below: LEAKY_RELU, the RELU
 * family, ABS (ingot/compiler/kernels/rescale16.py). */
#ifndef INGOT_RESCALE16_H
#define INGOT_RESCALE16_H

#include "ingot_kernel.h"

typedef struct ingot_rescale16 {
    uint32_t row_elements;
    uint16_t in_ring, out_ring;
} ingot_rescale16;

/* multiplier, shift: of numbers from the zero point up, then of those below. before, after: what numbers below it are
 * multiplied with before and after their scaling, 1 or -1. */
typedef struct ingot_rescale16_params {
    int32_t in_zero, out_zero, low, high;
    int32_t multiplier[2], shift[2];
    int32_t before, after;
} ingot_rescale16_params;

void ingot_rescale16_rows(const ingot_rescale16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                          unsigned n);

#endif
