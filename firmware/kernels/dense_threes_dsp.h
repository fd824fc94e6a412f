/* SPDX-License-Identifier: Apache-2.0 */
/* Two channels of dense layers with the DSP instructions of Cortex-M4, M7 and M33: pixels are widened once for all channels,
 * and multiplied in threes; what is left of a call, two or four, in twos. */
#ifndef INGOT_DENSE_THREES_DSP_H
#define INGOT_DENSE_THREES_DSP_H

#include "dense_lanes_dsp.h"
#include "scale_dsp.h"

/* Two channels times pixels that are widened. A group of three pixels (two) has for every four bytes of the depth the even
 * bytes of each pixel, then the odd ones: 24 (16) bytes. The depth is taken from its end. */
typedef struct ingot_dense_pair {
    const uint32_t *before; /* 24 (16) bytes in front of the first group */
    const int8_t *weights;  /* the last four of channel 0 in the last chunk */
    uint32_t threes, twos;  /* groups; at least one */
    int8_t *out;            /* not quick: int32_t sums, of channel 0 and 1 of every pixel of the groups; is lost */
    unsigned out_step;      /* bytes from pixel to pixel */
    unsigned apart;         /* and from channel 0 to channel 1 */
    unsigned span3, bytes3; /* from `before` of a group to the last four bytes of its last chunk, and of the whole group */
    unsigned span2, bytes2;
    unsigned half;          /* the last chunk has only eight bytes of the depth */
    int32_t bias[2], multiplier[2];
    int32_t right[2];       /* shift to the right */
    int32_t offset[2];      /* what rounds, and the zero point, before that shift */
    int32_t quick;          /* results saturate at -128 and 127, shifts go right, no sum overflows when it is doubled */
} ingot_dense_pair;

/* Bytes from a chunk of sixteen of channel 0 to the one before it. */
#ifdef INGOT_W4
#define INGOT_DENSE_BACK "32"
#else
#define INGOT_DENSE_BACK "64"
#endif

/* 24 products with four bytes of the depth of three pixels. r0 + at: pixels; r1 + of: weights of the next four bytes; r4-r9:
 * sums of channel 0 and 1 of each pixel; even, odd: weights, of which the odd bytes are not widened yet, nor are the next
 * ones at the end; r12: even bytes of pixel 0. A Cortex-M7 issues a product beside a load or a widening, and no load is
 * followed by what needs it. */
#define INGOT_DENSE_THREE_EVEN(even0, even1, odd0, odd1, at)                                                           \
    "smlad r4, r12, " even0 ", r4\n"                                                                                   \
    "ldr lr, [r0, #(" at " + 4)]\n"                                                                                    \
    "smlad r5, r12, " even1 ", r5\n"                                                                                   \
    "ldr r12, [r0, #(" at " + 8)]\n"                                                                                   \
    "smlad r6, lr, " even0 ", r6\n"                                                                                    \
    "sxtb16 " odd0 ", " odd0 ", ror #8\n"                                                                              \
    "smlad r7, lr, " even1 ", r7\n"                                                                                    \
    "ldr lr, [r0, #(" at " + 12)]\n"                                                                                   \
    "smlad r8, r12, " even0 ", r8\n"
#define INGOT_DENSE_THREE(even0, even1, odd0, odd1, at, of)                                                            \
    INGOT_DENSE_THREE_EVEN(even0, even1, odd0, odd1, at)                                                               \
    "sxtb16 " odd1 ", " odd1 ", ror #8\n"                                                                              \
    "smlad r9, r12, " even1 ", r9\n"                                                                                   \
    "ldr r12, [r0, #(" at " + 16)]\n"                                                                                  \
    "smlad r4, lr, " odd0 ", r4\n"                                                                                     \
    "ldr " even0 ", [r1, #(" of ")]\n"                                                                                 \
    "smlad r5, lr, " odd1 ", r5\n"                                                                                     \
    "ldr lr, [r0, #(" at " + 20)]\n"                                                                                   \
    "smlad r6, r12, " odd0 ", r6\n"                                                                                    \
    "ldr " even1 ", [r1, #(" of " + 16)]\n"                                                                            \
    "smlad r7, r12, " odd1 ", r7\n"                                                                                    \
    "ldr r12, [r0, #(" at " - 24)]\n"                                                                                  \
    "smlad r8, lr, " odd0 ", r8\n"                                                                                     \
    "sxtb16 " odd0 ", " even0 "\n"                                                                                     \
    "smlad r9, lr, " odd1 ", r9\n"                                                                                     \
    "sxtb16 " odd1 ", " even1 "\n"
