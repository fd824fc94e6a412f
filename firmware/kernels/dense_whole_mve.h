/* SPDX-License-Identifier: Apache-2.0 */
/* dense_mve.h for whole blocks of eight channels, pixels of more than 16 bytes, shifts that all go right and results
 * that saturate at -128 and 127. What makes bytes of a record's sums runs between the first products of the next
 * record, also from one pair of pixels to the next: loads, products and the rest overlap, nothing waits.
 */
#ifndef INGOT_DENSE_WHOLE_MVE_H
#define INGOT_DENSE_WHOLE_MVE_H

/* r1, r3: pixels; r5: record, advances; r7: end of the first pixel; r9: minus the bytes that are left of the results;
 * r11: zero point. Sums in the even registers, as INGOT_CHUNK has them; in q4 the biases. q6, q7: results of the even
 * channels, 16 bits. On the stack:
 *     0: pixels    8: ends of results    16: steps of both    24: where r9 and r5 begin    32: pairs
 *     36: where the chunks after the first begin, of even and of odd channels    48: room for eight bytes
 */

#ifdef INGOT_EVEN
#include "dense_whole_even_mve.h"
#else
/* The even channels' record is done, its multipliers are in q2; the odd ones' first chunk. */
#define INGOT_WHOLE_EVEN                                                                                               \
    "vmladava.s8 lr, q1, q3\n"                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vldrw.32 q3, [r5], #112\n"                                                                                        \
    "vmov q1[3], q1[1], r10, lr\n"                                                                                     \
    "ldrd r1, r3, [sp]\n"                                                                                              \
    "vadd.i32 q5, q1, q4\n"                                                                                            \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vadd.i32 q4, q0, q4\n"                                                                                            \
    "vqrdmulh.s32 q5, q5, q2\n"                                                                                        \
    "vldrb.8 q0, [r1], #32\n"                                                                                          \
    "vqrdmulh.s32 q4, q4, q2\n"                                                                                        \
    "vldrw.32 q2, [r5, #-80]\n"                                                                                        \
    "vmladav.s8 r0, q0, q2\n"                                                                                          \
    "vrshl.s32 q5, q5, q3\n"                                                                                           \
    "vmladav.s8 r8, q1, q2\n"                                                                                          \
    "vrshl.s32 q4, q4, q3\n"                                                                                           \
    "vldrw.32 q3, [r5, #-64]\n"                                                                                        \
    "vqmovnb.s32 q7, q5\n"                                                                                             \
    "vmladav.s8 r2, q0, q3\n"                                                                                          \
    "vldrw.32 q5, [r5, #-48]\n"                                                                                        \
    "vmladav.s8 r10, q1, q3\n"                                                                                         \
    "vldrw.32 q3, [r5, #-32]\n"                                                                                        \
    "vqmovnb.s32 q6, q4\n"                                                                                             \
    "vmladav.s8 r4, q0, q5\n"                                                                                          \
    "vldrw.32 q4, [r5, #-96]\n"                                                                                        \
    "vmladav.s8 r6, q0, q3\n"                                                                                          \
    "vldrb.8 q0, [r1, #-16]\n"                                                                                         \
    "vmladav.s8 r12, q1, q5\n"                                                                                         \
    "vldrw.32 q2, [r5, #-16]\n"                                                                                        \
    "vmladav.s8 lr, q1, q3\n"

