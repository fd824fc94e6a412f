/* SPDX-License-Identifier: Apache-2.0 */
/* PAD and PADV2 (ingot/compiler/kernels/pad.py): the input inside a frame of one value.
 *
 * Rows are the outermost dimension; a row is up to five nested dimensions, the innermost in bytes.
 */
#ifndef INGOT_PAD_H
#define INGOT_PAD_H

#include "ingot_kernel.h"

typedef struct ingot_pad {
    uint32_t in_rows, top; /* output rows top .. top + in_rows - 1 hold the input */
    uint32_t in_pitch, out_pitch;
    uint32_t before[5], size[5], after[5];
    uint32_t step[5]; /* bytes of one position of that dimension in the output */
    uint16_t in_ring, out_ring;
} ingot_pad;

typedef struct ingot_pad_params {
    uint32_t pattern; /* the value, repeated to four bytes */
} ingot_pad_params;

void ingot_pad_rows(const ingot_pad *k, const void *in, void *out, const void *params, unsigned y, unsigned n);

#endif
