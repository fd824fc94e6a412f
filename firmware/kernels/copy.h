/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as they are (ingot/compiler/kernels/copy.py): a network output that is another tensor under a new name. */
#ifndef INGOT_COPY_H
#define INGOT_COPY_H

#include "ingot_kernel.h"

typedef struct ingot_copy {
    uint32_t row_bytes;
    uint16_t in_ring, out_ring;
} ingot_copy;

void ingot_copy_rows(const ingot_copy *k, const void *in, void *out, const void *params, unsigned y, unsigned n);

/* An output that is constant: the block holds all of it. */
void ingot_copy_constant(const ingot_copy *k, void *out, const void *params, unsigned y, unsigned n);

#endif
