/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of depthwise convolutions with Helium: sixteen input channels at a time, a list of the taps, two at a time. */
#ifndef INGOT_DEPTHWISE_MVE_H
#define INGOT_DEPTHWISE_MVE_H

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
                     "add %[a], %[a], %[offset]\n"
                     "add %[b], %[b], %[offset]\n"
                     "vldrb.8 q4, [%[a]]\n"
                     "vldrb.8 q5, [%[weights]], #16\n"
                     "vmullb.s8 q6, q4, q5\n"
                     "vldrb.8 q7, [%[b]]\n"
                     "vmullt.s8 q4, q4, q5\n"
                     "vldrb.8 q5, [%[weights]], #16\n"
                     "vmullb.s8 q7, q7, q5\n"
                     "vadd.i16 q6, q6, q7\n"
                     "vldrb.8 q7, [%[b]]\n"
                     "vmullt.s8 q7, q7, q5\n"
                     "vadd.i16 q0, q0, q6\n"
                     "vqdmlah.s16 q2, q6, r12\n"
                     "vadd.i16 q4, q4, q7\n"
                     "vqdmlah.s16 q3, q4, r12\n"
                     "vadd.i16 q1, q1, q4\n"
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

/* The first `count` of sixteen bytes (more count as sixteen) to places `apart` bytes apart. */
INGOT_INLINE void ingot_depthwise_store(int8_t *to, int8x16_t values, unsigned apart, unsigned count)
{
    if (apart == 1) {
        vstrbq_p_s8(to, values, vctp8q(count));
    } else if (15 * apart < 256) {
        vstrbq_scatter_offset_p_s8(to, vmulq_n_u8(vidupq_n_u8(0, 1), (uint8_t)apart), values, vctp8q(count));
    } else {
        int8_t each[16];
        vst1q_s8(each, values);
        for (unsigned i = 0; i < 16 && i < count; i++, to += apart)
            *to = each[i];
    }
}

/* Moves the taps on; those of rows outside the image stay. `count` is a multiple of four. */
INGOT_INLINE void ingot_depthwise_advance(const int8_t *taps[], unsigned count, const int8_t *zeros, unsigned bytes)
{
    int32_t *places = (int32_t *)taps; /* compilers do not agree on the type of what is added to unsigned lanes */
    for (; count; count -= 4, places += 4) {
        const int32x4_t at = vld1q_s32(INGOT_ALIGNED(places));
        vst1q_s32(INGOT_ALIGNED(places), vaddq_m_n_s32(at, at, (int32_t)bytes, vcmpneq_n_s32(at, (int32_t)zeros)));
    }
}

/* One row of one image. */
INGOT_INLINE void ingot_depthwise_row_mve(const ingot_depthwise *k, const int8_t *image, int8_t *to,
                                    const ingot_mac_params *p, int y)
{
    const unsigned count = k->kernel_h * k->kernel_w, listed = (count + 3) / 4 * 4, multiplier = k->multiplier;
    const unsigned group_bytes = ingot_depthwise_group_bytes(k);
    const unsigned room = (k->together * k->in_c + 15u) / 16 * 16;
    const int8_t *taps[listed];
    int8_t zeros[room];
    int first, inside;
    ingot_depthwise_loop loop = {.pairs = count / 2, .more = 2};
    if (p->flags & INGOT_MAC_WIDE || loop.pairs > INGOT_DEPTHWISE_MOST_PAIRS)
        loop.pairs = 0;
    while ((uint32_t)loop.more < loop.pairs)
        loop.more *= 2;
    loop.less = -loop.more;
    loop.part = 0x8000 / loop.more;
    loop.singles = count - 2 * loop.pairs;
    loop.right_shifts = p->flags & INGOT_MAC_RIGHT_SHIFTS;
    ingot_depthwise_set_range(&loop.range, p);
    ingot_depthwise_inside(k, k->kernel_w, &first, &inside);
    memset(zeros, p->in_zero, room);
    memset(taps, 0, sizeof taps);
    for (int x = 0; x < k->out_w;) {
        /* Neighbours inside count as one pixel of more channels: the block repeats its weights. */
        const int left = x < first ? 0 : first + inside - x;
        const int together = left <= 0 ? 1 : left < k->together ? left : k->together;
        const unsigned extent = (unsigned)together * k->in_c;
        int pixels = left <= 0 ? 1 : left / together;
        ingot_depthwise_taps(k, k->in_c, image, y, x, zeros, taps);
        for (x += pixels * together; pixels; pixels--, to += extent * multiplier) {
            const int8_t *group = (const int8_t *)(p + 1);
            for (int8_t *set = to; set < to + multiplier; set++) {
                int8_t *at = set;
                for (unsigned c = 0; c < extent; c += 16, group += group_bytes, at += 16 * multiplier)
                    ingot_depthwise_store(at, ingot_depthwise_sixteen(&loop, taps, count, c, group), multiplier,
                                          extent - c);
            }
            ingot_depthwise_advance(taps, listed, zeros, k->stride_w * extent);
        }
    }
}

#endif
