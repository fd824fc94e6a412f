/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen channels of a depthwise convolution with Helium, of a list of the taps, two at a time. */
#ifndef INGOT_DEPTHWISE_SIXTEEN_MVE_H
#define INGOT_DEPTHWISE_SIXTEEN_MVE_H

#include <stddef.h>

#include "depthwise_products.h"
#include "depthwise_window.h"

/* What stays the same for a row. */
typedef struct ingot_depthwise_loop {
    ingot_depthwise_range range; /* at the beginning */
    uint32_t pairs, singles;     /* taps */
    int32_t part, less, more;    /* 2^15 / 2^s, -2^s, 2^s: see ingot_depthwise_sixteen() */
    uint32_t right_shifts;       /* as INGOT_MAC_RIGHT_SHIFTS */
} ingot_depthwise_loop;

#ifdef INGOT_EVEN
#define INGOT_DEPTHWISE_RESULTS INGOT_DEPTHWISE_REQUANTIZE(INGOT_DEPTHWISE_ROUND_EVEN, "%[words]")
#else
#define INGOT_DEPTHWISE_RESULTS                                                                                        \
    "ldr lr, [%[loop], %[right_shifts]]\n"                                                                             \
    "cmp lr, #0\n"                                                                                                     \
    "beq 5f\n" INGOT_DEPTHWISE_REQUANTIZE(INGOT_DEPTHWISE_ROUND_AWAY, "%[words]")                                      \
    "b 6f\n"                                                                                                           \
    "5:\n" INGOT_DEPTHWISE_REQUANTIZE(INGOT_DEPTHWISE_ROUND_ANY, "%[words]")                                           \
    "6:\n"
#endif

/* Pairs of taps that are summed in 16 bits, at most. */
#define INGOT_DEPTHWISE_MOST_PAIRS 128u

/* Of a window of `count` taps. */
INGOT_INLINE void ingot_depthwise_begin(ingot_depthwise_loop *loop, const ingot_mac_params *p, unsigned count)
{
    ingot_depthwise_set_range(&loop->range, p);
    loop->pairs = p->flags & INGOT_MAC_WIDE || count / 2 > INGOT_DEPTHWISE_MOST_PAIRS ? 0 : count / 2;
    loop->singles = count - 2 * loop->pairs;
    loop->more = 2;
    while ((uint32_t)loop->more < loop->pairs)
        loop->more *= 2;
    loop->less = -loop->more;
    loop->part = 0x8000 / loop->more;
    loop->right_shifts = p->flags & INGOT_MAC_RIGHT_SHIFTS;
}

/* The bytes `offset` from the taps on. weights: of their group.
 *
 * Two products fit 16 bits. Of the sums P of all pairs, two numbers of 16 bits are kept: their sum S modulo 2^16, and H, the
 * sum of P / 2^s rounded down, where 2^s is at least the number of pairs (and s at least 1). S - H * 2^s is then a number
 * that fits 16 bits, and the sum of all is H * 2^s and that, once in 32 bits. */
INGOT_INLINE int8x16_t ingot_depthwise_sixteen(const ingot_depthwise_loop *loop, const int8_t *const taps[],
                                               unsigned count, unsigned offset, const int8_t *weights)
{
    register int8x16_t result __asm__("q0");
    const int8_t *a, *b, *words = weights + 16 * count;
    INGOT_CHECK_ALIGNED(words, 4);
    __asm__ volatile("ldr lr, [%[loop], %[pairs]]\n"
                     "vmov.i32 q0, #0\n"
                     "vmov.i32 q1, #0\n"
                     "vmov.i32 q2, #0\n"
                     "vmov.i32 q3, #0\n"
                     "ldr r12, [%[loop], %[part]]\n"
                     "wls lr, lr, 2f\n"
                     "1:\n"
                     "ldrd %[a], %[b], [%[taps]], #8\n"
                     "vldrb.8 q4, [%[weights]], #16\n"
                     "add %[a], %[a], %[offset]\n"
                     "vldrb.8 q5, [%[a]]\n"
                     "vmullb.s8 q6, q5, q4\n"
                     "vldrb.8 q7, [%[weights]], #16\n"
                     "add %[b], %[b], %[offset]\n"
                     "vmullt.s8 q4, q5, q4\n"
                     "vldrb.8 q5, [%[b]]\n"
                     "vmullb.s8 q5, q5, q7\n"
                     "vadd.i16 q6, q6, q5\n"
                     "vldrb.8 q5, [%[b]]\n"
                     "vmullt.s8 q5, q5, q7\n"
                     "vadd.i16 q4, q4, q5\n"
                     "vqdmlah.s16 q2, q6, r12\n"
                     "vadd.i16 q1, q1, q4\n"
                     "vqdmlah.s16 q3, q4, r12\n"
                     "vadd.i16 q0, q0, q6\n"
                     "le lr, 1b\n"
                     "2:\n"
                     "ldrd r12, lr, [%[loop], %[less]]\n"
                     "vmla.s16 q0, q2, r12\n"
                     "vmla.s16 q1, q3, r12\n"
                     "vmovlb.s16 q4, q0\n"
                     "vmovlb.s16 q6, q2\n"
                     "vmla.s32 q4, q6, lr\n"
                     "vmovlt.s16 q5, q0\n"
                     "vmovlt.s16 q6, q2\n"
                     "vmla.s32 q5, q6, lr\n"
                     "vmovlb.s16 q2, q1\n"
                     "vmovlb.s16 q7, q3\n"
                     "vmla.s32 q2, q7, lr\n"
                     "vmovlt.s16 q6, q1\n"
                     "vldrw.32 q0, [%[words]]\n"
                     "vmovlt.s16 q3, q3\n"
                     "vmla.s32 q6, q3, lr\n"
                     "vldrw.32 q1, [%[words], #16]\n"
                     "vadd.i32 q0, q0, q4\n"
                     "vldrw.32 q7, [%[words], #32]\n"
                     "vadd.i32 q1, q1, q5\n"
                     "vldrw.32 q3, [%[words], #48]\n"
                     "vadd.i32 q2, q2, q7\n"
                     "vadd.i32 q3, q3, q6\n"
                     "ldr lr, [%[loop], %[singles]]\n"
                     "wls lr, lr, 4f\n"
                     "3:\n"
                     "ldr %[a], [%[taps]], #4\n"
                     "add %[a], %[a], %[offset]\n"
                     INGOT_DEPTHWISE_FIRST("[%[a]]", "[%[weights]], #16") INGOT_DEPTHWISE_WIDEN
                     "le lr, 3b\n"
                     "4:\n"
                     INGOT_DEPTHWISE_RESULTS
                     INGOT_DEPTHWISE_NARROW("%[loop]")
                     : "=w"(result), [taps] "+r"(taps), [weights] "+r"(weights), [a] "=&r"(a), [b] "=&r"(b)
                     : [words] "r"(words), [offset] "r"(offset), [loop] "r"(loop),
                       [pairs] "i"(offsetof(ingot_depthwise_loop, pairs)),
                       [part] "i"(offsetof(ingot_depthwise_loop, part)),
                       [less] "i"(offsetof(ingot_depthwise_loop, less)),
                       [singles] "i"(offsetof(ingot_depthwise_loop, singles)),
                       [right_shifts] "i"(offsetof(ingot_depthwise_loop, right_shifts))
                     : "r12", "lr", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory");
    return result;
}

#endif
