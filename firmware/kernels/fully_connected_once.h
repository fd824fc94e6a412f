/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED of int8 vectors: with INGOT_W4 for weights of four bits, with INGOT_ADJUSTED for weights with a zero
 * point. */
#ifndef INGOT_FULLY_CONNECTED_ONCE_H
#define INGOT_FULLY_CONNECTED_ONCE_H

#include "fully_connected_sums.h"

#include "requantize_once.h"

#ifdef INGOT_ADJUSTED
#include "dot.h"

#define ADJUST                                                                                                         \
    "ldr r4, [sp, #" SAVED_BYTES " + 48]\n"                                                                            \
    "vadd.i32 q0, q0, r4\n"                                                                                            \
    "vadd.i32 q1, q1, r4\n"
#endif

/* What is added to all sums of a vector. */
INGOT_INLINE int32_t adjustment(const int8_t *in, unsigned depth, const ingot_mac_params *p)
{
#ifdef INGOT_ADJUSTED
    return p->weights_zero ? -p->weights_zero * ingot_sum_s8(in, depth) : 0;
#else
    (void)in, (void)depth, (void)p;
    return 0;
#endif
}

INGOT_INLINE int8_t lane_result(int32_t sum, const int32_t *words, const ingot_mac_params *p)
{
    const int32_t scaled = ingot_requantize_once(sum, (uint32_t)words[0], (uint32_t)words[4], words[8]);
    return (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
}

#if INGOT_MVE
/* The results of one record: sums become bytes at r2, as many as are left (r9). r0: zero point; q5, q6: clamps. */
#define WORDS "48"
#define FOUR_RESULTS(sums, record)                                                                                     \
    "vqabs.s32 q2, " sums "\n"                                                                                         \
    "vldrw.32 q3, [" record "]\n"                                                                                      \
    "vqdmulh.s32 q2, q2, q3\n"                                                                                         \
    "vldrw.32 q3, [" record ", #32]\n"                                                                                 \
    "vneg.s32 q3, q3\n"                                                                                                \
    "vrshl.s32 q2, q2, q3\n"                                                                                           \
    "vpt.s32 lt, " sums ", zr\n"                                                                                       \
    "vnegt.s32 q2, q2\n"                                                                                               \
    "vadd.i32 q2, q2, r0\n"                                                                                            \
    "vmax.s32 q2, q2, q5\n"                                                                                            \
    "vmin.s32 q2, q2, q6\n"                                                                                            \
    "vctp.32 r9\n"                                                                                                     \
    "vpst\n"                                                                                                           \
    "vstrbt.32 q2, [r2], #4\n"

#include "fully_connected_vector_mve.h"

/* Sums of eight channels, for those that need the long product. */
__attribute__((naked, noinline)) static void eight_sums(const int8_t *in __attribute__((unused)),
                                                        const int8_t *a __attribute__((unused)),
                                                        const int8_t *b __attribute__((unused)),
                                                        unsigned chunks __attribute__((unused)),
                                                        int32_t sums[8] __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "vpush {" SAVED "}\n"
                     "mov r5, r1\n"
                     "mov r7, r2\n"
                     "mov r11, r3\n"
                     "mov r1, r0\n" SUMS_BEGIN "ldr r3, [sp, #" SAVED_BYTES " + 36]\n" EIGHT_SUMS "vstrw.32 q0, [r3]\n"
                     "vstrw.32 q1, [r3, #16]\n"
                     "vpop {" SAVED "}\n"
                     "pop {r4-r11, pc}\n");
}

__attribute__((noinline)) static void long_results(const ingot_fully_connected *k, const int8_t *in, int8_t *out,
                                                   const ingot_mac_params *p, int32_t adjust)
{
    const unsigned chunks = (k->depth + 15) / 16, bytes = 64 + chunks * 4 * INGOT_LANE_BYTES;
    const int8_t *record = (const int8_t *)(p + 1);
    for (int left = (int)k->channels; left > 0; left -= 8, record += 2 * bytes, out += 8) {
        const int8_t *records[2] = {record, left > 4 ? record + bytes : record};
        int32_t sums[8];
        INGOT_CHECK_ALIGNED(record, 4);
        eight_sums(in, records[0], records[1], chunks, sums);
        for (int i = 0; i < 8 && i < left; i++) {
            const int32_t *words = (const int32_t *)(records[i / 4] + 16 + chunks * 4 * INGOT_LANE_BYTES);
            out[i] = lane_result(sums[i] + adjust, words + i % 4, p);
        }
    }
}

static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
    INGOT_CHECK_ALIGNED(p + 1, 4);
    if (p->flags & INGOT_FULLY_CONNECTED_SHORT)
        vector_results(k, in, out, p, adjustment(in, k->depth, p));
    else
        long_results(k, in, out, p, adjustment(in, k->depth, p));
}
#else
static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
    const unsigned chunks = (k->depth + 15) / 16, bytes = 64 + chunks * 4 * INGOT_LANE_BYTES;
    const int8_t *record = (const int8_t *)(p + 1);
    const int32_t adjust = adjustment(in, k->depth, p);
    for (unsigned c = 0; c < k->channels; c += 4, record += bytes) {
        const int32_t *words = (const int32_t *)(record + 16 + chunks * 4 * INGOT_LANE_BYTES);
        int32_t sums[4];
        four_sums(in, k->depth, record, sums);
        for (unsigned lane = 0; lane < 4 && c + lane < k->channels; lane++)
            out[c + lane] = lane_result(sums[lane] + adjust, words + lane, p);
    }
}
#endif

#endif
