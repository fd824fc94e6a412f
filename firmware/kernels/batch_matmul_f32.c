/* SPDX-License-Identifier: Apache-2.0 */
#include "batch_matmul.h"

/* Where matrix n of the output has its factor: element offset from the first one. */
static uint32_t factor(const uint32_t *batches, const uint32_t *steps, uint32_t n)
{
    const uint32_t outer = n / batches[2];
    return n % batches[2] * steps[2] + outer % batches[1] * steps[1] + outer / batches[1] * steps[0];
}

/* Products are added in their order, as LiteRT adds them. */
static float *product(const ingot_batch_matmul *k, const float *left, const float *right, float *out)
{
    for (const float *end = left + k->rows * k->left_row; left < end; left += k->left_row)
        for (uint32_t j = 0; j < k->columns; j++) {
            const float *column = right + j * k->right_column;
            float sum = 0.0f;
            for (uint32_t d = 0; d < k->depth; d++)
                sum += left[d * k->left_step] * column[d * k->right_step];
            *out++ = sum;
        }
    return out;
}

void ingot_batch_matmul_f32(const ingot_batch_matmul *k, const float *left, const float *right, float *out,
                            const void *params, unsigned y, unsigned n)
{
    const uint32_t *batches = k->batches;
    (void)params;
    (void)y;
    (void)n;
    for (uint32_t i = 0; i < batches[0] * batches[1] * batches[2]; i++)
        out = product(k, left + factor(batches, k->left_batch, i), right + factor(batches, k->right_batch, i), out);
}

void ingot_batch_matmul_f32_const(const ingot_batch_matmul *k, const float *left, float *out, const void *params,
                                  unsigned y, unsigned n)
{
    ingot_batch_matmul_f32(k, left, params, out, params, y, n);
}
