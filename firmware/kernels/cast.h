/* SPDX-License-Identifier: Apache-2.0 */
/* CAST between types (ingot/compiler/kernels/cast.py). float32 becomes an integer by truncation, with saturation. */
#ifndef INGOT_CAST_H
#define INGOT_CAST_H

#include "ingot_kernel.h"

typedef struct ingot_cast {
    uint32_t row_elements;
    uint8_t from, to; /* INGOT_CAST_... */
    uint16_t in_ring, out_ring;
} ingot_cast;

enum { INGOT_CAST_S8, INGOT_CAST_U8, INGOT_CAST_S16, INGOT_CAST_S32, INGOT_CAST_F32, INGOT_CAST_BOOL, INGOT_CAST_S64 };

void ingot_cast_rows(const ingot_cast *k, const void *in, void *out, const void *params, unsigned y, unsigned n);

#endif
