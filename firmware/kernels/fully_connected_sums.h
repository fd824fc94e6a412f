/* SPDX-License-Identifier: Apache-2.0 */
/* The sums of one vector and the weights of records (fully_connected.h), four or eight channels at a time. */
#ifndef INGOT_FULLY_CONNECTED_SUMS_H
#define INGOT_FULLY_CONNECTED_SUMS_H

#include "fully_connected.h"

#if INGOT_MVE
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

/* Sums of eight channels, for those that need the long product. */
__attribute__((naked, noinline)) static void eight_sums(const int8_t *in __attribute__((unused)),
                                                        const int8_t *a __attribute__((unused)),
                                                        const int8_t *b __attribute__((unused)),
                                                        unsigned chunks __attribute__((unused)),
                                                        int32_t sums[8] __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "mov r5, r1\n"
                     "mov r7, r2\n"
                     "mov r11, r3\n"
                     "mov r1, r0\n"
                     "ldr r3, [sp, #36]\n" EIGHT_SUMS "vstrw.32 q0, [r3]\n"
                     "vstrw.32 q1, [r3, #16]\n"
                     "pop {r4-r11, pc}\n");
}

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
/* Four bytes of the vector times those of each lane. r8 r9: even and odd bytes of the vector. */
#define LANE(sum, weights)                                                                                             \
    "ldr r10, " weights "\n"                                                                                           \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "sxtb16 r10, r10\n"                                                                                                \
    "smlad " sum ", r9, r11, " sum "\n"                                                                                \
    "smlad " sum ", r8, r10, " sum "\n"

#define FOUR_LANES(in, weights0, weights1, weights2, weights3)                                                         \
    "ldr r8, " in "\n"                                                                                                 \
    "sxtb16 r9, r8, ror #8\n"                                                                                          \
    "sxtb16 r8, r8\n" LANE("r4", weights0) LANE("r5", weights1)                                                        \
        LANE("r6", weights2) LANE("r7", weights3)

/* Adds a vector times the four lanes of a record, 23 instructions for 16 products. Reads whole chunks of 16 bytes. */
__attribute__((naked, noinline)) static void
add_products(const int8_t *in __attribute__((unused)), const int8_t *weights __attribute__((unused)),
             unsigned chunks __attribute__((unused)), int32_t sums[4] __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r3, {r4-r7}\n"
                     "1:\n"
                     FOUR_LANES("[r0, #12]", "[r1, #12]", "[r1, #28]", "[r1, #44]", "[r1, #60]")
                     FOUR_LANES("[r0, #8]", "[r1, #8]", "[r1, #24]", "[r1, #40]", "[r1, #56]")
                     FOUR_LANES("[r0, #4]", "[r1, #4]", "[r1, #20]", "[r1, #36]", "[r1, #52]")
                     FOUR_LANES("[r0], #16", "[r1, #0]", "[r1, #16]", "[r1, #32]", "[r1, #48]")
                     "adds r1, #64\n"
                     "subs r2, #1\n"
                     "bne 1b\n"
                     "stm r3, {r4-r7}\n"
                     "pop {r4-r11, pc}\n");
}

/* The four sums of a record. */
static void four_sums(const int8_t *in, unsigned depth, const int8_t *record, int32_t sums[4])
{
    memcpy(sums, record, 16);
    add_products(in, record + 16, (depth + 15) / 16, sums);
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

static void four_sums(const int8_t *in, unsigned depth, const int8_t *record, int32_t sums[4])
{
    memcpy(sums, record, 16);
    add_elements(in, record + 16, depth, sums);
}
#endif
#endif

#endif
