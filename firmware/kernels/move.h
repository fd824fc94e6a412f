/* SPDX-License-Identifier: Apache-2.0 */
/* Data movement with regular steps (ingot/compiler/kernels/move.py): TRANSPOSE, SLICE, STRIDED_SLICE, SPLIT, TILE, UNPACK,
 * SPACE_TO_DEPTH, DEPTH_TO_SPACE, BROADCAST_TO and the like.
 *
 * Output row y is made of `subrows` parts, part s from input row
 *     row_start + y / row_div * row_step + y % row_div * row_inner_step + s,
 * from byte start + y % row_div * phase of it. A part is nested loops around runs of `run` bytes.
 * An input that is not walked row by row has rows of one byte here.
 */
#ifndef INGOT_MOVE_H
#define INGOT_MOVE_H

#include "ingot_kernel.h"

enum { INGOT_MOVE_LOOPS = 8 };

typedef struct ingot_move {
    uint32_t in_pitch, out_pitch;
    int32_t row_start, row_step, row_inner_step;
    uint32_t row_div;
    int32_t start, phase;
    uint32_t subrows, subrow_out; /* bytes from one part to the next in the output */
    uint32_t run, element;        /* bytes; run is a multiple of element */
    uint32_t count[INGOT_MOVE_LOOPS]; /* at least 1; outermost first */
    int32_t in_stride[INGOT_MOVE_LOOPS], out_stride[INGOT_MOVE_LOOPS];
    uint16_t in_ring, out_ring;
} ingot_move;

void ingot_move_rows(const ingot_move *k, const void *in, void *out, const void *params, unsigned y, unsigned n);

#endif
