/* SPDX-License-Identifier: Apache-2.0 */
/* Pointwise functions of one 8-bit input as a table of 256 entries (ingot/compiler/kernels/table.py).
 *
 * Parameter block: the entries, indexed by the input byte taken as unsigned:
 *     8to8: uint8 entry[256];  8to16: int16 entry[256];  8to32: 32-bit entry[256] (bits of a float32 or int32).
 */
#ifndef INGOT_TABLE_H
#define INGOT_TABLE_H

#include "ingot_kernel.h"

typedef struct ingot_table {
    uint32_t row_elements; /* elements in a row */
    uint16_t in_ring, out_ring;
} ingot_table;

void ingot_table_8to8(const ingot_table *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n);
void ingot_table_8to32(const ingot_table *k, const int8_t *in, void *out, const void *params, unsigned y, unsigned n);
void ingot_table_8to16(const ingot_table *k, const int8_t *in, int16_t *out, const void *params, unsigned y,
                       unsigned n);

#endif