/* The first four bytes of a chunk, and on to the chunk before it; equal: there is none. */
#define INGOT_DENSE_THREE_LAST(even0, even1, odd0, odd1)                                                               \
    INGOT_DENSE_THREE_EVEN(even0, even1, odd0, odd1, "-72")                                                            \
    "ldr " even0 ", [sp, #4]\n"                                                                                        \
    "smlad r9, r12, " even1 ", r9\n"                                                                                   \
    "ldr r12, [r0, #(-72 + 16)]\n"                                                                                     \
    "sxtb16 " odd1 ", " odd1 ", ror #8\n"                                                                              \
    "smlad r4, lr, " odd0 ", r4\n"                                                                                     \
    "ldr " even1 ", [r1, #(16 - " INGOT_DENSE_BACK ")]\n"                                                              \
    "smlad r5, lr, " odd1 ", r5\n"                                                                                     \
    "ldr lr, [r0, #(-72 + 20)]\n"                                                                                      \
    "smlad r6, r12, " odd0 ", r6\n"                                                                                    \
    "sub r0, #96\n"                                                                                                    \
    "smlad r7, r12, " odd1 ", r7\n"                                                                                    \
    "cmp r0, " even0 "\n"                                                                                              \
    "ldr " even0 ", [r1, #-" INGOT_DENSE_BACK "]!\n"                                                                   \
    "smlad r8, lr, " odd0 ", r8\n"                                                                                     \
    "ldr r12, [r0]\n"                                                                                                  \
    "smlad r9, lr, " odd1 ", r9\n"                                                                                     \
    "sxtb16 " odd0 ", " even0 "\n"                                                                                     \
    "sxtb16 " odd1 ", " even1 "\n"

/* The same for two pixels, 16 products; r4-r7: sums, r8 r9: even bytes of both pixels. */
#define INGOT_DENSE_TWO(even0, even1, odd0, odd1, at, of)                                                              \
    "smlad r4, r8, " even0 ", r4\n"                                                                                    \
    "ldr r12, [r0, #(" at " + 8)]\n"                                                                                   \
    "smlad r5, r8, " even1 ", r5\n"                                                                                    \
    "sxtb16 " odd0 ", " odd0 ", ror #8\n"                                                                              \
    "smlad r6, r9, " even0 ", r6\n"                                                                                    \
    "ldr lr, [r0, #(" at " + 12)]\n"                                                                                   \
    "smlad r7, r9, " even1 ", r7\n"                                                                                    \
    "sxtb16 " odd1 ", " odd1 ", ror #8\n"                                                                              \
    "smlad r4, r12, " odd0 ", r4\n"                                                                                    \
    "ldr " even0 ", [r1, #(" of ")]\n"                                                                                 \
    "smlad r5, r12, " odd1 ", r5\n"                                                                                    \
    "ldr " even1 ", [r1, #(" of " + 16)]\n"                                                                            \
    "smlad r6, lr, " odd0 ", r6\n"                                                                                     \
    "ldr r8, [r0, #(" at " - 16)]\n"                                                                                   \
    "smlad r7, lr, " odd1 ", r7\n"                                                                                     \
    "sxtb16 " odd0 ", " even0 "\n"                                                                                     \
    "ldr r9, [r0, #(" at " - 12)]\n"                                                                                   \
    "sxtb16 " odd1 ", " even1 "\n"

/* The first four weights of both channels at r1 + of. */
#define INGOT_DENSE_FIRST(of)                                                                                          \
    "ldr r2, [r1, #(" of ")]\n"                                                                                        \
    "ldr r3, [r1, #(" of " + 16)]\n"                                                                                   \
    "sxtb16 r10, r2\n"                                                                                                 \
    "sxtb16 r11, r3\n"

/* The scales of the first two pixels. Sums are doubled before SMMLAR, so that it rounds as LiteRT does; what comes of a
 * negative one is one less, so that ties go down. */
