/* SPDX-License-Identifier: Apache-2.0 */
/* How dense_dsp.h reads the weights of two lanes a and b of a record (dense.h), of eight bits or of four (w4.h). In assembly
 * four weights become r12; in C they become a word of four bytes. */
#ifndef INGOT_DENSE_LANES_DSP_H
#define INGOT_DENSE_LANES_DSP_H

#include "ingot_kernel.h"

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

INGOT_INLINE uint32_t ingot_dense_word_a(const int8_t *place)
{
    const uint32_t word = (ingot_word_at(place) & 0x0F0F0F0F) ^ 0x08080808; /* each is eight more */
    return ((word | 0x80808080) - 0x08080808) ^ 0x80808080;
}

INGOT_INLINE uint32_t ingot_dense_word_b(const int8_t *place)
{
    const uint32_t word = (ingot_word_at(place) >> 4 & 0x0F0F0F0F) ^ 0x08080808;
    return ((word | 0x80808080) - 0x08080808) ^ 0x80808080;
}
#else
#define INGOT_DENSE_WEIGHTS_A(place) "ldr r12, " place "\n"
#define INGOT_DENSE_WEIGHTS_B(place) "ldr r12, " place "\n"
#define INGOT_DENSE_LANE_B(of_a) "[r2, #(16 + " of_a ")]"
#define INGOT_DENSE_CHUNK "#64"
#define INGOT_DENSE_LANES_2 "#48"
#define INGOT_DENSE_BIASED
#define INGOT_DENSE_SUMMED

INGOT_INLINE uint32_t ingot_dense_word_a(const int8_t *place)
{
    return ingot_word_at(place);
}

INGOT_INLINE uint32_t ingot_dense_word_b(const int8_t *place)
{
    return ingot_word_at(place + 16);
}
#endif

#endif
