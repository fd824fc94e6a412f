/* SPDX-License-Identifier: Apache-2.0 */
/* dense_mve.h for pixels of at most 16 or 32 bytes: they stay in vector registers for all channels of two pixels.
 *
 * Only for whole blocks of eight channels, results that saturate at -128 and 127, shifts that all go right, and clamps
 * that make the sign of ties meaningless; with INGOT_EVEN, for biases that are in the sums (INGOT_MAC_BIAS_IN_SUMS).
 * dense_short_mve.h is quicker where such pixels have many channels.
 */
#ifndef INGOT_DENSE_THIN_MVE_H
#define INGOT_DENSE_THIN_MVE_H

#ifdef INGOT_DENSE_ADJUSTED
/* What is added to all sums of two pixels is at 40, where the next ones are is at 48, and the
 * zero point at 52, whose register they borrow. */
#define INGOT_THIN_FRAME "56"
#define INGOT_THIN_ADJUST(sums, at) "ldr r7, [sp, #" at "]\nvadd.i32 " sums ", " sums ", r7\n"
#define INGOT_THIN_ADJUST_END "ldr r7, [sp, #52]\n"
#define INGOT_THIN_ADJUST_BEGIN "ldr r4, [r0, #44]\nstr r4, [sp, #52]\nldr r4, [r0, #64]\n"
#define INGOT_THIN_ADJUST_FROM "ldrd r6, r8, [r4], #8\nstrd r6, r8, [sp, #40]\nstr r4, [sp, #48]\n"
#define INGOT_THIN_ADJUST_NEXT "ldr r4, [sp, #48]\n" INGOT_THIN_ADJUST_FROM
#else
#define INGOT_THIN_FRAME "40"
#define INGOT_THIN_ADJUST(sums, at)
#define INGOT_THIN_ADJUST_END
#define INGOT_THIN_ADJUST_BEGIN
#define INGOT_THIN_ADJUST_FROM
#define INGOT_THIN_ADJUST_NEXT
#endif

/* first, last, multipliers, shifts: how sums become results, see the end of this file.
 *
 * Two records, eight neighbours, of two pixels that are q0 and q1; r5: records. Sums of the first record become q4 and q5,
 * those of the second q6 and q7. Loads, products and the arithmetic of requantization overlap where none waits for the
 * other. r9 counts the blocks. */
#define INGOT_THIN_BLOCK_1(first, last, multipliers, shifts)                                                           \
    "subs r9, #1\n"                                                                                                    \
    "vldrw.32 q2, [r5, #16]\n"                                                                                         \
    "vmladav.s8 r0, q1, q2\n"                                                                                          \
    "vldrw.32 q3, [r5, #32]\n"                                                                                         \
    "vmladav.s8 r2, q1, q3\n"                                                                                          \
    "vldrw.32 q4, [r5, #64]\n"                                                                                         \
    "vmladav.s8 r4, q1, q4\n"                                                                                          \
    "vldrw.32 q5, [r5, #48]\n"                                                                                         \
    "vmladav.s8 r6, q1, q5\n"                                                                                          \
    "vldrw.32 q6, [r5, #112]\n"                                                                                        \
    "vmladav.s8 r8, q0, q3\n"                                                                                          \
    "vldrw.32 q3, [r5, #(112 " multipliers ")]\n"                                                                      \
    "vmov q7[2], q7[0], r0, r6\n"                                                                                      \
    "vmladav.s8 r6, q0, q2\n"                                                                                          \
    "vldrw.32 q2, [r5], #224\n"                                                                                        \
    "vmladav.s8 r0, q0, q4\n"                                                                                          \
    "vmov q7[3], q7[1], r2, r4\n"                                                                                      \
    "vmladav.s8 r2, q0, q5\n"                                                                                          \
    shifts("q5", "-112")                                                                                               \
    "vadd.i32 q7, q7, q2\n"                                                                                            \
    INGOT_THIN_ADJUST("q7", "44")                                                                                      \
    "vmov q4[2], q4[0], r6, r2\n"                                                                                      \
    "vmov q4[3], q4[1], r8, r0\n"                                                                                      \
    first("q7", "q3")                                                                                                  \
    "vadd.i32 q4, q4, q2\n"                                                                                            \
    INGOT_THIN_ADJUST("q4", "40")                                                                                      \
    "vldrw.32 q2, [r5, #-80]\n"                                                                                        \
    last("q7", "q5")                                                                                                   \
    first("q4", "q3")                                                                                                  \
    "vldrw.32 q3, [r5, #-64]\n"                                                                                        \
    "vmladav.s8 r8, q1, q2\n"                                                                                          \
    last("q4", "q5")                                                                                                   \
    "vmladav.s8 r0, q1, q3\n"                                                                                          \
    "vldrw.32 q5, [r5, #-96]\n"                                                                                        \
    "vmladav.s8 r2, q0, q5\n"                                                                                          \
    "vqmovnb.s32 q7, q7\n"                                                                                             \
    "vmladav.s8 r6, q1, q5\n"                                                                                          \
    "vqmovnb.s32 q4, q4\n"                                                                                             \
    "vmladav.s8 r4, q0, q3\n"                                                                                          \
    "vldrw.32 q3, [r5, #-48]\n"                                                                                        \
    "vmladav.s8 r10, q1, q3\n"                                                                                         \
    "vmov q5[2], q5[0], r6, r0\n"                                                                                      \
    "vmladav.s8 r6, q0, q2\n"                                                                                          \
    "vmov q5[3], q5[1], r8, r10\n"                                                                                     \
    "vldrw.32 q2, [r5, #(0 " multipliers ")]\n"                                                                        \
    "vadd.i32 q5, q5, q6\n"                                                                                            \
    INGOT_THIN_ADJUST("q5", "44")                                                                                      \
    "vmladav.s8 r10, q0, q3\n"                                                                                         \
    "vmov q3[2], q3[0], r2, r4\n"                                                                                      \
    "vmov q3[3], q3[1], r6, r10\n"                                                                                     \
    "vadd.i32 q3, q3, q6\n"                                                                                            \
    INGOT_THIN_ADJUST("q3", "40")                                                                                      \
    first("q3", "q2")                                                                                                  \
    shifts("q6", "0")                                                                                                  \
    last("q3", "q6")                                                                                                   \
    first("q5", "q2")                                                                                                  \
    "vqmovnt.s32 q4, q3\n"                                                                                             \
    last("q5", "q6")                                                                                                   \
    "vqmovnt.s32 q7, q5\n"                                                                                             \
    INGOT_THIN_ADJUST_END                                                                                              \
    "vqadd.s16 q4, q4, r7\n"                                                                                           \
    "vqmovnb.s16 q4, q4\n"                                                                                             \
    "vqadd.s16 q7, q7, r7\n"                                                                                           \
    "vstrb.16 q4, [r1], #8\n"                                                                                          \
    "vqmovnb.s16 q7, q7\n"                                                                                             \
    "vstrb.16 q7, [r3], #8\n"

