/* SPDX-License-Identifier: Apache-2.0 */
#include "batch_matmul.h"
#include "requantize64.h"

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
