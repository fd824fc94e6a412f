/* SPDX-License-Identifier: Apache-2.0 */
/* Copying and filling bytes, as fast as the core can. Areas do not overlap. */
#ifndef INGOT_BYTES_H
#define INGOT_BYTES_H

#include "ingot_kernel.h"

INGOT_INLINE void ingot_copy_bytes(void *to, const void *from, size_t n)
{
#if INGOT_MVE
    __asm volatile("wlstp.8 lr, %[n], 2f\n"
                   "1:\n"
                   "vldrb.8 q0, [%[from]], #16\n"
                   "vstrb.8 q0, [%[to]], #16\n"
                   "letp lr, 1b\n"
                   "2:\n"
                   : [to] "+l"(to), [from] "+l"(from)
                   : [n] "r"(n)
                   : "q0", "lr", "memory");
#else
    memcpy(to, from, n);
#endif
}

/* n bytes of a repeated pattern of four. */
INGOT_INLINE void ingot_fill_bytes(void *to, uint32_t pattern, size_t n)
{
#if INGOT_MVE
    uint32x4_t value = vdupq_n_u32(pattern);
    __asm volatile("wlstp.8 lr, %[n], 2f\n"
                   "1:\n"
                   "vstrb.8 %q[value], [%[to]], #16\n"
                   "letp lr, 1b\n"
                   "2:\n"
                   : [to] "+l"(to)
                   : [n] "r"(n), [value] "w"(value)
                   : "lr", "memory");
#else
    uint8_t *byte = to;
    if (pattern == (pattern & 0xff) * 0x01010101u) {
        memset(to, (int)(pattern & 0xff), n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        byte[i] = (uint8_t)(pattern >> (i % 4 * 8));
#endif
}

#endif
