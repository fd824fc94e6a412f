/* SPDX-License-Identifier: Apache-2.0 */
/* SELECT and SELECT_V2 (ingot/compiler/kernels/select.py): the element of the second input where the first one's is
 * true, else that of the third one. Strides are elements, 0 where an input is broadcast. */
#ifndef INGOT_SELECT_H
#define INGOT_SELECT_H

#include "ingot_kernel.h"

enum { INGOT_SELECT_LOOPS = 5 };

typedef struct ingot_select {
    uint32_t row_elements;
    uint32_t extent[INGOT_SELECT_LOOPS]; /* of the output, outermost first */
    uint32_t condition[INGOT_SELECT_LOOPS], yes[INGOT_SELECT_LOOPS], no[INGOT_SELECT_LOOPS]; /* strides */
    uint32_t place[3];   /* of constant inputs in the parameter block */
    uint8_t constants;   /* bit i: input i stands in the parameter block */
    uint8_t size;        /* bytes of an element */
    uint16_t in_ring, in0_ring, in1_ring, in2_ring, out_ring;
} ingot_select;

/* By the number of inputs that are computed. */
void ingot_select_1(const ingot_select *k, const void *in, void *out, const void *params, unsigned y, unsigned n);
void ingot_select_2(const ingot_select *k, const void *in0, const void *in1, void *out, const void *params, unsigned y,
                    unsigned n);
void ingot_select_3(const ingot_select *k, const void *in0, const void *in1, const void *in2, void *out,
                    const void *params, unsigned y, unsigned n);

#endif
