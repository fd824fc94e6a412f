/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen channels of a depthwise convolution whose weights are numbers of 16 bits (at most 255), with Helium.
 *
 * A product P fits 16 bits. Of the sum of all, two numbers of 16 bits are kept: S, the sum modulo 2^16, and H, the sum of
 * P / 2^s rounded down, where 2^s is at least the number of taps. S - H * 2^s is then a number that fits 16 bits, and the
 * sum of all is H * 2^s and that, once in 32 bits. */
#ifndef INGOT_DEPTHWISE_OFFSET_MVE_H
#define INGOT_DEPTHWISE_OFFSET_MVE_H

#include <stddef.h>

#include "depthwise_products.h"
#include "depthwise_window.h"

/* Taps that are summed so, at most. */
#define INGOT_DEPTHWISE_MOST_TAPS 128u

/* What stays the same for a row. */
typedef struct ingot_depthwise_loop {
    ingot_depthwise_range range; /* at the beginning */
    uint32_t taps;
    int32_t part, less, more; /* 2^15 / 2^s, -2^s, 2^s */
    uint32_t right_shifts;    /* as INGOT_MAC_RIGHT_SHIFTS */
} ingot_depthwise_loop;

/* Of a window of `count` taps. */
INGOT_INLINE void ingot_depthwise_begin(ingot_depthwise_loop *loop, const ingot_mac_params *p, unsigned count)
{
    ingot_depthwise_set_range(&loop->range, p);
    loop->taps = count;
    loop->more = 2;
    while ((uint32_t)loop->more < count)
        loop->more *= 2;
    loop->less = -loop->more;
    loop->part = 0x8000 / loop->more;
    loop->right_shifts = p->flags & INGOT_MAC_RIGHT_SHIFTS;
}

/* The registers from here on: q0 and q1 are S and H of channels 0..7, q2 and q3 those of 8..15; then sums of channels
 * 0 2 4 6, 1 3 5 7, 8 10 12 14, 9 11 13 15. */

/* The requantized sums to the lower bytes of the numbers of q0 and q2. zero, low, high: places of the fields of an
 * ingot_depthwise_range. */
#define INGOT_OFFSET_CLAMPED(zero, low, high) \
    "vqmovnb.s32 q0, q0             \n" \
    "vldrh.16 q4, [" zero "]        \n" \
    "vqmovnb.s32 q2, q2             \n" \
    "vqmovnt.s32 q0, q1             \n" \
    "vldrb.8 q5, [" low "]          \n" \
    "vmovlb.s8 q5, q5               \n" \
    "vqmovnt.s32 q2, q3             \n" \
    "vldrb.8 q6, [" high "]         \n" \
    "vqadd.s16 q0, q0, q4           \n" \
    "vmovlb.s8 q6, q6               \n" \
    "vqadd.s16 q2, q2, q4           \n" \
    "vmax.s16 q0, q0, q5            \n" \
    "vmax.s16 q2, q2, q5            \n" \
    "vmin.s16 q0, q0, q6            \n" \
    "vmin.s16 q2, q2, q6            \n"

/* The bytes `offset` from the taps on. group: of their weights, then their words. */
INGOT_INLINE int8x16_t ingot_depthwise_sixteen(const ingot_depthwise_loop *loop, const int8_t *const taps[],
                                               unsigned count, unsigned offset, const int8_t *group)
{
    register int8x16_t result __asm__("q0");
    const int8_t *a, *words = group + 32 * count;
    int8_t both[16];
    INGOT_CHECK_ALIGNED(words, 4);
    __asm__ volatile("ldr lr, [%[loop], %[count]]\n"
                     "vmov.i32 q0, #0\n"
                     "vmov.i32 q1, #0\n"
                     "vmov.i32 q2, #0\n"
                     "vmov.i32 q3, #0\n"
                     "ldr r12, [%[loop], %[part]]\n"
                     "wls lr, lr, 2f\n"
                     "1:\n"
                     "ldr %[a], [%[taps]], #4\n"
                     "add %[a], %[a], %[offset]\n"
                     "vldrb.s16 q4, [%[a]]\n"
                     "vldrw.32 q5, [%[group]], #16\n"
                     "vmul.i16 q4, q4, q5\n"
                     "vldrb.s16 q6, [%[a], #8]\n"
                     "vadd.i16 q0, q0, q4\n"
                     "vldrw.32 q7, [%[group]], #16\n"
                     "vqdmlah.s16 q1, q4, r12\n"
                     "vmul.i16 q6, q6, q7\n"
                     "vadd.i16 q2, q2, q6\n"
                     "vqdmlah.s16 q3, q6, r12\n"
                     "le lr, 1b\n"
                     "2:\n"
                     "ldrd r12, lr, [%[loop], %[less]]\n"
                     "vmla.s16 q0, q1, r12\n"
                     "vmla.s16 q2, q3, r12\n"
                     "vmovlb.s16 q4, q0\n"
                     "vmovlb.s16 q5, q1\n"
                     "vmla.s32 q4, q5, lr\n"
                     "vmovlt.s16 q6, q0\n"
                     "vmovlt.s16 q7, q1\n"
                     "vmla.s32 q6, q7, lr\n"
                     "vldrw.32 q0, [%[words]]\n"
                     "vldrw.32 q1, [%[words], #16]\n"
                     "vadd.i32 q0, q0, q4\n"
                     "vadd.i32 q1, q1, q6\n"
                     "vmovlb.s16 q4, q2\n"
                     "vmovlb.s16 q5, q3\n"
                     "vmla.s32 q4, q5, lr\n"
                     "vmovlt.s16 q6, q2\n"
                     "vmovlt.s16 q7, q3\n"
                     "vmla.s32 q6, q7, lr\n"
                     "vldrw.32 q2, [%[words], #32]\n"
                     "vldrw.32 q3, [%[words], #48]\n"
                     "vadd.i32 q2, q2, q4\n"
                     "vadd.i32 q3, q3, q6\n"
                     "ldr lr, [%[loop], %[right_shifts]]\n"
                     "cmp lr, #0\n"
                     "beq 5f\n" INGOT_DEPTHWISE_REQUANTIZE(INGOT_DEPTHWISE_ROUND_AWAY, "%[words]")
                     "b 6f\n"
                     "5:\n" INGOT_DEPTHWISE_REQUANTIZE(INGOT_DEPTHWISE_ROUND_ANY, "%[words]")
                     "6:\n" INGOT_OFFSET_CLAMPED("%[loop]", "%[loop], #16", "%[loop], #32")
                     "vstrb.16 q0, [%[both]]\n"
                     "vstrb.16 q2, [%[both], #8]\n"
                     "vldrb.8 q0, [%[both]]\n"
                     : "=w"(result), [taps] "+r"(taps), [group] "+r"(group), [a] "=&l"(a)
                     : [words] "r"(words), [offset] "r"(offset), [loop] "r"(loop), [both] "l"(both),
                       [count] "i"(offsetof(ingot_depthwise_loop, taps)),
                       [part] "i"(offsetof(ingot_depthwise_loop, part)),
                       [less] "i"(offsetof(ingot_depthwise_loop, less)),
                       [right_shifts] "i"(offsetof(ingot_depthwise_loop, right_shifts))
                     : "r12", "lr", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory");
    return result;
}

#endif
