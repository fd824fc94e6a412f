/* SPDX-License-Identifier: Apache-2.0 */
/* The sums of one vector and the weights of records (fully_connected.h), four or eight channels at a time. */
#ifndef INGOT_FULLY_CONNECTED_SUMS_H
#define INGOT_FULLY_CONNECTED_SUMS_H

#include "fully_connected.h"

#ifdef INGOT_W4
#include "w4.h"

#define INGOT_LANE_BYTES 8 /* of a channel's chunk of weights */
#else
#define INGOT_LANE_BYTES 16
#endif

#if INGOT_MVE
#ifdef INGOT_W4
/* The weights of two channels: q1 has 16 times those in the low halves, q2 those in the high ones. */
#define BOTH_HALVES(record, low, high)                                                                                 \
    "vldrb.8 q2, [" record "], #16\n"                                                                                  \
    "vshl.i8 q1, q2, #4\n"                                                                                             \
    "vmladava.s8 " low ", q0, q1\n"                                                                                    \
    "vand q2, q2, q7\n"                                                                                                \
    "vmladava.s8 " high ", q0, q2\n"

#define SAVED "d8-d15"
#define SAVED_BYTES "64"
#define CHUNK_SHIFT "5"
#define SUMS_BEGIN                                                                                                     \
    "mov r0, #0xF0\n"                                                                                                  \
    "vdup.8 q7, r0\n"

/* As below, of packed records: sums begin at zero, are 16 times too large, and get their biases last. */
#define EIGHT_SUMS                                                                                                     \
    "vldrw.32 q3, [r5], #16\n"                                                                                         \
    "vldrw.32 q4, [r7], #16\n"                                                                                         \
    "mov r0, #0\n"                                                                                                     \
    "mov r2, #0\n"                                                                                                     \
    "mov r4, #0\n"                                                                                                     \
    "mov r6, #0\n"                                                                                                     \
    "mov r8, #0\n"                                                                                                     \
    "mov r10, #0\n"                                                                                                    \
    "mov r12, #0\n"                                                                                                    \
    "mov lr, #0\n"                                                                                                     \
    "2:\n"                                                                                                             \
    "vldrb.8 q0, [r1], #16\n" BOTH_HALVES("r5", "r0", "r2") BOTH_HALVES("r7", "r8", "r10")                             \
        BOTH_HALVES("r5", "r4", "r6") BOTH_HALVES("r7", "r12", "lr")                                                   \
    "subs r11, #1\n"                                                                                                   \
    "bne 2b\n"                                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vmov q1[3], q1[1], r10, lr\n"                                                                                     \
    "vshr.s32 q0, q0, #4\n"                                                                                            \
    "vadd.i32 q0, q0, q3\n"                                                                                            \
    "vshr.s32 q1, q1, #4\n"                                                                                            \
    "vadd.i32 q1, q1, q4\n"
#else
#define SAVED "d10-d13"
#define SAVED_BYTES "32"
#define CHUNK_SHIFT "6"
#define SUMS_BEGIN

/* Eight channels: one vector times the weights of two records, 17 instructions for 128 products. Sums in the even
 * registers, of the first record in r0 r2 r4 r6, of the second in r8 r10 r12 lr. r1: vector; r5, r7: records; r11: its
 * chunks. */
#define EIGHT_SUMS                                                                                                     \
    "ldrd r0, r2, [r5], #8\n"                                                                                          \
    "ldrd r4, r6, [r5], #8\n"                                                                                          \
    "ldrd r8, r10, [r7], #8\n"                                                                                         \
    "ldrd r12, lr, [r7], #8\n"                                                                                         \
    "2:\n"                                                                                                             \
    "vldrb.8 q0, [r1], #16\n"                                                                                          \
    "vldrb.8 q1, [r5], #16\n"                                                                                          \
    "vmladava.s8 r0, q0, q1\n"                                                                                         \
    "vldrb.8 q2, [r7], #16\n"                                                                                          \
    "vmladava.s8 r8, q0, q2\n"                                                                                         \
    "vldrb.8 q3, [r5], #16\n"                                                                                          \
    "vmladava.s8 r2, q0, q3\n"                                                                                         \
    "vldrb.8 q1, [r7], #16\n"                                                                                          \
    "vmladava.s8 r10, q0, q1\n"                                                                                        \
    "vldrb.8 q2, [r5], #16\n"                                                                                          \
    "vmladava.s8 r4, q0, q2\n"                                                                                         \
    "vldrb.8 q3, [r7], #16\n"                                                                                          \
    "vmladava.s8 r12, q0, q3\n"                                                                                        \
    "vldrb.8 q1, [r5], #16\n"                                                                                          \
    "vmladava.s8 r6, q0, q1\n"                                                                                         \
    "vldrb.8 q2, [r7], #16\n"                                                                                          \
    "vmladava.s8 lr, q0, q2\n"                                                                                         \
    "subs r11, #1\n"                                                                                                   \
    "bne 2b\n"                                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vmov q1[3], q1[1], r10, lr\n"
