/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of dense_whole_mve.h with the arithmetic of QDQ models, of layers whose biases are in the sums
 * (INGOT_MAC_BIAS_IN_SUMS): a product of floats, to nearest. The words in front of the scales are zeros and not used.
 */
#ifndef INGOT_DENSE_WHOLE_EVEN_MVE_H
#define INGOT_DENSE_WHOLE_EVEN_MVE_H

/* The even channels' record is done, its scales come next; the odd ones' first chunk. */
#define INGOT_WHOLE_EVEN                                                                                               \
    "ldrd r1, r3, [sp]\n"                                                                                              \
    "vmladava.s8 lr, q1, q3\n"                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vmov q1[3], q1[1], r10, lr\n"                                                                                     \
    "vadd.i32 q5, q1, q4\n"                                                                                            \
    "vcvt.f32.s32 q5, q5\n"                                                                                            \
    "vadd.i32 q4, q0, q4\n"                                                                                            \
    "vcvt.f32.s32 q4, q4\n"                                                                                            \
    "vldrw.32 q3, [r5], #112\n"                                                                                        \
    "vmul.f32 q5, q5, q3\n"                                                                                            \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vmul.f32 q4, q4, q3\n"                                                                                            \
    "vldrw.32 q2, [r5, #-80]\n"                                                                                        \
    "vcvtn.s32.f32 q5, q5\n"                                                                                           \
    "vldrw.32 q3, [r5, #-64]\n"                                                                                        \
    "vmladav.s8 r8, q1, q2\n"                                                                                          \
    "vqmovnb.s32 q7, q5\n"                                                                                             \
    "vcvtn.s32.f32 q4, q4\n"                                                                                           \
    "vldrb.8 q0, [r1], #32\n"                                                                                          \
    "vmladav.s8 r2, q0, q3\n"                                                                                          \
    "vldrw.32 q5, [r5, #-48]\n"                                                                                        \
    "vmladav.s8 r10, q1, q3\n"                                                                                         \
    "vldrw.32 q3, [r5, #-32]\n"                                                                                        \
    "vmladav.s8 r0, q0, q2\n"                                                                                          \
    "vqmovnb.s32 q6, q4\n"                                                                                             \
    "vmladav.s8 r4, q0, q5\n"                                                                                          \
    "vldrw.32 q4, [r5, #-96]\n"                                                                                        \
    "vmladav.s8 r6, q0, q3\n"                                                                                          \
    "vldrb.8 q0, [r1, #-16]\n"                                                                                         \
    "vmladav.s8 r12, q1, q5\n"                                                                                         \
    "vldrw.32 q2, [r5, #-16]\n"                                                                                        \
    "vmladav.s8 lr, q1, q3\n"

/* The odd channels' record is done: products with the scales in q4, q5; r6, r4: behind where results go. */
#define INGOT_WHOLE_ODD                                                                                                \
    "vmladava.s8 lr, q1, q3\n"                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vmov q1[3], q1[1], r10, lr\n"                                                                                     \
    "vldrw.32 q3, [r5], #112\n"                                                                                        \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vadd.i32 q5, q1, q4\n"                                                                                            \
    "vcvt.f32.s32 q5, q5\n"                                                                                            \
    "adds r9, #8\n"                                                                                                    \
    "ldrd r6, r4, [sp, #8]\n"                                                                                          \
    "vmul.f32 q5, q5, q3\n"                                                                                            \
    "vadd.i32 q4, q0, q4\n"                                                                                            \
    "vcvt.f32.s32 q4, q4\n"                                                                                            \
    "add r4, r9\n"                                                                                                     \
    "vmul.f32 q4, q4, q3\n"                                                                                            \
    "add r6, r9\n"

/* Eight results of both pixels are stored; the first chunk of the next record. */
#define INGOT_WHOLE_STORE                                                                                              \
    "vcvtn.s32.f32 q5, q5\n"                                                                                           \
    "vldrw.32 q2, [r5, #-80]\n"                                                                                        \
    "ldrd r1, r3, [sp]\n"                                                                                              \
    "vldrw.32 q3, [r5, #-64]\n"                                                                                        \
    "vqmovnt.s32 q7, q5\n"                                                                                             \
    "vcvtn.s32.f32 q4, q4\n"                                                                                           \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vqmovnt.s32 q6, q4\n"                                                                                             \
    "vmladav.s8 r10, q1, q3\n"                                                                                         \
    "vqadd.s16 q7, q7, r11\n"                                                                                          \
    "vldrw.32 q5, [r5, #-48]\n"                                                                                        \
    "vqadd.s16 q6, q6, r11\n"                                                                                          \
    "vldrb.8 q0, [r1], #32\n"                                                                                          \
    "vqmovnb.s16 q6, q6\n"                                                                                             \
    "vmladav.s8 r2, q0, q3\n"                                                                                          \
    "vldrw.32 q3, [r5, #-32]\n"                                                                                        \
    "vmladav.s8 lr, q1, q3\n"                                                                                          \
    "vqmovnb.s16 q7, q7\n"                                                                                             \
    "vmladav.s8 r0, q0, q2\n"                                                                                          \
    "vstrb.16 q6, [r6, #-8]\n"                                                                                         \
    "vmladav.s8 r6, q0, q3\n"                                                                                          \
    "vstrb.16 q7, [r4, #-8]\n"                                                                                         \
    "vmladav.s8 r4, q0, q5\n"                                                                                          \
    "vldrb.8 q0, [r1, #-16]\n"                                                                                         \
    "vmladav.s8 r12, q1, q5\n"                                                                                         \
    "vldrw.32 q4, [r5, #-96]\n"                                                                                        \
    "vmladav.s8 r8, q1, q2\n"                                                                                          \
    "vldrw.32 q2, [r5, #-16]\n"

#endif
