/* SPDX-License-Identifier: Apache-2.0 */
/* SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND of images (ingot/compiler/kernels/batch_space.py). */
#ifndef INGOT_BATCH_SPACE_H
#define INGOT_BATCH_SPACE_H

#include "ingot_kernel.h"

typedef struct ingot_batch_space {
    uint32_t in_batches, in_height, in_width;
    uint32_t out_batches, out_height, out_width;
    uint32_t pixel;        /* bytes */
    uint32_t block_height, block_width;
    uint32_t top, left;    /* padding or crop */
    uint32_t rows_at_once; /* image rows of all batches in a row of the schedule */
    uint16_t in_ring, out_ring;
} ingot_batch_space;

typedef struct ingot_batch_space_params {
    uint32_t pattern; /* what padding is filled with, repeated to four bytes */
} ingot_batch_space_params;

void ingot_batch_space_split(const ingot_batch_space *k, const void *in, void *out, const void *params, unsigned y,
                             unsigned n); /* SPACE_TO_BATCH_ND */
void ingot_batch_space_join(const ingot_batch_space *k, const void *in, void *out, const void *params, unsigned y,
                            unsigned n); /* BATCH_TO_SPACE_ND */

#endif