/* The same for pixels of two vectors each, q0 q1 and q2 q3. The second record's sums become q5 and q3, which takes the
 * place of the second pixel's second vector until the block's end. */
#define INGOT_THIN_BLOCK_2(first, last, multipliers, shifts)                                                           \
    "subs r9, #1\n"                                                                                                    \
    "vldrw.32 q4, [r5, #32]\n"                                                                                         \
    "vmladav.s8 r0, q2, q4\n"                                                                                          \
    "vldrw.32 q5, [r5, #16]\n"                                                                                         \
    "vmladav.s8 r2, q2, q5\n"                                                                                          \
    "vldrw.32 q6, [r5, #48]\n"                                                                                         \
    "vmladav.s8 r4, q0, q6\n"                                                                                          \
    "vldrw.32 q7, [r5, #64]\n"                                                                                         \
    "vmladav.s8 r6, q2, q6\n"                                                                                          \
    "vmladav.s8 r8, q0, q5\n"                                                                                          \
    "vmladav.s8 r10, q0, q7\n"                                                                                         \
    "vldrw.32 q5, [r5, #80]\n"                                                                                         \
    "vmladava.s8 r8, q1, q5\n"                                                                                         \
    "vldrw.32 q6, [r5, #112]\n"                                                                                        \
    "vmladav.s8 r12, q2, q7\n"                                                                                         \
    "vmladava.s8 r2, q3, q5\n"                                                                                         \
    "vldrw.32 q5, [r5, #96]\n"                                                                                         \
    "vmladav.s8 lr, q0, q4\n"                                                                                          \
    "vmladava.s8 r6, q3, q6\n"                                                                                         \
    "vldrw.32 q4, [r5, #128]\n"                                                                                        \
    "vmladava.s8 r10, q1, q4\n"                                                                                        \
    "vmladava.s8 r0, q3, q5\n"                                                                                         \
    "vmov q7[2], q7[0], r2, r6\n"                                                                                      \
    "vmladava.s8 r4, q1, q6\n"                                                                                         \
    "vldrw.32 q6, [r5], #352\n"                                                                                        \
    "vmladava.s8 r12, q3, q4\n"                                                                                        \
    "vldrw.32 q4, [r5, #(-176 " multipliers ")]\n"                                                                     \
    "vmladava.s8 lr, q1, q5\n"                                                                                         \
    "vmov q5[2], q5[0], r8, r4\n"                                                                                      \
    "vmov q5[3], q5[1], lr, r10\n"                                                                                     \
    "vadd.i32 q5, q5, q6\n"                                                                                            \
    INGOT_THIN_ADJUST("q5", "40")                                                                                      \
    "vmov q7[3], q7[1], r0, r12\n"                                                                                     \
    "vadd.i32 q7, q7, q6\n"                                                                                            \
    INGOT_THIN_ADJUST("q7", "44")                                                                                      \
    first("q5", "q4")                                                                                                  \
    shifts("q6", "-176")                                                                                               \
    first("q7", "q4")                                                                                                  \
    "vldrw.32 q4, [r5, #-144]\n"                                                                                       \
    "vmladav.s8 r12, q2, q4\n"                                                                                         \
    last("q7", "q6")                                                                                                   \
    "vmladav.s8 r0, q0, q4\n"                                                                                          \
    "vldrw.32 q4, [r5, #-160]\n"                                                                                       \
    "vmladav.s8 lr, q2, q4\n"                                                                                          \
    last("q5", "q6")                                                                                                   \
    "vmladav.s8 r10, q0, q4\n"                                                                                         \
    "vldrw.32 q4, [r5, #-112]\n"                                                                                       \
    "vmladav.s8 r4, q0, q4\n"                                                                                          \
    "vldrw.32 q6, [r5, #-128]\n"                                                                                       \
    "vmladav.s8 r8, q2, q6\n"                                                                                          \
    "vqmovnb.s32 q5, q5\n"                                                                                             \
    "vmladav.s8 r6, q2, q4\n"                                                                                          \
    "vldrw.32 q4, [r5, #-96]\n"                                                                                        \
    "vmladava.s8 r10, q1, q4\n"                                                                                        \
    "vmladav.s8 r2, q0, q6\n"                                                                                          \
    "vldrw.32 q6, [r5, #-64]\n"                                                                                        \
    "vmladava.s8 lr, q3, q4\n"                                                                                         \
    "vmladava.s8 r8, q3, q6\n"                                                                                         \
    "vqmovnb.s32 q7, q7\n"                                                                                             \
    "vmladava.s8 r2, q1, q6\n"                                                                                         \
    "vldrw.32 q6, [r5, #-80]\n"                                                                                        \
    "vmladava.s8 r12, q3, q6\n"                                                                                        \
    "vldrw.32 q4, [r5, #-48]\n"                                                                                        \
    "vmladava.s8 r0, q1, q6\n"                                                                                         \
    "vldrw.32 q6, [r5, #-176]\n"                                                                                       \
    "vmladava.s8 r6, q3, q4\n"                                                                                         \
    "vmov q3[2], q3[0], lr, r8\n"                                                                                      \
    "vmladava.s8 r4, q1, q4\n"                                                                                         \
    "vmov q4[2], q4[0], r10, r2\n"                                                                                     \
    "vmov q3[3], q3[1], r12, r6\n"                                                                                     \
    "vadd.i32 q3, q3, q6\n"                                                                                            \
    INGOT_THIN_ADJUST("q3", "44")                                                                                      \
    "vmov q4[3], q4[1], r0, r4\n"                                                                                      \
    "vadd.i32 q4, q4, q6\n"                                                                                            \
    INGOT_THIN_ADJUST("q4", "40")                                                                                      \
    "vldrw.32 q6, [r5, #(0 " multipliers ")]\n"                                                                        \
    first("q4", "q6")                                                                                                  \
    first("q3", "q6")                                                                                                  \
    shifts("q6", "0")                                                                                                  \
    last("q4", "q6")                                                                                                   \
    last("q3", "q6")                                                                                                   \
    "vqmovnt.s32 q7, q3\n"                                                                                             \
    "vqmovnt.s32 q5, q4\n"                                                                                             \
    "ldr r4, [sp, #28]\n"                                                                                              \
    "vldrb.8 q3, [r4, #16]\n"                                                                                          \
    INGOT_THIN_ADJUST_END                                                                                              \
    "vqadd.s16 q5, q5, r7\n"                                                                                           \
    "vqmovnb.s16 q5, q5\n"                                                                                             \
    "vqadd.s16 q7, q7, r7\n"                                                                                           \
    "vstrb.16 q5, [r1], #8\n"                                                                                          \
    "vqmovnb.s16 q7, q7\n"                                                                                             \
    "vstrb.16 q7, [r3], #8\n"

