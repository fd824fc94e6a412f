/* SPDX-License-Identifier: Apache-2.0 */
/* dense_mve.h for any number of channels, any shifts and any clamps: two pixels times four channels at a time, 14
 * instructions for 128 products. */
#ifndef INGOT_DENSE_PAIRS_MVE_H
#define INGOT_DENSE_PAIRS_MVE_H

/* What is to be there before the chunks; may stand between other instructions. */
#define INGOT_RECORD_BEGIN                                                                                             \
    "ldrd r4, r6, [r5, #8]\n"                                                                                          \
    "ldrd r0, r2, [r5]\n"                                                                                              \
    "ldrd r8, r10, [r5], #8\n"                                                                                         \
    "ldrd r1, r3, [sp, #0]\n"                                                                                          \
    "ldrd r12, lr, [r5], #8\n"                                                                                         \
    "vldrb.8 q0, [r1], #16\n"                                                                                          \
    "ldr r7, [sp, #20]\n"                                                                                              \
    "vldrb.8 q2, [r5], #16\n"

#ifdef INGOT_W4
#include "dense_w4_mve.h"
#else
/* One record for two pixels. r1, r3: pixels; r5: record, advances; r7: turns; r11: where the first turn begins. Sums in
 * the even registers: pixel 0 in r0 r2 r4 r6, pixel 1 in r8 r10 r12 lr.
 *
 * A chunk of 16 bytes: a load and a product overlap where neither waits for the other, so products trail the loads. The
 * last product of a chunk is the next one's to do, and the next one's first weights are loaded already: after the last
 * chunk these are the multipliers. */
#define INGOT_CHUNK(begin, turn)                                                                                       \
    begin                                                                                                              \
    "vmladava.s8 r0, q0, q2\n"                                                                                         \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vmladava.s8 r8, q1, q2\n"                                                                                         \
    "vldrb.8 q3, [r5], #16\n"                                                                                          \
    "vmladava.s8 r2, q0, q3\n"                                                                                         \
    "vldrb.8 q2, [r5], #16\n"                                                                                          \
    "vmladava.s8 r10, q1, q3\n"                                                                                        \
    "vldrb.8 q3, [r5], #16\n"                                                                                          \
    "vmladava.s8 r4, q0, q2\n"                                                                                         \
    "vmladava.s8 r12, q1, q2\n"                                                                                        \
    "vldrb.8 q2, [r5], #16\n" turn                                                                                     \
    "vmladava.s8 r6, q0, q3\n"

#define INGOT_CHUNK_FIRST                                                                                              \
    "vmladava.s8 lr, q1, q3\n"                                                                                         \
    "vldrb.8 q0, [r1], #16\n"
#define INGOT_CHUNK_NEXT                                                                                               \
    "vldrb.8 q0, [r1], #16\n"                                                                                          \
    "vmladava.s8 lr, q1, q3\n"

/* Four chunks a turn. The first turn begins behind the two instructions that a chunk does for the one before; a chunk
 * takes INGOT_CHUNK_BYTES of code. Then the sums become vectors: q0, q1; the multipliers are in q2. */
#define INGOT_CHUNK_BYTES 56
#define INGOT_RECORD_SUMS                                                                                              \
    "add pc, r11\n"                                                                                                    \
    "1:\n" INGOT_CHUNK(INGOT_CHUNK_FIRST, "") INGOT_CHUNK(INGOT_CHUNK_NEXT, "") INGOT_CHUNK(INGOT_CHUNK_NEXT, "")      \
        INGOT_CHUNK(INGOT_CHUNK_NEXT, "subs r7, #1\n")                                                                 \
    "bne 1b\n"                                                                                                         \
    "vmladava.s8 lr, q1, q3\n"                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vldrw.32 q3, [r5], #16\n"                                                                                         \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vmov q1[3], q1[1], r10, lr\n"
#define INGOT_CLAMPS "" /* they stay in q6 and q7 */
#endif

/* Of a turn's four chunks, the first turn leaves out what makes a multiple of four of all. r11 is what ADD to the pc
 * takes, which is four bytes further on than the instruction. */
