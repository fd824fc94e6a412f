/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of four bits in records (dense.h, fully_connected.h): each 32 weights of two lanes are in 16 bytes. Byte k has
 * weight k of the first in its low half, of the second in its high one. */
#ifndef INGOT_W4_H
#define INGOT_W4_H

#include "ingot_kernel.h"

/* Of byte k. */
INGOT_INLINE int ingot_w4_low(uint8_t byte)
{
    return (byte & 15) - ((byte & 8) << 1);
}

INGOT_INLINE int ingot_w4_high(uint8_t byte)
{
    return (byte >> 4) - ((byte & 128) >> 3);
}

/* A chunk of four lanes: 32 bytes become 64. */
INGOT_INLINE void ingot_unpack_w4(int8_t *to, const uint8_t *from)
{
    for (unsigned pair = 0; pair < 2; pair++, to += 32, from += 16)
        for (unsigned i = 0; i < 16; i++) {
            to[i] = (int8_t)ingot_w4_low(from[i]);
            to[16 + i] = (int8_t)ingot_w4_high(from[i]);
        }
}

#endif
