/* SPDX-License-Identifier: Apache-2.0 */
#include "batch_matmul_dot16.h"
#include "requantize64.h"

/* multipliers, shifts: `apart` from one column to the next; 0: all have the same. */
static int16_t *product(const ingot_batch_matmul *k, const int16_t *left, const int16_t *right, int16_t *out,
                        const int32_t *multipliers, const int32_t *shifts, unsigned apart)
{
    for (const int16_t *end = left + k->rows * k->left_row; left < end; left += k->left_row)
        for (uint32_t j = 0; j < k->columns; j++) {
            const int64_t sum = dot(left, k->left_step, right + j * k->right_column, k->right_step, k->depth);
            *out++ = (int16_t)ingot_clamp(ingot_requantize64(sum, multipliers[j * apart], shifts[j * apart]), INT16_MIN, INT16_MAX);
        }
    return out;
}

void ingot_batch_matmul_s16(const ingot_batch_matmul *k, const int16_t *left, const int16_t *right, int16_t *out,
                            const void *params, unsigned y, unsigned n)
{
    const uint32_t *batches = k->batches;
    (void)y;
    (void)n;
    for (uint32_t i = 0; i < batches[0] * batches[1] * batches[2]; i++)
        out = product(k, left + factor(batches, k->left_batch, i), right + factor(batches, k->right_batch, i), out,
                      (const int32_t *)params + 3, (const int32_t *)params + 4, 0);
}

void ingot_batch_matmul_s16_columns(const ingot_batch_matmul *k, const int16_t *left, int16_t *out, const void *params,
                                    unsigned y, unsigned n)
{
    const uint32_t *batches = k->batches;
    const int32_t *multipliers = (const int32_t *)params + 8, *shifts = multipliers + k->columns;
    const int16_t *right = (const int16_t *)(shifts + k->columns);
    (void)y;
    (void)n;
    for (uint32_t i = 0; i < batches[0] * batches[1] * batches[2]; i++)
        out = product(k, left + factor(batches, k->left_batch, i), right + factor(batches, k->right_batch, i), out,
                      multipliers, shifts, 1);
}

void ingot_batch_matmul_s16_const(const ingot_batch_matmul *k, const int16_t *left, int16_t *out, const void *params,
                                  unsigned y, unsigned n)
{
    ingot_batch_matmul_s16(k, left, (const int16_t *)((const int32_t *)params + 8), out, params, y, n);
}
