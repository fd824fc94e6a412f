/* SPDX-License-Identifier: Apache-2.0 */
/* Tables over the range of int16: 513 numbers, 128 apart, linear between them (LiteRT's LUTLookup). */
#ifndef INGOT_LOOKUP16_H
#define INGOT_LOOKUP16_H

#include "ingot_kernel.h"

INGOT_INLINE int16_t ingot_lookup16(int16_t x, const int16_t *table)
{
    const int16_t *at = table + 256 + (x >> 7);
    int32_t slope = (int16_t)(at[1] - at[0]);
    return (int16_t)(at[0] + ((slope * (x & 0x7f) + 64) >> 7));
}

#endif
