/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of four bits in records (dense.h, fully_connected.h) become int8: each 32 weights are in 16 bytes, byte k has weight
 * k in its low half, weight 16 + k in its high one. */
#ifndef INGOT_UNPACK_W4_H
#define INGOT_UNPACK_W4_H

#include "ingot_kernel.h"

/* Chunks of 16 weights of four channels: 32 bytes become 64. */
INGOT_INLINE void ingot_unpack_w4(int8_t *to, const uint8_t *from, unsigned chunks)
{
#if INGOT_MVE
    /* GCC makes twice as many instructions of intrinsics. */
    __asm__ volatile("1:\n"
                     "vldrb.8 q0, [%1], #16\n"
                     "vldrb.8 q1, [%1], #16\n"
                     "vshl.i8 q2, q0, #4\n"
                     "vshr.s8 q2, q2, #4\n"
                     "vstrb.8 q2, [%0], #16\n"
                     "vshr.s8 q0, q0, #4\n"
                     "vstrb.8 q0, [%0], #16\n"
                     "vshl.i8 q2, q1, #4\n"
                     "vshr.s8 q2, q2, #4\n"
                     "vstrb.8 q2, [%0], #16\n"
                     "vshr.s8 q1, q1, #4\n"
                     "vstrb.8 q1, [%0], #16\n"
                     "subs %2, #1\n"
                     "bne 1b\n"
                     : "+r"(to), "+r"(from), "+r"(chunks)
                     :
                     : "q0", "q1", "q2", "cc", "memory");
#else
    for (unsigned pair = 2 * chunks; pair; pair--, to += 32, from += 16)
        for (unsigned i = 0; i < 16; i++) {
            to[i] = (int8_t)((from[i] & 15) - ((from[i] & 8) << 1));
            to[16 + i] = (int8_t)((from[i] >> 4) - ((from[i] & 128) >> 3));
        }
#endif
}

#endif
