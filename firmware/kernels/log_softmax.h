/* SPDX-License-Identifier: Apache-2.0 */
/* LOG_SOFTMAX over the innermost dimension (ingot/compiler/kernels/log_softmax.py). */
#ifndef INGOT_LOG_SOFTMAX_H
#define INGOT_LOG_SOFTMAX_H

#include "ingot_kernel.h"

typedef struct ingot_log_softmax {
    uint32_t groups; /* in a row */
    uint32_t depth;
    uint16_t in_ring, out_ring;
} ingot_log_softmax;

/* Tables over the difference d = 0..255 to the group's largest number. */
typedef struct ingot_log_softmax_params {
    int32_t reverse_multiplier, reverse_shift; /* from Q5.26 to the input's scale */
    int32_t diff_min;                          /* smallest difference (negative) that counts */
    int32_t exp[256];                          /* exp(-d * scale), Q0.31; 0 beyond diff_min */
    int32_t scaled[256];                       /* -d * scale, Q5.26 */
} ingot_log_softmax_params;

void ingot_log_softmax_s8(const ingot_log_softmax *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                          unsigned n);
void ingot_log_softmax_f32(const ingot_log_softmax *k, const float *in, float *out, const void *params, unsigned y,
                           unsigned n);

#endif