#define INGOT_DENSE_DOUBLED                                                                                            \
    "add r12, r0, r4, asr #31\n"                                                                                       \
    "add lr, r1, r5, asr #31\n"                                                                                        \
    "add r4, r4, r4\n"                                                                                                 \
    "add r5, r5, r5\n"                                                                                                 \
    "smmlar r4, r4, r10, r12\n"                                                                                        \
    "add r12, r0, r6, asr #31\n"                                                                                       \
    "smmlar r5, r5, r11, lr\n"                                                                                         \
    "add lr, r1, r7, asr #31\n"                                                                                        \
    "add r6, r6, r6\n"                                                                                                 \
    "add r7, r7, r7\n"                                                                                                 \
    "smmlar r6, r6, r10, r12\n"

/* The job to lr, its multipliers to r10 r11, shifts to r2 r3, offsets to r0 r1; equal: sums are wanted. */
#define INGOT_DENSE_SCALES                                                                                             \
    "ldr lr, [sp]\n"                                                                                                   \
    "ldr r12, [lr, #80]\n"                                                                                             \
    "ldr r10, [lr, #56]\n"                                                                                             \
    "ldr r11, [lr, #60]\n"                                                                                             \
    "ldr r2, [lr, #64]\n"                                                                                              \
    "ldr r3, [lr, #68]\n"                                                                                              \
    "cmp r12, #0\n"                                                                                                    \
    "ldr r0, [lr, #72]\n"                                                                                              \
    "ldr r1, [lr, #76]\n"                                                                                              \
    "ldr r12, [lr, #16]\n"