#define INGOT_DENSE_THIN(name, inputs, blocks)                                                                         \
    __attribute__((naked, noinline)) static void name(const ingot_dense_job *job __attribute__((unused)))              \
    {                                                                                                                  \
        __asm__ volatile("push {r4-r11, lr}\n"                                                                         \
                         "vpush {d8-d15}\n"                                                                            \
                         "sub sp, #" INGOT_THIN_FRAME "\n" INGOT_THIN_ADJUST_BEGIN INGOT_THIN_ADJUST_FROM              \
                         "mov r11, r0\n"                                                                               \
                         "ldrd r1, r3, [r11, #8]\n" /* outputs */                                                      \
                         "ldr r7, [r11, #44]\n" /* zero point */                                                       \
                         "ldrd r0, r2, [r11]\n"                                                                        \
                         "ldr r4, [r11, #32]\n" /* pairs */                                                            \
                         "ldrd r6, r8, [r11, #36]\n" /* steps */                                                       \
                         "strd r6, r8, [sp]\n"                                                                         \
                         "ldr r6, [r11, #16]\n"                                                                        \
                         "ldr r8, [r11, #24]\n"                                                                        \
                         "strd r6, r8, [sp, #8]\n"                                                                     \
                         "mov r11, r4\n"                                                                               \
                         "1:\n" /* pair */                                                                             \
                         inputs                                                                                        \
                         "ldrd r4, r6, [sp]\n"                                                                         \
                         "strd r0, r2, [sp, #24]\n"                                                                    \
                         "add r0, r4\n"                                                                                \
                         "add r2, r4\n"                                                                                \
                         "strd r0, r2, [sp, #16]\n"                                                                    \
                         "ldrd r5, r9, [sp, #8]\n"                                                                     \
                         "2:\n" /* block */                                                                            \
                         blocks                                                                                        \
                         "bne 2b\n"                                                                                    \
                         "ldrd r0, r2, [sp, #16]\n"                                                                    \
                         "ldr r6, [sp, #4]\n"                                                                          \
                         "add r1, r6\n"                                                                                \
                         "add r3, r6\n"                                                                                \
                         INGOT_THIN_ADJUST_NEXT                                                                        \
                         "subs r11, #1\n"                                                                              \
                         "bne 1b\n"                                                                                    \
                         "add sp, #" INGOT_THIN_FRAME "\n"                                                             \
                         "vpop {d8-d15}\n"                                                                             \
                         "pop {r4-r11, pc}\n");                                                                        \
    }

