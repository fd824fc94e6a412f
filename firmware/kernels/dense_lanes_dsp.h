/* SPDX-License-Identifier: Apache-2.0 */
/* How dense_dsp.h and dense_deep_dsp.h read the weights of two lanes a and b of a record (dense.h), of eight bits or of four
 * (w4.h). In assembly four weights become r12; in C lanes of four bits are unpacked. */
#ifndef INGOT_DENSE_LANES_DSP_H
#define INGOT_DENSE_LANES_DSP_H

#include "requantize_dsp.h"

#ifdef INGOT_W4
/* 16 times as large. Both lanes are in the same word, of which a, read last, advances. */
#define INGOT_DENSE_WEIGHTS_A(place)                                                                                   \
    "ldr r12, " place "\n"                                                                                             \
    "lsl r12, #4\n"                                                                                                    \
    "and r12, #0xF0F0F0F0\n"
#define INGOT_DENSE_WEIGHTS_B(place)                                                                                   \
    "ldr r12, " place "\n"                                                                                             \
    "and r12, #0xF0F0F0F0\n"
#define INGOT_DENSE_LANE_B(of_a) "[r2, #" of_a "]"
#define INGOT_DENSE_CHUNK "#32"
#define INGOT_DENSE_LANES_2 "#32" /* from the start of the record to lanes 2 and 3 */
#define INGOT_DENSE_BIASED "lsl r5, #4\n"
#define INGOT_DENSE_SUMMED                                                                                             \
    "asr r4, #4\n"                                                                                                     \
    "asr r5, #4\n"                                                                                                     \
    "asr r6, #4\n"                                                                                                     \
    "asr r7, #4\n"

/* Bytes from a chunk of two unpacked lanes to the next one. */
#define INGOT_DENSE_STRIDE 32

/* Weights of the lanes `lane` and `lane` + 1 of a record, unpacked to `to`: 32 bytes a chunk. */
static const int8_t *ingot_dense_lanes(const int8_t *weights, unsigned lane, unsigned chunks, uint32_t *to)
{
    const int8_t *from = weights + 8 * lane;
    uint32_t *at = to;
    for (; chunks; chunks--, from += 32, at += 8)
        for (unsigned i = 0; i < 4; i++) {
            const uint32_t word = ingot_word_at(from + 4 * i);
            /* Each is eight more, then so much that no byte borrows from its neighbour. */
            const uint32_t a = (word & 0x0F0F0F0F) ^ 0x08080808, b = (word >> 4 & 0x0F0F0F0F) ^ 0x08080808;
            at[i] = ((a | 0x80808080) - 0x08080808) ^ 0x80808080;
            at[4 + i] = ((b | 0x80808080) - 0x08080808) ^ 0x80808080;
        }
    return (const int8_t *)to;
}
#else
#define INGOT_DENSE_WEIGHTS_A(place) "ldr r12, " place "\n"
#define INGOT_DENSE_WEIGHTS_B(place) "ldr r12, " place "\n"
#define INGOT_DENSE_LANE_B(of_a) "[r2, #(16 + " of_a ")]"
#define INGOT_DENSE_CHUNK "#64"
#define INGOT_DENSE_LANES_2 "#48"
#define INGOT_DENSE_BIASED
#define INGOT_DENSE_SUMMED
#define INGOT_DENSE_STRIDE 64

INGOT_INLINE const int8_t *ingot_dense_lanes(const int8_t *weights, unsigned lane, unsigned chunks, uint32_t *to)
{
    (void)chunks, (void)to;
    return weights + 16 * lane;
}
#endif

#endif
