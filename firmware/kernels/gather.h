/* SPDX-License-Identifier: Apache-2.0 */
/* GATHER along one axis (ingot/compiler/kernels/gather.py). The block holds constant indexes, or a constant table to
 * gather from. */
#ifndef INGOT_GATHER_H
#define INGOT_GATHER_H

#include "ingot_kernel.h"

typedef struct ingot_gather {
    uint32_t outer;   /* slices of the input before the axis, in a batch */
    uint32_t axis;    /* extent of the axis; an index beyond takes its last position */
    uint32_t indexes; /* in a batch */
    uint32_t unit;    /* bytes behind the axis */
    uint32_t row_bytes;
    uint16_t in_ring, in0_ring, in1_ring, out_ring;
} ingot_gather;

void ingot_gather_constant(const ingot_gather *k, const void *in, void *out, const void *params, unsigned y, unsigned n);
void ingot_gather_table(const ingot_gather *k, const int32_t *in, void *out, const void *params, unsigned y, unsigned n);
void ingot_gather_s32(const ingot_gather *k, const void *in0, const int32_t *in1, void *out, const void *params,
                      unsigned y, unsigned n);

#endif