#define INGOT_THIN_INPUTS_1                                                                                            \
    "vldrb.8 q0, [r0]\n"                                                                                               \
    "vldrb.8 q1, [r2]\n"
#define INGOT_THIN_INPUTS_2                                                                                            \
    "vldrb.8 q0, [r0]\n"                                                                                               \
    "vldrb.8 q1, [r0, #16]\n"                                                                                          \
    "vldrb.8 q2, [r2]\n"                                                                                               \
    "vldrb.8 q3, [r2, #16]\n"

#ifdef INGOT_EVEN
/* The biases are in the sums; a scale stands where else the shift does. */
#define INGOT_THIN_FIRST(sum, scale) "vcvt.f32.s32 " sum ", " sum "\nvmul.f32 " sum ", " sum ", " scale "\n"
#define INGOT_THIN_LAST(sum, unused) "vcvtn.s32.f32 " sum ", " sum "\n"
#define INGOT_THIN_SHIFTS(shifts, end)
#define INGOT_THIN_WORDS "- 16"
#else
#define INGOT_THIN_FIRST(sum, multiplier) "vqrdmulh.s32 " sum ", " sum ", " multiplier "\n"
#define INGOT_THIN_LAST(sum, shift) "vrshl.s32 " sum ", " sum ", " shift "\n"
#define INGOT_THIN_SHIFTS(shifts, end) "vldrw.32 " shifts ", [r5, #(" end " - 16)]\n"
#define INGOT_THIN_WORDS "- 32"
#endif

INGOT_DENSE_THIN(ingot_dense_thin_1, INGOT_THIN_INPUTS_1,
                 INGOT_THIN_BLOCK_1(INGOT_THIN_FIRST, INGOT_THIN_LAST, INGOT_THIN_WORDS, INGOT_THIN_SHIFTS))
INGOT_DENSE_THIN(ingot_dense_thin_2, INGOT_THIN_INPUTS_2,
                 INGOT_THIN_BLOCK_2(INGOT_THIN_FIRST, INGOT_THIN_LAST, INGOT_THIN_WORDS, INGOT_THIN_SHIFTS))

/* Runs the job if its pixels are that thin and its blocks whole; 0: it has not run. */
static int ingot_dense_run_thin(const ingot_dense_job *job)
{
    if (job->chunks > 2 || job->rest)
        return 0;
    if (job->chunks == 2)
        ingot_dense_thin_2(job);
    else
        ingot_dense_thin_1(job);
    return 1;
}

#endif
