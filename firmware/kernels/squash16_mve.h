/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC and TANH as in fixed16.h, of eight numbers at a time, each lane with the function that its constants make:
 * the four gates of an LSTM lie side by side.
 *
 * With a = |x|: exp(-a) is a polynomial of y, what -a has below 1/4 plus 1/8, times a constant for every clear bit of -a
 * from 1/4 up. r = 2 / (1 + exp(-a)) as Q2.13, by three Newton steps. The result is (r - start) << left, for x < 0 top
 * less that. All multiplications are gemmlowp's in gemmlowp's order, because each one rounds.
 */
#ifndef INGOT_SQUASH16_MVE_H
#define INGOT_SQUASH16_MVE_H

#include "ingot_kernel.h"

/* A function for each lane. Logistic: bits 3, start 0, left 1, top INT16_MAX; TANH: bits 1 to 4, start 2^13, left 2,
 * top 0. */
typedef struct ingot_squash {
    int16_t bits[8];   /* before the point of exp()'s argument: those of x, for TANH one more */
    int16_t places[8]; /* bits - 3 */
    int16_t start[8], left[8], top[8];
} ingot_squash;

/* q2 becomes its product with the number if the bit that goes to the top is clear in q1. */
#define INGOT_SQUASH_BIT(left, number)                                                                                 \
    "vshl.i16 q3, q1, #" left "\n"                                                                                     \
    "vpt.s16 ge, q3, zr\n"                                                                                             \
    "vqrdmulht.s16 q2, q2, " number "\n"

/* q2: (1 + exp(-a)) / 2; q3: r; q7: 1 as Q2.13 */
#define INGOT_SQUASH_NEWTON                                                                                            \
    "vqrdmulh.s16 q4, q2, q3\n"                                                                                        \
    "vsub.i16 q4, q7, q4\n"                                                                                            \
    "vqrdmulh.s16 q4, q3, q4\n"                                                                                        \
    "vmla.s16 q3, q4, r11\n"

/* Each number becomes its function's value, Q0.15, `vectors` (> 0) times eight. */
__attribute__((naked, noinline)) static void ingot_squash16(int16_t *values __attribute__((unused)),
                                                            const ingot_squash *lanes __attribute__((unused)),
                                                            uint32_t vectors __attribute__((unused)))
{
    __asm__ volatile("push {r4-r12, lr}\n"
                     "vpush {d8-d15}\n"
                     "dls lr, r2\n"
                     "adr r3, 2f\n"
                     "ldm r3, {r2-r12}\n"
                     "vldrh.u16 q6, [r1, #32]\n"
                     "vmov.i16 q7, #0x2000\n"
                     "1:\n"
                     "vldrh.u16 q0, [r0]\n"
                     "vabs.s16 q1, q0\n"
                     "vldrh.u16 q2, [r1]\n"
                     "vneg.s16 q1, q1\n" /* -a; it holds -2^15, too */
                     "vshl.s16 q2, q1, q2\n"
                     "vorr.i16 q2, #0xe000\n"
                     "vldrh.u16 q4, [r1, #16]\n"
                     "vadd.i16 q2, q2, r12\n" /* y */
                     "vqrdmulh.s16 q3, q2, q2\n"
                     "vqrdmulh.s16 q5, q3, q3\n"
                     "vshl.s16 q1, q1, q4\n" /* bits of -a from 10, that of 1/4, to 15 */
                     "vqrdmulh.s16 q4, q3, q2\n"
                     "vrshr.s16 q5, q5, #2\n"
                     "vadd.i16 q4, q4, q5\n" /* y^3 + y^4 / 4 */
                     "vqrdmulh.s16 q4, q4, r8\n"
                     "vrhadd.s16 q3, q3, q4\n"
                     "vadd.i16 q2, q2, q3\n"
                     "vqrdmulh.s16 q2, q2, r9\n"
                     "vadd.i16 q2, q2, r9\n" /* exp(y - 1/8) */
                     INGOT_SQUASH_BIT("5", "r2")
                     INGOT_SQUASH_BIT("4", "r3")
                     INGOT_SQUASH_BIT("3", "r4")
                     INGOT_SQUASH_BIT("2", "r5")
                     INGOT_SQUASH_BIT("1", "r6")
                     "vpt.s16 ge, q1, zr\n"
                     "vqrdmulht.s16 q2, q2, r7\n"
                     "vshr.u16 q2, q2, #1\n"
                     "vqrdmulh.s16 q3, q2, r10\n"
                     "vorr.i16 q2, #0x4000\n"
                     "vsub.i16 q3, q3, r10\n"
                     INGOT_SQUASH_NEWTON
                     INGOT_SQUASH_NEWTON
                     INGOT_SQUASH_NEWTON
                     "vpt.i16 eq, q0, zr\n" /* exp(0) is the constants' product so far */
                     "vmovt.i16 q3, #0x2000\n"
                     "vldrh.u16 q4, [r1, #48]\n"
                     "vsub.i16 q3, q3, q6\n"
                     "vldrh.u16 q5, [r1, #64]\n"
                     "vqshl.s16 q3, q3, q4\n"
                     "vpt.s16 lt, q0, zr\n"
                     "vsubt.i16 q3, q5, q3\n"
                     "vstrh.16 q3, [r0], #16\n"
                     "le lr, 1b\n"
                     "vpop {d8-d15}\n"
                     "pop {r4-r12, pc}\n"
                     ".align 2\n"
                     "2:\n"
                     ".word 25520, 19875, 12055, 4435, 600, 11\n" /* exp(-2^e) of e = -2..3 */
                     ".word 10923, 28918\n" /* 1/3, exp(-1/8) */
                     ".word -15420, 4, 1 << 12\n"); /* -32/17 / 4 */
}

#endif
