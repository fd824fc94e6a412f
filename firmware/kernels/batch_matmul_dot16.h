/* SPDX-License-Identifier: Apache-2.0 */
/* What products of int16 matrices share: where each matrix lies, and sums of 64 bits. */
#ifndef INGOT_BATCH_MATMUL_DOT16_H
#define INGOT_BATCH_MATMUL_DOT16_H

#include "batch_matmul.h"

/* Where matrix n of the output has its factor: element offset from the first one. */
static uint32_t factor(const uint32_t *batches, const uint32_t *steps, uint32_t n)
{
    const uint32_t outer = n / batches[2];
    return n % batches[2] * steps[2] + outer % batches[1] * steps[1] + outer / batches[1] * steps[0];
}

static int64_t dot(const int16_t *a, uint32_t a_step, const int16_t *b, uint32_t b_step, uint32_t n)
{
    int64_t sum = 0;
#if INGOT_MVE
    if (a_step == 1 && b_step == 1) {
        for (int left = (int)n; left > 0; left -= 8, a += 8, b += 8) {
            const mve_pred16_t live = vctp16q((uint32_t)left);
            sum = vmlaldavaq_s16(sum, vldrhq_z_s16(INGOT_ALIGNED(a), live), vldrhq_z_s16(INGOT_ALIGNED(b), live));
        }
        return sum;
    }
#endif
    for (; n; n--, a += a_step, b += b_step)
        sum += (int64_t)*a * *b;
    return sum;
}

#endif
