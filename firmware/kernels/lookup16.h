/* SPDX-License-Identifier: Apache-2.0 */
/* Tables over the range of int16: 513 numbers, 128 apart, linear between them (LiteRT's LUTLookup). */
#ifndef INGOT_LOOKUP16_H
#define INGOT_LOOKUP16_H

#include "ingot_kernel.h"

/* Functions of one int16 number (ingot/compiler/kernels/functions16.py). */
typedef struct ingot_lookup16 {
    uint32_t row_elements;
    uint16_t in_ring, out_ring;
} ingot_lookup16;

/* Parameter block: int16 table[513]. */
void ingot_lookup16_rows(const ingot_lookup16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                         unsigned n);
/* Square roots, of numbers below 0 that of 0; parameter block: float in_scale, out_scale. */
void ingot_lookup16_sqrt(const ingot_lookup16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                         unsigned n);

INGOT_INLINE int16_t ingot_lookup16_one(int16_t x, const int16_t *table)
{
    const int16_t *at = table + 256 + (x >> 7);
    int32_t slope = (int16_t)(at[1] - at[0]);
    return (int16_t)(at[0] + ((slope * (x & 0x7f) + 64) >> 7));
}

#endif