__attribute__((naked, noinline)) static void ingot_dense_threes(ingot_dense_pair *job __attribute__((unused)))
{
    /* The stack: the job, where the pixels of the group end, groups left. */
    __asm__ volatile("push {r0-r2, r4-r11, lr}\n"
                     "mov lr, r0\n"
                     "ldr r2, [r0, #8]\n"
                     "ldr r3, [r0]\n"
                     "str r2, [sp, #8]\n"
                     "str r3, [sp, #4]\n"
                     "cmp r2, #0\n"
                     "beq 16f\n"
                     "10:\n"
                     "ldr r0, [sp, #4]\n"
                     "ldr r2, [lr, #28]\n"
                     "ldr r3, [lr, #44]\n"
                     "ldr r4, [lr, #48]\n"
                     "ldr r5, [lr, #52]\n"
                     "add r0, r0, r2\n"
                     "ldr r1, [lr, #4]\n"
                     "cmp r3, #0\n"
                     "mov r6, r4\n"
                     "mov r7, r5\n"
                     "mov r8, r4\n"
                     "mov r9, r5\n"
                     "bne 12f\n"
                     "ldr r12, [r0]\n" INGOT_DENSE_FIRST("0")
                     "11:\n"
                     INGOT_DENSE_THREE("r10", "r11", "r2", "r3", "0", "-4")
                     INGOT_DENSE_THREE("r2", "r3", "r10", "r11", "-24", "-8")
                     "13:\n"
                     INGOT_DENSE_THREE("r10", "r11", "r2", "r3", "-48", "-12")
                     INGOT_DENSE_THREE_LAST("r2", "r3", "r10", "r11")
                     "bne 11b\n" INGOT_DENSE_SCALES
                     "beq 15f\n"
                     INGOT_DENSE_DOUBLED
                     "add r12, r0, r8, asr #31\n"
                     "smmlar r7, r7, r11, lr\n"
                     "add lr, r1, r9, asr #31\n"
                     "add r8, r8, r8\n"
                     "asr r4, r4, r2\n"
                     "add r9, r9, r9\n"
                     "asr r5, r5, r3\n"
                     "smmlar r8, r8, r10, r12\n"
                     "ssat r4, #8, r4\n"
                     "smmlar r9, r9, r11, lr\n"
                     "ldr lr, [sp]\n"
                     "asr r6, r6, r2\n"
                     "ssat r5, #8, r5\n"
                     "asr r7, r7, r3\n"
                     "ldr r12, [lr, #16]\n"
                     "ssat r6, #8, r6\n"
                     "ldr r11, [lr, #24]\n"
                     "asr r8, r8, r2\n"
                     "ldr r10, [lr, #20]\n"
                     "ssat r7, #8, r7\n"
                     "strb r5, [r12, r11]\n"
                     "asr r9, r9, r3\n"
                     "strb r4, [r12]\n"
                     "ssat r8, #8, r8\n"
                     "add r12, r12, r10\n"
                     "ssat r9, #8, r9\n"
                     "strb r7, [r12, r11]\n"
                     "strb r6, [r12]\n"
                     "add r12, r12, r10\n"
                     "strb r9, [r12, r11]\n"
                     "strb r8, [r12]\n"
                     "add r12, r12, r10\n"
                     "14:\n"
                     "str r12, [lr, #16]\n"
                     "ldr r0, [sp, #4]\n"
                     "ldr r2, [sp, #8]\n"
                     "ldr r1, [lr, #32]\n"
                     "subs r2, #1\n"
                     "add r0, r0, r1\n"
                     "str r2, [sp, #8]\n"
                     "str r0, [sp, #4]\n"
                     "bne 10b\n"
                     /* A group of two begins eight bytes nearer behind what is in front of it. */
                     "ldr r2, [lr, #12]\n"
                     "cmp r2, #0\n"
                     "beq 30f\n"
                     "add r0, #8\n"
                     "str r2, [sp, #8]\n"
                     "str r0, [sp, #4]\n"
                     "b 20f\n"
                     "12:\n"
                     "ldr r12, [r0, #-48]\n" INGOT_DENSE_FIRST("-8")
                     "b 13b\n"
                     "15:\n"
                     "ldr r12, [lr, #16]\n"
                     "stm r12!, {r4-r9}\n"
                     "b 14b\n"
                     "16:\n"
                     "ldr r2, [lr, #12]\n"
                     "str r2, [sp, #8]\n"
                     "20:\n"
                     "ldr r0, [sp, #4]\n"
                     "ldr r2, [lr, #36]\n"
                     "ldr r3, [lr, #44]\n"
                     "ldr r4, [lr, #48]\n"
                     "ldr r5, [lr, #52]\n"
                     "add r0, r0, r2\n"
                     "ldr r1, [lr, #4]\n"
                     "cmp r3, #0\n"
                     "mov r6, r4\n"
                     "mov r7, r5\n"
                     "bne 22f\n"
                     "ldr r8, [r0]\n"
                     "ldr r9, [r0, #4]\n" INGOT_DENSE_FIRST("0")
                     "21:\n"
                     INGOT_DENSE_TWO("r10", "r11", "r2", "r3", "0", "-4")
                     INGOT_DENSE_TWO("r2", "r3", "r10", "r11", "-16", "-8")
                     "23:\n"
                     INGOT_DENSE_TWO("r10", "r11", "r2", "r3", "-32", "-12")
                     INGOT_DENSE_TWO("r2", "r3", "r10", "r11", "-48", "-" INGOT_DENSE_BACK)
                     "ldr lr, [sp, #4]\n"
                     "sub r0, #64\n"
                     "sub r1, #" INGOT_DENSE_BACK "\n"
                     "cmp r0, lr\n"
                     "bne 21b\n" INGOT_DENSE_SCALES
                     "beq 25f\n"
                     INGOT_DENSE_DOUBLED
                     "asr r4, r4, r2\n"
                     "smmlar r7, r7, r11, lr\n"
                     "asr r5, r5, r3\n"
                     "ldr lr, [sp]\n"
                     "ssat r4, #8, r4\n"
                     "ssat r5, #8, r5\n"
                     "ldr r12, [lr, #16]\n"
                     "asr r6, r6, r2\n"
                     "ldr r11, [lr, #24]\n"
                     "asr r7, r7, r3\n"
                     "ldr r10, [lr, #20]\n"
                     "ssat r7, #8, r7\n"
                     "strb r5, [r12, r11]\n"
                     "ssat r6, #8, r6\n"
                     "strb r4, [r12]\n"
                     "add r12, r12, r10\n"
                     "strb r7, [r12, r11]\n"
                     "strb r6, [r12]\n"
                     "add r12, r12, r10\n"
                     "24:\n"
                     "str r12, [lr, #16]\n"
                     "ldr r0, [sp, #4]\n"
                     "ldr r2, [sp, #8]\n"
                     "ldr r1, [lr, #40]\n"
                     "subs r2, #1\n"
                     "add r0, r0, r1\n"
                     "str r2, [sp, #8]\n"
                     "str r0, [sp, #4]\n"
                     "bne 20b\n"
                     "30:\n"
                     "add sp, #12\n"
                     "pop {r4-r11, pc}\n"
                     "22:\n"
                     "ldr r8, [r0, #-32]\n"
                     "ldr r9, [r0, #-28]\n" INGOT_DENSE_FIRST("-8")
                     "b 23b\n"
                     "25:\n"
                     "ldr r12, [lr, #16]\n"
                     "stm r12!, {r4-r7}\n"
                     "b 24b\n");
}

#endif
