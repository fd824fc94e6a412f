/* SPDX-License-Identifier: Apache-2.0 */
/* CONCATENATION and PACK (ingot/compiler/kernels/concat.py): inputs side by side, up to 16 of them, some may be constant.
 *
 * Along rows (`along_rows`), output row y is a row of the input it falls into, or a piece of one; rows of a ring are
 * counted in such pieces. Else a row of the output is `groups` times one part of every input. Constant inputs stand in
 * the block, one after the other, each 4-aligned.
 */
#ifndef INGOT_CONCAT_H
#define INGOT_CONCAT_H

#include "ingot_kernel.h"

typedef struct ingot_concat {
    uint32_t inputs;    /* constant ones included */
    uint32_t constants; /* bit i: input i is constant */
    uint32_t groups, out_pitch;
    uint32_t part[16]; /* bytes of input i in a group; along rows: its rows */
    uint32_t rows;     /* of the output, for the size of constants */
    uint8_t along_rows;
    uint16_t in_ring, out_ring; /* in_ring: with one activation */
    uint16_t in0_ring, in1_ring, in2_ring, in3_ring, in4_ring, in5_ring, in6_ring, in7_ring;
    uint16_t in8_ring, in9_ring, in10_ring, in11_ring, in12_ring, in13_ring, in14_ring, in15_ring;
} ingot_concat;

/* One function for each number of activations. */
#define INGOT_CONCAT_IN_1 const void *in0
#define INGOT_CONCAT_IN_2 INGOT_CONCAT_IN_1, const void *in1
#define INGOT_CONCAT_IN_3 INGOT_CONCAT_IN_2, const void *in2
#define INGOT_CONCAT_IN_4 INGOT_CONCAT_IN_3, const void *in3
#define INGOT_CONCAT_IN_5 INGOT_CONCAT_IN_4, const void *in4
#define INGOT_CONCAT_IN_6 INGOT_CONCAT_IN_5, const void *in5
#define INGOT_CONCAT_IN_7 INGOT_CONCAT_IN_6, const void *in6
#define INGOT_CONCAT_IN_8 INGOT_CONCAT_IN_7, const void *in7
#define INGOT_CONCAT_IN_9 INGOT_CONCAT_IN_8, const void *in8
#define INGOT_CONCAT_IN_10 INGOT_CONCAT_IN_9, const void *in9
#define INGOT_CONCAT_IN_11 INGOT_CONCAT_IN_10, const void *in10
#define INGOT_CONCAT_IN_12 INGOT_CONCAT_IN_11, const void *in11
#define INGOT_CONCAT_IN_13 INGOT_CONCAT_IN_12, const void *in12
#define INGOT_CONCAT_IN_14 INGOT_CONCAT_IN_13, const void *in13
#define INGOT_CONCAT_IN_15 INGOT_CONCAT_IN_14, const void *in14
#define INGOT_CONCAT_IN_16 INGOT_CONCAT_IN_15, const void *in15
#define INGOT_CONCAT(name, inputs)                                                                                    \
    void ingot_##name(const ingot_concat *k, inputs, void *out, const void *params, unsigned y, unsigned n)

INGOT_CONCAT(concat_1, INGOT_CONCAT_IN_1);
INGOT_CONCAT(concat_2, INGOT_CONCAT_IN_2);
INGOT_CONCAT(concat_3, INGOT_CONCAT_IN_3);
INGOT_CONCAT(concat_4, INGOT_CONCAT_IN_4);
INGOT_CONCAT(concat_5, INGOT_CONCAT_IN_5);
INGOT_CONCAT(concat_6, INGOT_CONCAT_IN_6);
INGOT_CONCAT(concat_7, INGOT_CONCAT_IN_7);
INGOT_CONCAT(concat_8, INGOT_CONCAT_IN_8);
INGOT_CONCAT(concat_9, INGOT_CONCAT_IN_9);
INGOT_CONCAT(concat_10, INGOT_CONCAT_IN_10);
INGOT_CONCAT(concat_11, INGOT_CONCAT_IN_11);
INGOT_CONCAT(concat_12, INGOT_CONCAT_IN_12);
INGOT_CONCAT(concat_13, INGOT_CONCAT_IN_13);
INGOT_CONCAT(concat_14, INGOT_CONCAT_IN_14);
INGOT_CONCAT(concat_15, INGOT_CONCAT_IN_15);
INGOT_CONCAT(concat_16, INGOT_CONCAT_IN_16);

#endif