/* The same where the sign of ties matters. */
#define INGOT_WHOLE_EVEN_SIGNED                                                                                        \
    "vmladava.s8 lr, q1, q3\n"                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vmov q1[3], q1[1], r10, lr\n"                                                                                     \
    "vadd.i32 q5, q1, q4\n"                                                                                            \
    "vldrw.32 q3, [r5], #112\n"                                                                                        \
    "vadd.i32 q4, q0, q4\n"                                                                                            \
    "vqrdmulh.s32 q5, q5, q2\n"                                                                                        \
    "ldrd r1, r3, [sp]\n"                                                                                              \
    "vqrdmulh.s32 q4, q4, q2\n"                                                                                        \
    "vldrb.8 q0, [r1], #32\n"                                                                                          \
    "vshr.s32 q7, q5, #31\n"                                                                                           \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vshr.s32 q6, q4, #31\n"                                                                                           \
    "vldrw.32 q2, [r5, #-80]\n"                                                                                        \
    "vadd.i32 q5, q5, q7\n"                                                                                            \
    "vmladav.s8 r0, q0, q2\n"                                                                                          \
    "vadd.i32 q4, q4, q6\n"                                                                                            \
    "vmladav.s8 r8, q1, q2\n"                                                                                          \
    "vrshl.s32 q5, q5, q3\n"                                                                                           \
    "vldrw.32 q2, [r5, #-16]\n"                                                                                        \
    "vrshl.s32 q4, q4, q3\n"                                                                                           \
    "vldrw.32 q3, [r5, #-64]\n"                                                                                        \
    "vmladav.s8 r2, q0, q3\n"                                                                                          \
    "vqmovnb.s32 q7, q5\n"                                                                                             \
    "vmladav.s8 r10, q1, q3\n"                                                                                         \
    "vldrw.32 q3, [r5, #-32]\n"                                                                                        \
    "vmladav.s8 lr, q1, q3\n"                                                                                          \
    "vldrw.32 q5, [r5, #-48]\n"                                                                                        \
    "vmladav.s8 r4, q0, q5\n"                                                                                          \
    "vqmovnb.s32 q6, q4\n"                                                                                             \
    "vmladav.s8 r12, q1, q5\n"                                                                                         \
    "vldrw.32 q4, [r5, #-96]\n"                                                                                        \
    "vmladav.s8 r6, q0, q3\n"                                                                                          \
    "vldrb.8 q0, [r1, #-16]\n"

/* The odd channels' record is done: sums in q4, q5, shifts in q3; r6, r4: behind where results go. */
#define INGOT_WHOLE_ODD                                                                                                \
    "vmladava.s8 lr, q1, q3\n"                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vmov q1[3], q1[1], r10, lr\n"                                                                                     \
    "vadd.i32 q5, q1, q4\n"                                                                                            \
    "adds r9, #8\n"                                                                                                    \
    "ldrd r6, r4, [sp, #8]\n"                                                                                          \
    "vadd.i32 q4, q0, q4\n"                                                                                            \
    "vldrw.32 q3, [r5], #112\n"                                                                                        \
    "vqrdmulh.s32 q4, q4, q2\n"                                                                                        \
    "add r6, r9\n"                                                                                                     \
    "add r4, r9\n"                                                                                                     \
    "vqrdmulh.s32 q5, q5, q2\n"

/* Eight results of both pixels are stored; the first chunk of the next record. */
#define INGOT_WHOLE_STORE                                                                                              \
    "vrshl.s32 q5, q5, q3\n"                                                                                           \
    "vldrw.32 q2, [r5, #-80]\n"                                                                                        \
    "vqmovnt.s32 q7, q5\n"                                                                                             \
    "ldrd r1, r3, [sp]\n"                                                                                              \
    "vrshl.s32 q4, q4, q3\n"                                                                                           \
    "vldrw.32 q3, [r5, #-64]\n"                                                                                        \
    "vqmovnt.s32 q6, q4\n"                                                                                             \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vmladav.s8 r10, q1, q3\n"                                                                                         \
    "vldrb.8 q0, [r1], #32\n"                                                                                          \
    "vqadd.s16 q7, q7, r11\n"                                                                                          \
    "vldrw.32 q5, [r5, #-48]\n"                                                                                        \
    "vqadd.s16 q6, q6, r11\n"                                                                                          \
    "vmladav.s8 r2, q0, q3\n"                                                                                          \
    "vldrw.32 q3, [r5, #-32]\n"                                                                                        \
    "vqmovnb.s16 q6, q6\n"                                                                                             \
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

