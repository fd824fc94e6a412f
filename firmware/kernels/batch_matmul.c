/* SPDX-License-Identifier: Apache-2.0 */
#include "batch_matmul_products.h"

void ingot_batch_matmul_s8(const ingot_batch_matmul *k, const int8_t *left, const int8_t *right, int8_t *out,
                           void *scratch, const void *params, unsigned y, unsigned n)
{
    (void)y;
    (void)n;
    products(k, left, right, out, scratch, params, 0);
}

void ingot_batch_matmul_const_s8(const ingot_batch_matmul *k, const int8_t *left, int8_t *out, void *scratch,
                                 const void *params, unsigned y, unsigned n)
{
    ingot_batch_matmul_s8(k, left, (const int8_t *)params + sizeof(numbers), out, scratch, params, y, n);
}

void ingot_batch_matmul_columns_s8(const ingot_batch_matmul *k, const int8_t *left, int8_t *out, void *scratch,
                                   const void *params, unsigned y, unsigned n)
{
    const int32_t *const scaling = (const int32_t *)((const char *)params + sizeof(numbers));
    (void)y;
    (void)n;
    products(k, left, (const int8_t *)(scaling + 2 * k->columns), out, scratch, params, scaling);
}
