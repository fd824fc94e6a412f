/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC and TANH as in fixed16.h, of eight numbers at a time, each lane with the function that its constants make:
 * the four gates of an LSTM lie side by side.
 *
 * With a = |x|: exp(-a) is a polynomial of a's part below 1/4, times a constant for every bit above; what the bits are
 * is that of a - 1, because gemmlowp splits -a. Then r = 2 / (1 + exp(-a)) in Q2.13, by three Newton steps, and
 * the result is (r - start) << left, or top less that for x < 0. The order of the multiplications is gemmlowp's, because
 * each one rounds; that the rest may be arranged so was tried on every x.
 */
#ifndef INGOT_SQUASH16_MVE_H
#define INGOT_SQUASH16_MVE_H

#include "ingot_kernel.h"

/* One function a lane, of numbers with `bits` bits before the point in exp(): one more than x has for TANH. At most 4. */
typedef struct ingot_squash {
    int16_t bits[8];
    int16_t places[8]; /* bits - 3: brings the bit of 8 to the top */
    int16_t start[8], left[8], top[8];
} ingot_squash;

#define INGOT_LOGISTIC_BITS 3
#define INGOT_LOGISTIC_LEFT 1
#define INGOT_TANH_START (1 << 13)
#define INGOT_TANH_LEFT 2

/* exp(-2^e) of e = -2..3, 1/3, exp(-1/8), -32/17 / 4, and 4, 1 */
static const int32_t ingot_squash_numbers[] = {25520, 19875, 12055, 4435, 600, 11, 10923, 28918, -15420, 4, 1 << 12};

#define INGOT_SQUASH_BIT(left, number)                                                                                 \
    "vshl.i16 q3, q1, #" left "\n"                                                                                     \
    "vpt.s16 ge, q3, zr\n"                                                                                             \
    "vqrdmulht.s16 q2, q2, " number "\n"

/* q2: (1 + exp(-a)) / 2, q3: r, q7: 1 */
#define INGOT_SQUASH_NEWTON                                                                                            \
    "vqrdmulh.s16 q4, q2, q3\n"                                                                                        \
    "vsub.i16 q4, q7, q4\n"                                                                                            \
    "vqrdmulh.s16 q4, q3, q4\n"                                                                                        \
    "vmla.s16 q3, q4, r11\n"

/* Each number becomes its function's value, Q0.15, `vectors` (> 0) times eight. numbers: ingot_squash_numbers. */
__attribute__((naked, noinline)) static void ingot_squash16(int16_t *values __attribute__((unused)),
                                                            const ingot_squash *lanes __attribute__((unused)),
                                                            uint32_t vectors __attribute__((unused)),
                                                            const int32_t *numbers __attribute__((unused)))
{
    __asm__ volatile("push {r4-r12, lr}\n"
                     "vpush {d8-d15}\n"
                     "dls lr, r2\n"
                     "ldm r3, {r2-r12}\n"
                     "vldrh.u16 q6, [r1, #32]\n"
                     "vmov.i16 q7, #0x2000\n"
                     "1:\n"
                     "vldrh.u16 q0, [r0]\n"
                     "vabs.s16 q1, q0\n"
                     "vldrh.u16 q2, [r1]\n"
                     "vneg.s16 q1, q1\n"
                     "vldrh.u16 q4, [r1, #16]\n"
                     "vshl.s16 q2, q1, q2\n"
                     "vorr.i16 q2, #0xe000\n"
                     "vadd.i16 q2, q2, r12\n" /* x */
                     "vqrdmulh.s16 q3, q2, q2\n" /* x^2 */
                     "vshl.s16 q1, q1, q4\n"
                     "vqrdmulh.s16 q4, q3, q2\n"
                     "vqrdmulh.s16 q5, q3, q3\n"
                     "vrshr.s16 q5, q5, #2\n"
                     "vadd.i16 q4, q4, q5\n" /* x^3 + x^4 / 4 */
                     "vqrdmulh.s16 q4, q4, r8\n"
                     "vrhadd.s16 q3, q3, q4\n"
                     "vadd.i16 q2, q2, q3\n"
                     "vqrdmulh.s16 q2, q2, r9\n"
                     "vadd.i16 q2, q2, r9\n"
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
                     "vpt.i16 eq, q0, zr\n"
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
                     "pop {r4-r12, pc}\n");
}

#endif