#define INGOT_WHOLE_STORE_SIGNED                                                                                       \
    "vshr.s32 q0, q4, #31\n"                                                                                           \
    "ldrd r1, r3, [sp]\n"                                                                                              \
    "vshr.s32 q1, q5, #31\n"                                                                                           \
    "vldrw.32 q2, [r5, #-80]\n"                                                                                        \
    "vadd.i32 q4, q4, q0\n"                                                                                            \
    "vldrb.8 q0, [r1], #32\n"                                                                                          \
    "vadd.i32 q5, q5, q1\n"                                                                                            \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vrshl.s32 q4, q4, q3\n"                                                                                           \
    "vmladav.s8 r0, q0, q2\n"                                                                                          \
    "vrshl.s32 q5, q5, q3\n"                                                                                           \
    "vldrw.32 q3, [r5, #-64]\n"                                                                                        \
    "vqmovnt.s32 q6, q4\n"                                                                                             \
    "vmladav.s8 r2, q0, q3\n"                                                                                          \
    "vqmovnt.s32 q7, q5\n"                                                                                             \
    "vmladav.s8 r10, q1, q3\n"                                                                                         \
    "vqadd.s16 q6, q6, r11\n"                                                                                          \
    "vldrw.32 q5, [r5, #-48]\n"                                                                                        \
    "vqadd.s16 q7, q7, r11\n"                                                                                          \
    "vldrw.32 q3, [r5, #-32]\n"                                                                                        \
    "vqmovnb.s16 q6, q6\n"                                                                                             \
    "vmladav.s8 r8, q1, q2\n"                                                                                          \
    "vqmovnb.s16 q7, q7\n"                                                                                             \
    "vstrb.16 q6, [r6, #-8]\n"                                                                                         \
    "vmladav.s8 r6, q0, q3\n"                                                                                          \
    "vstrb.16 q7, [r4, #-8]\n"                                                                                         \
    "vmladav.s8 r4, q0, q5\n"                                                                                          \
    "vldrw.32 q4, [r5, #-96]\n"                                                                                        \
    "vmladav.s8 r12, q1, q5\n"                                                                                         \
    "vldrb.8 q0, [r1, #-16]\n"                                                                                         \
    "vmladav.s8 lr, q1, q3\n"                                                                                          \
    "vldrw.32 q2, [r5, #-16]\n"

#endif

/* Four chunks a turn, which begins as a turn of INGOT_RECORD_SUMS does. */
#define INGOT_WHOLE_CHUNK_BYTES "56"
#define INGOT_WHOLE_CHUNKS                                                                                             \
    INGOT_CHUNK(INGOT_CHUNK_FIRST, "") INGOT_CHUNK(INGOT_CHUNK_NEXT, "") INGOT_CHUNK(INGOT_CHUNK_NEXT, "")             \
    INGOT_CHUNK(INGOT_CHUNK_NEXT, "cmp r1, r7\n")

/* Aligned for ADR, whose offset the assembler knows only then. */
#define INGOT_DENSE_WHOLE(name, even, store)                                                                           \
    __attribute__((naked, noinline, aligned(4))) static void name(const ingot_dense_job *job __attribute__((unused)))  \
    {                                                                                                                  \
        __asm__ volatile("push {r4-r11, lr}\n"                                                                         \
                         "vpush {d8-d15}\n"                                                                            \
                         "sub sp, #56\n"                                                                               \
                         "mov r10, r0\n"                                                                               \
                         "ldrd r1, r3, [r10]\n"                                                                        \
                         "strd r1, r3, [sp]\n"                                                                         \
                         "ldr r4, [r10, #24]\n" /* blocks */                                                           \
                         "lsl r9, r4, #3\n"                                                                            \
                         "ldrd r6, r8, [r10, #8]\n" /* outputs */                                                      \
                         "add r6, r9\n"                                                                                \
                         "add r8, r9\n"                                                                                \
                         "strd r6, r8, [sp, #8]\n"                                                                     \
                         "ldrd r6, r8, [r10, #36]\n" /* steps */                                                       \
                         "add r8, r9\n"                                                                                \
                         "strd r6, r8, [sp, #16]\n"                                                                    \
                         "rsb r9, r9, #0\n"                                                                            \
                         "ldr r5, [r10, #16]\n"                                                                        \
                         "add r5, #96\n" /* as if a record were done */                                                \
                         "strd r9, r5, [sp, #24]\n"                                                                    \
                         "ldr r4, [r10, #32]\n" /* pairs */                                                            \
                         "str r4, [sp, #32]\n"                                                                         \
                         "ldr r11, [r10, #44]\n"                                                                       \
                         "ldr r4, [r10, #60]\n" /* chunks */                                                           \
                         "add r7, r1, r4, lsl #4\n"                                                                    \
                         "rsb r4, r4, #1\n"                                                                            \
                         "and r4, r4, #3\n"                                                                            \
                         "mov r6, #" INGOT_WHOLE_CHUNK_BYTES "\n"                                                      \
                         "mul r4, r4, r6\n"                                                                            \
                         "add r4, #9\n" /* behind two instructions, Thumb */                                           \
                         "adr.w r6, 1f\n"                                                                              \
                         "add r6, r4\n"                                                                                \
                         "adr.w r8, 2f\n"                                                                              \
                         "add r8, r4\n"                                                                                \
                         "strd r6, r8, [sp, #36]\n"                                                                    \
                         "add r6, sp, #56\n" /* the first results belong to nothing */                                 \
                         "mov r4, r6\n"                                                                                \
                         "5:\n"                                                                                        \
                         store                                                                                         \
                         "ldr pc, [sp, #36]\n"                                                                         \
                         "1:\n"                                                                                        \
                         INGOT_WHOLE_CHUNKS                                                                            \
                         "bne 1b\n"                                                                                    \
                         even                                                                                          \
                         "ldr pc, [sp, #40]\n"                                                                         \
                         "2:\n"                                                                                        \
                         INGOT_WHOLE_CHUNKS                                                                            \
                         "bne 2b\n"                                                                                    \
                         INGOT_WHOLE_ODD                                                                               \
                         "bne 5b\n"                                                                                    \
                         "ldrd r1, r3, [sp]\n" /* the next pair */                                                     \
                         "ldrd r0, r2, [sp, #16]\n"                                                                    \
                         "add r1, r0\n"                                                                                \
                         "add r3, r0\n"                                                                                \
                         "add r7, r0\n"                                                                                \
                         "strd r1, r3, [sp]\n"                                                                         \
                         "ldrd r8, r12, [sp, #8]\n"                                                                    \
                         "add r8, r2\n"                                                                                \
                         "add r12, r2\n"                                                                               \
                         "strd r8, r12, [sp, #8]\n"                                                                    \
                         "ldrd r9, r5, [sp, #24]\n"                                                                    \
                         "ldr r0, [sp, #32]\n"                                                                         \
                         "subs r0, #1\n"                                                                               \
                         "str r0, [sp, #32]\n"                                                                         \
                         "bne 5b\n"                                                                                    \
                         "adr.w r0, 8f\n" /* there is none: what is read now is not used */                            \
                         "orr r0, r0, #1\n"                                                                            \
                         "str r0, [sp, #36]\n"                                                                         \
                         "strd r5, r5, [sp]\n"                                                                         \
                         "b 5b\n"                                                                                      \
                         "8:\n"                                                                                        \
                         "add sp, #56\n"                                                                               \
                         "vpop {d8-d15}\n"                                                                             \
                         "pop {r4-r11, pc}\n");                                                                        \
    }

INGOT_DENSE_WHOLE(ingot_dense_whole, INGOT_WHOLE_EVEN, INGOT_WHOLE_STORE)
#ifndef INGOT_EVEN
INGOT_DENSE_WHOLE(ingot_dense_whole_signed, INGOT_WHOLE_EVEN_SIGNED, INGOT_WHOLE_STORE_SIGNED)
#endif

#endif
