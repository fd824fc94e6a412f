/* SPDX-License-Identifier: Apache-2.0 */
/* The dot product of a vector of int16 with one of bytes, of any length; none is read beyond its end. */
#ifndef INGOT_DOT16_H
#define INGOT_DOT16_H

#include "requantize_dsp.h"

/* sum + a . b */
INGOT_INLINE int64_t ingot_dot_s16_s8(int64_t sum, const int16_t *a, const int8_t *b, uint32_t n)
{
#if INGOT_MVE
    a = INGOT_ALIGNED(a);
    __asm__("dlstp.16 lr, %3\n"
            "1:\n"
            "vldrh.16 q0, [%1], #16\n"
            "vldrb.s16 q1, [%2], #8\n"
            "vmlaldava.s16 %Q0, %R0, q0, q1\n"
            "letp lr, 1b\n"
            : "+r"(sum), "+r"(a), "+l"(b)
            : "r"(n)
            : "q0", "q1", "lr", "memory");
#else
#if INGOT_DSP
    for (; n >= 4; n -= 4, a += 4, b += 4) {
        const uint32_t four = ingot_word_at(b);
        const uint32_t even = (uint32_t)ingot_even_bytes(four), odd = (uint32_t)ingot_odd_bytes(four);
        sum = __smlald((int16x2_t)ingot_word_at(a), (int16x2_t)((even & 0xFFFF) | odd << 16), sum);
        sum = __smlald((int16x2_t)ingot_word_at(a + 2), (int16x2_t)((odd & 0xFFFF0000) | even >> 16), sum);
    }
#endif
    /* A product has 23 bits, so 256 of them fit 32. */
    while (n) {
        int32_t part = 0;
        const int16_t *end = a + (n < 256 ? n : 256);
        n -= (uint32_t)(end - a);
        while (a < end)
            part += *a++ * *b++;
        sum += part;
    }
#endif
    return sum;
}

#endif