#endif

/* Adds a vector of whole chunks times the four lanes of a record. */
INGOT_INLINE void add_products(const int8_t *in, const int8_t *weights, unsigned chunks, int32_t sums[4])
{
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (; chunks; chunks--, in += 16, weights += 64) {
        const int8x16_t vector = vldrbq_s8(in);
        a = vmladavaq_s8(a, vector, vldrbq_s8(weights));
        b = vmladavaq_s8(b, vector, vldrbq_s8(weights + 16));
        c = vmladavaq_s8(c, vector, vldrbq_s8(weights + 32));
        d = vmladavaq_s8(d, vector, vldrbq_s8(weights + 48));
    }
    sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}
#else
#if INGOT_DSP
/* 16 bytes of the vector at r0 times those of each lane at r1. r8 r9: even and odd bytes of the vector; r10 r11, r12 lr:
 * those of a lane. A Cortex-M7 issues a product beside a load or a widening, when neither waits for the other. */
#define FOUR_LANES                                                                                                     \
    "ldr r10, [r1, #0]\n"                                                                                              \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "ldr r8, [r0, #0]\n"                                                                                               \
    "sxtb16 r9, r8, ror #8\n"                                                                                          \
    "sxtb16 r8, r8\n"                                                                                                  \
    "smlad r4, r9, r11, r4\n"                                                                                          \
    "sxtb16 r10, r10\n"                                                                                                \
    "ldr r12, [r1, #16]\n"                                                                                             \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "smlad r4, r8, r10, r4\n"                                                                                          \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r5, r9, lr, r5\n"                                                                                           \
    "ldr r10, [r1, #32]\n"                                                                                             \
    "smlad r5, r8, r12, r5\n"                                                                                          \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "ldr r12, [r1, #48]\n"                                                                                             \
    "sxtb16 r10, r10\n"                                                                                                \
    "smlad r6, r9, r11, r6\n"                                                                                          \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "smlad r6, r8, r10, r6\n"                                                                                          \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r7, r9, lr, r7\n"                                                                                           \
    "ldr r10, [r1, #4]\n"                                                                                              \
    "smlad r7, r8, r12, r7\n"                                                                                          \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "ldr r8, [r0, #4]\n"                                                                                               \
    "sxtb16 r9, r8, ror #8\n"                                                                                          \
    "sxtb16 r10, r10\n"                                                                                                \
    "smlad r4, r9, r11, r4\n"                                                                                          \
    "sxtb16 r8, r8\n"                                                                                                  \
    "ldr r12, [r1, #20]\n"                                                                                             \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "smlad r4, r8, r10, r4\n"                                                                                          \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r5, r9, lr, r5\n"                                                                                           \
    "ldr r10, [r1, #36]\n"                                                                                             \
    "smlad r5, r8, r12, r5\n"                                                                                          \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "ldr r12, [r1, #52]\n"                                                                                             \
    "sxtb16 r10, r10\n"                                                                                                \
    "smlad r6, r9, r11, r6\n"                                                                                          \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "smlad r6, r8, r10, r6\n"                                                                                          \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r7, r9, lr, r7\n"                                                                                           \
    "smlad r7, r8, r12, r7\n"                                                                                          \
    "ldr r8, [r0, #8]\n"                                                                                               \
    "sxtb16 r9, r8, ror #8\n"                                                                                          \
    "ldr r10, [r1, #8]\n"                                                                                              \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "ldr r12, [r1, #24]\n"                                                                                             \
    "sxtb16 r10, r10\n"                                                                                                \
    "sxtb16 r8, r8\n"                                                                                                  \
    "smlad r4, r9, r11, r4\n"                                                                                          \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "smlad r4, r8, r10, r4\n"                                                                                          \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r5, r9, lr, r5\n"                                                                                           \
    "ldr r10, [r1, #40]\n"                                                                                             \
    "smlad r5, r8, r12, r5\n"                                                                                          \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "ldr r12, [r1, #56]\n"                                                                                             \
    "sxtb16 r10, r10\n"                                                                                                \
    "smlad r6, r9, r11, r6\n"                                                                                          \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "smlad r6, r8, r10, r6\n"                                                                                          \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r7, r9, lr, r7\n"                                                                                           \
    "ldr r10, [r1, #12]\n"                                                                                             \
    "smlad r7, r8, r12, r7\n"                                                                                          \
    "ldr r12, [r1, #28]\n"                                                                                             \
    "ldr r8, [r0, #12]\n"                                                                                              \
    "sxtb16 r9, r8, ror #8\n"                                                                                          \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "sxtb16 r10, r10\n"                                                                                                \
    "smlad r4, r9, r11, r4\n"                                                                                          \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "sxtb16 r8, r8\n"                                                                                                  \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r4, r8, r10, r4\n"                                                                                          \
    "ldr r10, [r1, #44]\n"                                                                                             \
    "smlad r5, r9, lr, r5\n"                                                                                           \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "smlad r5, r8, r12, r5\n"                                                                                          \
    "sxtb16 r10, r10\n"                                                                                                \
    "ldr r12, [r1, #60]\n"                                                                                             \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "smlad r6, r9, r11, r6\n"                                                                                          \
    "smlad r6, r8, r10, r6\n"                                                                                          \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r7, r9, lr, r7\n"                                                                                           \
    "add r0, #16\n"                                                                                                    \
    "add r1, #64\n"                                                                                                    \
    "subs r2, #1\n"                                                                                                    \
    "smlad r7, r8, r12, r7\n"

/* Adds a vector times the four lanes of a record, 23 instructions for 16 products. Reads whole chunks of 16 bytes. */
__attribute__((naked, noinline)) static void
add_products(const int8_t *in __attribute__((unused)), const int8_t *weights __attribute__((unused)),
             unsigned chunks __attribute__((unused)), int32_t sums[4] __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r3, {r4-r7}\n"
                     "1:\n"
                     FOUR_LANES
                     "bne 1b\n"
                     "stm r3, {r4-r7}\n"
                     "pop {r4-r11, pc}\n");
}
#else
/* Adds `depth` elements of a vector times the four lanes of a record. */
INGOT_INLINE void add_elements(const int8_t *in, const int8_t *weights, unsigned depth, int32_t sums[4])
{
    for (unsigned lane = 0; lane < 4; lane++)
        for (unsigned i = 0; i < depth; i++)
            sums[lane] += in[i] * weights[i / 16 * 64 + lane * 16 + i % 16];
}

INGOT_INLINE void add_products(const int8_t *in, const int8_t *weights, unsigned chunks, int32_t sums[4])
{
    add_elements(in, weights, 16 * chunks, sums);
}
#endif

/* The four sums of a record. */
static void four_sums(const int8_t *in, unsigned depth, const int8_t *record, int32_t sums[4])
{
    memcpy(sums, record, 16);
#if defined INGOT_W4
    for (unsigned at = 0; at < depth; at += 16) {
        int8_t weights[64];
        ingot_unpack_w4(weights, (const uint8_t *)record + 16 + 2 * at);
#if INGOT_DSP
        add_products(in + at, weights, 1, sums);
#else
        add_elements(in + at, weights, depth - at < 16 ? depth - at : 16, sums);
#endif
    }
#elif INGOT_DSP
    add_products(in, record + 16, (depth + 15) / 16, sums);
#else
    add_elements(in, record + 16, depth, sums);
#endif
}
#endif

#endif
