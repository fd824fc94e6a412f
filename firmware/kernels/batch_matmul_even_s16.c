/* SPDX-License-Identifier: Apache-2.0 */
/* BATCH_MATMUL of int16 with the arithmetic of QDQ models. */
#include "batch_matmul_dot16.h"
#include "requantize_even.h"

typedef struct numbers {
    int32_t left_zero, right_zero, out_zero, scale, shift, low, high, reserved;
} numbers;

static int64_t sum_of(const int16_t *a, uint32_t step, uint32_t n)
{
    int64_t sum = 0;
    for (; n; n--, a += step)
        sum += *a;
    return sum;
}

/* sum((a - left_zero) * (b - right_zero)) = a . b - right_zero * sum(a) - left_zero * sum(b) + constant. */
static int16_t *product(const ingot_batch_matmul *k, const int16_t *left, const int16_t *right, int16_t *out,
                        const numbers *given)
{
    const numbers p = *given; /* out may be anything, to the compiler */
    const int64_t constant = (int64_t)p.left_zero * p.right_zero * (int32_t)k->depth;
    for (const int16_t *end = left + k->rows * k->left_row; left < end; left += k->left_row) {
        const int64_t of_row = p.right_zero ? p.right_zero * sum_of(left, k->left_step, k->depth) : 0;
        for (uint32_t j = 0; j < k->columns; j++) {
            const int16_t *column = right + j * k->right_column;
            int64_t sum = dot(left, k->left_step, column, k->right_step, k->depth) - of_row + constant;
            if (p.left_zero)
                sum -= p.left_zero * sum_of(column, k->right_step, k->depth);
            const int32_t result = ingot_requantize_even_wide(sum, p.scale, p.out_zero);
            *out++ = (int16_t)ingot_clamp(result, p.low, p.high);
        }
    }
    return out;
}

void ingot_batch_matmul_even_s16(const ingot_batch_matmul *k, const int16_t *left, const int16_t *right, int16_t *out,
                                 const void *params, unsigned y, unsigned n)
{
    const uint32_t *batches = k->batches;
    (void)y;
    (void)n;
    for (uint32_t i = 0; i < batches[0] * batches[1] * batches[2]; i++)
        out = product(k, left + factor(batches, k->left_batch, i), right + factor(batches, k->right_batch, i), out,
                      params);
}

void ingot_batch_matmul_even_s16_const(const ingot_batch_matmul *k, const int16_t *left, int16_t *out,
                                       const void *params, unsigned y, unsigned n)
{
    ingot_batch_matmul_even_s16(k, left, (const int16_t *)((const numbers *)params + 1), out, params, y, n);
}
