/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC and TANH of int16 (ingot/compiler/kernels/sigmoid16.py): one table of sigmoid(i / 24) as Q0.16, linear in between;
 * tanh(x) = 2 * sigmoid(2 * x) - 1. The input is scaled to 1 / (3 * 4096) first. */
#ifndef INGOT_SIGMOID16_H
#define INGOT_SIGMOID16_H

#include "ingot_kernel.h"

typedef struct ingot_sigmoid16 {
    uint32_t row_elements;
    uint16_t in_ring, out_ring;
} ingot_sigmoid16;

typedef struct ingot_sigmoid16_params {
    int32_t multiplier;
    int32_t right; /* right shift, rounding up ties */
    uint16_t sigmoid[256];
} ingot_sigmoid16_params;

void ingot_sigmoid16_logistic(const ingot_sigmoid16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                              unsigned n);
void ingot_sigmoid16_tanh(const ingot_sigmoid16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                          unsigned n);

#endif
