/* SPDX-License-Identifier: Apache-2.0 */
/* MIRROR_PAD (ingot/compiler/kernels/mirror_pad.py): the input continued by its mirror image.
 *
 * Rows are the outermost dimension; a row is up to five nested dimensions, the innermost in runs of `run` bytes.
 */
#ifndef INGOT_MIRROR_PAD_H
#define INGOT_MIRROR_PAD_H

#include "ingot_kernel.h"

typedef struct ingot_mirror_pad {
    int32_t top, in_rows;
    uint32_t in_pitch, out_pitch, run;
    int32_t before[5], size[5], extent[5]; /* extent: of the output */
    uint32_t in_step[5], out_step[5];      /* bytes from one position to the next */
    uint8_t skip_edge;                     /* 1: REFLECT, the edge is not repeated; 0: SYMMETRIC */
    uint16_t in_ring, out_ring;
} ingot_mirror_pad;

void ingot_mirror_pad_rows(const ingot_mirror_pad *k, const void *in, void *out, const void *params, unsigned y,
                           unsigned n);

#endif
