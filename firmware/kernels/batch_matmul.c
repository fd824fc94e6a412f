#include "batch_matmul.h"

typedef struct numbers {
    int32_t left_zero, right_zero, out_zero, multiplier, shift, low, high, reserved;
} numbers;

static int8_t *product(const ingot_batch_matmul *k, const int8_t *left, const int8_t *right, int8_t *out,
                       const numbers *p)
{
    for (uint32_t i = 0; i < k->rows; i++, left += k->left_row)
        for (uint32_t j = 0; j < k->columns; j++) {
            const int8_t *a = left, *b = right + j * k->right_column;
            int32_t sum = 0;
            for (uint32_t d = 0; d < k->depth; d++, a += k->left_step, b += k->right_step)
                sum += (*a - p->left_zero) * (*b - p->right_zero);
            *out++ = (int8_t)ingot_clamp(ingot_requantize(sum, p->multiplier, p->shift) + p->out_zero, p->low, p->high);
        }
    return out;
}

void ingot_batch_matmul_s8(const ingot_batch_matmul *k, const int8_t *left, const int8_t *right, int8_t *out,
                           const void *params, unsigned y, unsigned n)
{
    (void)y;
    (void)n;
    for (uint32_t a = 0; a < k->batches[0]; a++)
        for (uint32_t b = 0; b < k->batches[1]; b++)
            for (uint32_t c = 0; c < k->batches[2]; c++)
                out = product(k, left + a * k->left_batch[0] + b * k->left_batch[1] + c * k->left_batch[2],
                              right + a * k->right_batch[0] + b * k->right_batch[1] + c * k->right_batch[2], out, params);
}

void ingot_batch_matmul_const_s8(const ingot_batch_matmul *k, const int8_t *left, int8_t *out, const void *params,
                                 unsigned y, unsigned n)
{
    ingot_batch_matmul_s8(k, left, (const int8_t *)params + sizeof(numbers), out, params, y, n);
}
