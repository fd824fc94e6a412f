/* SPDX-License-Identifier: Apache-2.0 */
#include "copy.h"

#include "bytes.h"

void ingot_copy_rows(const ingot_copy *k, const void *in, void *out, const void *params, unsigned y, unsigned n)
{
    (void)params;
    for (; n; n--, y++)
        ingot_copy_bytes((char *)out + ingot_row_offset(y, k->out_ring, k->row_bytes),
                         (const char *)in + ingot_row_offset(y, k->in_ring, k->row_bytes), k->row_bytes);
}

void ingot_copy_constant(const ingot_copy *k, void *out, const void *params, unsigned y, unsigned n)
{
    for (; n; n--, y++)
        ingot_copy_bytes((char *)out + ingot_row_offset(y, k->out_ring, k->row_bytes),
                         (const char *)params + (size_t)y * k->row_bytes, k->row_bytes);
}