INGOT_INLINE unsigned ingot_dense_entry(unsigned chunks)
{
    return -chunks % 4 * INGOT_CHUNK_BYTES + 8 - 2;
}

/* Shifts to the left come before the multiplication; what is right of them stays in q3. */
#define INGOT_LEFT                                                                                                     \
    "vpush {d8-d9}\n"                                                                                                  \
    "vmov.i32 q4, #0\n"                                                                                                \
    "vmax.s32 q4, q4, q3\n"                                                                                            \
    "vshl.s32 q0, q0, q4\n"                                                                                            \
    "vshl.s32 q1, q1, q4\n"                                                                                            \
    "vsub.i32 q3, q3, q4\n"                                                                                            \
    "vpop {d8-d9}\n"

/* The same where some do go left: job.left stands at 48, where the clamps stood until they were in q6 and q7. */
#define INGOT_LEFT_BEGIN                                                                                               \
    "ldr r0, [r0, #36]\n"                                                                                              \
    "str r0, [sp, #48]\n"
#define INGOT_LEFT_OR_NOT                                                                                              \
    "ldr r0, [sp, #48]\n"                                                                                              \
    "cbz r0, 2f\n" INGOT_LEFT "2:\n"

/* Ties go away from zero: one less where a negative number is going to be shifted. The first form is for layers whose
 * shifts all go right. */
#define INGOT_TIE_RIGHT                                                                                                \
    "vshr.s32 q2, q0, #31\n"                                                                                           \
    "vadd.i32 q0, q0, q2\n"                                                                                            \
    "vshr.s32 q2, q1, #31\n"                                                                                           \
    "vadd.i32 q1, q1, q2\n"

#define INGOT_TIE_ANY                                                                                                  \
    "vand q2, q0, q3\n"                                                                                                \
    "vshr.s32 q2, q2, #31\n"                                                                                           \
    "vqadd.s32 q0, q0, q2\n"                                                                                           \
    "vand q2, q1, q3\n"                                                                                                \
    "vshr.s32 q2, q2, #31\n"                                                                                           \
    "vqadd.s32 q1, q1, q2\n"

#define INGOT_STORE_CLAMPED                                                                                            \
    INGOT_CLAMPS                                                                                                       \
    "vmax.s16 q5, q5, q6\n"                                                                                            \
    "vmax.s16 q4, q4, q6\n"                                                                                            \
    "vmin.s16 q4, q4, q7\n"                                                                                            \
    "vstrb.16 q4, [r0], #8\n"                                                                                          \
    "vmin.s16 q5, q5, q7\n"                                                                                            \
    "vstrb.16 q5, [r2], #8\n"
#define INGOT_STORE_SATURATED                                                                                          \
    "vqmovnb.s16 q4, q4\n"                                                                                             \
    "vqmovnb.s16 q5, q5\n"                                                                                             \
    "vstrb.16 q4, [r0], #8\n"                                                                                          \
    "vstrb.16 q5, [r2], #8\n"

#ifdef INGOT_DENSE_ADJUSTED
/* The numbers of two pixels are at 48, where the clamps stood until they were in q6 and q7; where the next ones are is
 * at 56. */
#define INGOT_DENSE_FRAME "64"
#define INGOT_ADJUST                                                                                                   \
    "ldrd r0, r2, [sp, #48]\n"                                                                                         \
    "vadd.i32 q0, q0, r0\n"                                                                                            \
    "vadd.i32 q1, q1, r2\n"
#define INGOT_ADJUST_BEGIN                                                                                             \
    "ldr r0, [r0, #36]\n"                                                                                              \
    INGOT_ADJUST_FROM
#define INGOT_ADJUST_NEXT                                                                                              \
    "ldr r0, [sp, #56]\n"                                                                                              \
    INGOT_ADJUST_FROM
#define INGOT_ADJUST_FROM                                                                                              \
    "ldrd r2, r4, [r0], #8\n"                                                                                          \
    "strd r2, r4, [sp, #48]\n"                                                                                         \
    "str r0, [sp, #56]\n"
