/* SPDX-License-Identifier: Apache-2.0 */
/* BATCH_MATMUL with the arithmetic of QDQ models. */
#define INGOT_EVEN
#include "batch_matmul_products.h"

void ingot_batch_matmul_even_s8(const ingot_batch_matmul *k, const int8_t *left, const int8_t *right, int8_t *out,
                                void *scratch, const void *params, unsigned y, unsigned n)
{
    (void)y;
    (void)n;
    products(k, left, right, out, scratch, params, 0);
}

void ingot_batch_matmul_even_s8_const(const ingot_batch_matmul *k, const int8_t *left, int8_t *out, void *scratch,
                                      const void *params, unsigned y, unsigned n)
{
    ingot_batch_matmul_even_s8(k, left, (const int8_t *)params + sizeof(numbers), out, scratch, params, y, n);
}
