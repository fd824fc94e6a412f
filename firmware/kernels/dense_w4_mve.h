/* SPDX-License-Identifier: Apache-2.0 */
/* What dense_mve.h does for a record, for weights of four bits (w4.h): 16 instructions for 128 products, as many cycles as
 * the 14 for weights of eight bits. */
#ifndef INGOT_DENSE_W4_MVE_H
#define INGOT_DENSE_W4_MVE_H

/* A chunk of 16 bytes. 16 bytes of weights are two lanes': q2, q6 have 16 times those in the low halves, q3, q7 those in the
 * high ones. The last product of a chunk is the next one's to do, and the next one's weights are loaded already, those of
 * lanes 0 and 1 unpacked, too: after the last chunk these are the multipliers and shifts. */
#define INGOT_CHUNK(turn)                                                                                              \
    "vldrb.8 q0, [r1], #16\n"                                                                                          \
    "vmladava.s8 r12, q1, q6\n"                                                                                        \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vmladava.s8 r0, q0, q2\n"                                                                                         \
    "vshl.i8 q6, q7, #4\n"                                                                                             \
    "vmladava.s8 r2, q0, q3\n"                                                                                         \
    "vshr.s8 q7, q7, #4\n"                                                                                             \
    "vmladava.s8 r8, q1, q2\n"                                                                                         \
    "vldrb.8 q2, [r5], #16\n"                                                                                          \
    "vmladava.s8 r10, q1, q3\n"                                                                                        \
    "vshr.s8 q3, q2, #4\n"                                                                                             \
    "vmladava.s8 r6, q0, q7\n"                                                                                         \
    "vshl.i8 q2, q2, #4\n"                                                                                             \
    "vmladava.s8 lr, q1, q7\n"                                                                                         \
    "vldrb.8 q7, [r5], #16\n" turn                                                                                     \
    "vmladava.s8 r4, q0, q6\n"

#define INGOT_CHUNK_BYTES 64
#define INGOT_RECORD_SUMS                                                                                              \
    "vldrb.8 q7, [r5], #16\n"                                                                                          \
    "vshr.s8 q3, q2, #4\n"                                                                                             \
    "vshl.i8 q2, q2, #4\n"                                                                                             \
    "add pc, r11\n"                                                                                                    \
    "1:\n" INGOT_CHUNK("") INGOT_CHUNK("") INGOT_CHUNK("") INGOT_CHUNK("subs r7, #1\n")                                \
    "bne 1b\n"                                                                                                         \
    "vmladava.s8 r12, q1, q6\n"                                                                                        \
    "asr r0, #4\n"                                                                                                     \
    "asr r4, #4\n"                                                                                                     \
    "asr r8, #4\n"                                                                                                     \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "asr r12, #4\n"                                                                                                    \
    "vldrw.32 q2, [r5, #-32]\n"                                                                                        \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vldrw.32 q3, [r5, #-16]\n"                                                                                        \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vmov q1[3], q1[1], r10, lr\n"

/* Weights have been in q6 and q7. */
#define INGOT_CLAMPS                                                                                                   \
    "ldrd r6, r8, [sp, #48]\n"                                                                                         \
    "vdup.16 q6, r6\n"                                                                                                 \
    "vdup.16 q7, r8\n"

#endif