/* The same where results saturate at -128 and 127, so that no clamps take q6 and q7. */
#define INGOT_ADJUST_VECTORS                                                                                           \
    "vadd.i32 q0, q0, q6\n"                                                                                            \
    "vadd.i32 q1, q1, q7\n"
#define INGOT_ADJUST_VECTORS_BEGIN                                                                                     \
    "ldr r0, [r0, #36]\n"                                                                                              \
    INGOT_ADJUST_VECTORS_FROM
#define INGOT_ADJUST_VECTORS_NEXT                                                                                      \
    "ldr r0, [sp, #56]\n"                                                                                              \
    INGOT_ADJUST_VECTORS_FROM
#define INGOT_ADJUST_VECTORS_FROM                                                                                      \
    "ldrd r2, r4, [r0], #8\n"                                                                                          \
    "vdup.32 q6, r2\n"                                                                                                 \
    "str r0, [sp, #56]\n"                                                                                              \
    "vdup.32 q7, r4\n"
#else
#define INGOT_DENSE_FRAME "56"
#define INGOT_ADJUST
#define INGOT_ADJUST_BEGIN
#define INGOT_ADJUST_NEXT
#endif

/* Eight neighbours of two pixels, two records for each; then up to seven channels four at a time, for which r9 is below
 * zero; then the next two pixels. left, first (with the record's first words, q2), tie, last (with: its second words,
 * q3, or nothing): from sums to results; "@" makes a comment of an instruction. store: eight neighbours of each pixel are
 * clamped, or saturate, and stored. begin, next: what is done besides at the start, where r0 is the job's
 * address + 28, and between pairs of pixels. */
#define INGOT_DENSE_PAIRS(name, left, tie)                                                                             \
    INGOT_DENSE_PAIRS_WITH(name, INGOT_ADJUST left, "vqrdmulh.s32", tie, "vrshl.s32", ", q3", INGOT_STORE_CLAMPED,     \
                           INGOT_ADJUST_BEGIN, INGOT_ADJUST_NEXT)
#define INGOT_DENSE_PAIRS_WITH(name, left, first, tie, last, with, store, begin, next)                                 \
    __attribute__((naked, noinline)) static void name(const ingot_dense_job *job __attribute__((unused)))              \
    {                                                                                                                  \
        __asm__ volatile("push {r4-r11, lr}\n"                                                                         \
                         "vpush {d8-d15}\n"                                                                            \
                         "sub sp, #" INGOT_DENSE_FRAME "\n"                                                            \
                         "ldm r0!, {r1-r7}\n"                                                                          \
                         "mov r12, sp\n"                                                                               \
                         "stm r12!, {r1-r7}\n"                                                                         \
                         "ldm r0, {r1-r8}\n"                                                                           \
                         "stm r12, {r1-r7}\n"                                                                          \
                         "mov r11, r8\n"                                                                               \
                         "vdup.16 q6, r6\n"                                                                            \
                         "vdup.16 q7, r7\n" begin                                                                      \
                         "3:\n" /* pair */                                                                             \
                         "ldr r5, [sp, #16]\n"                                                                         \
                         "ldr r9, [sp, #24]\n"                                                                         \
                         "cmp r9, #0\n"                                                                                \
                         "beq 6f\n"                                                                                    \
                         "4:\n" /* block */                                                                            \
                         INGOT_RECORD_BEGIN                                                                            \
                         INGOT_RECORD_SUMS left                                                                        \
                         first " q0, q0, q2\n"                                                                         \
                         "ldrd r0, r2, [r5]\n"                                                                         \
                         first " q1, q1, q2\n"                                                                         \
                         "ldrd r4, r6, [r5, #8]\n" tie                                                                 \
                         last " q0, q0" with "\n"                                                                      \
                         "ldrd r8, r10, [r5], #8\n"                                                                    \
                         last " q1, q1" with "\n"                                                                      \
                         "ldrd r12, lr, [r5], #8\n"                                                                    \
                         "vqmovnb.s32 q4, q0\n"                                                                        \
                         "ldrd r1, r3, [sp, #0]\n"                                                                     \
                         "vldrb.8 q2, [r5], #16\n"                                                                     \
                         "vqmovnb.s32 q5, q1\n"                                                                        \
                         "ldr r7, [sp, #20]\n"                                                                         \
                         "vldrb.8 q0, [r1], #16\n"                                                                     \
                         "5:\n"                                                                                        \
                         INGOT_RECORD_SUMS left                                                                        \
                         first " q1, q1, q2\n"                                                                         \
                         first " q0, q0, q2\n" tie                                                                     \
                         last " q1, q1" with "\n"                                                                      \
                         "cmp r9, #0\n"                                                                                \
                         last " q0, q0" with "\n"                                                                      \
                         "blt 7f\n"                                                                                    \
                         "vqmovnt.s32 q4, q0\n"                                                                        \
                         "ldr r4, [sp, #44]\n"                                                                         \
                         "vqmovnt.s32 q5, q1\n"                                                                        \
                         "ldrd r0, r2, [sp, #8]\n"                                                                     \
                         "vqadd.s16 q5, q5, r4\n"                                                                      \
                         "subs r9, #1\n"                                                                               \
                         "vqadd.s16 q4, q4, r4\n"                                                                      \
                         store                                                                                         \
                         "strd r0, r2, [sp, #8]\n"                                                                     \
                         "bne 4b\n"                                                                                    \
                         "6:\n" /* rest */                                                                             \
                         "ldr r9, [sp, #28]\n"                                                                         \
                         "rsbs r9, #0\n"                                                                               \
                         "beq 9f\n"                                                                                    \
                         "8:\n"                                                                                        \
                         INGOT_RECORD_BEGIN                                                                            \
                         "b 5b\n"                                                                                      \
                         "7:\n"                                                                                        \
                         "ldrd r0, r2, [sp, #8]\n"                                                                     \
                         "ldr r4, [sp, #44]\n"                                                                         \
                         "vqmovnb.s32 q0, q0\n"                                                                        \
                         "vqmovnb.s32 q1, q1\n"                                                                        \
                         "vqadd.s16 q0, q0, r4\n"                                                                      \
                         "vqadd.s16 q1, q1, r4\n"                                                                      \
                         "rsb r7, r9, #0\n" INGOT_CLAMPS                                                               \
                         "vmax.s16 q0, q0, q6\n"                                                                       \
                         "vmax.s16 q1, q1, q6\n"                                                                       \
                         "vmin.s16 q0, q0, q7\n"                                                                       \
                         "vmin.s16 q1, q1, q7\n"                                                                       \
                         "vctp.32 r7\n"                                                                                \
                         "vpstt\n"                                                                                     \
                         "vstrbt.32 q0, [r0]\n"                                                                        \
                         "vstrbt.32 q1, [r2]\n"                                                                        \
                         "adds r0, #4\n"                                                                               \
                         "adds r2, #4\n"                                                                               \
                         "strd r0, r2, [sp, #8]\n"                                                                     \
                         "adds r9, #4\n"                                                                               \
                         "bmi 8b\n"                                                                                    \
                         "9:\n"                                                                                        \
                         "ldm sp, {r0-r3}\n"                                                                           \
                         "ldrd r4, r6, [sp, #36]\n"                                                                    \
                         "add r0, r4\n"                                                                                \
                         "add r1, r4\n"                                                                                \
                         "add r2, r6\n"                                                                                \
                         "add r3, r6\n"                                                                                \
                         "stm sp, {r0-r3}\n" next                                                                      \
                         "ldr r7, [sp, #32]\n"                                                                         \
                         "subs r7, #1\n"                                                                               \
                         "str r7, [sp, #32]\n"                                                                         \
                         "bne 3b\n"                                                                                    \
                         "add sp, #" INGOT_DENSE_FRAME "\n"                                                            \
                         "vpop {d8-d15}\n"                                                                             \
                         "pop {r4-r11, pc}\n");                                                                        \
    }

#endif
