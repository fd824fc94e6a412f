/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen channels of depthwise convolutions with Helium: what the loops over the taps are made of, as assembly.
 *
 * q0-q3: sums of channels 0 4 8 12, 2 6 10 14, 1 5 9 13, 3 7 11 15; q4, q5: products of the even and odd channels;
 * q6, q7 are free in between. GCC spills such a loop from intrinsics. */
#ifndef INGOT_DEPTHWISE_PRODUCTS_H
#define INGOT_DEPTHWISE_PRODUCTS_H

#include "depthwise.h"

/* The output's zero point and clamps. */
typedef struct ingot_depthwise_range {
    int16_t zero[8];
    int8_t low[16], high[16];
} ingot_depthwise_range;

INGOT_INLINE void ingot_depthwise_set_range(ingot_depthwise_range *range, const ingot_mac_params *p)
{
    vst1q_s16(INGOT_ALIGNED(range->zero), vdupq_n_s16((int16_t)p->out_zero));
    vst1q_s8(range->low, vdupq_n_s8((int8_t)p->low));
    vst1q_s8(range->high, vdupq_n_s8((int8_t)p->high));
}

/* from, weights: addresses. */
#define INGOT_DEPTHWISE_FIRST(from, weights) \
    "vldrb.8   q6, " from "              \n" \
    "vldrb.8   q7, " weights "           \n" \
    "vmullb.s8 q4, q6, q7                \n" \
    "vmullt.s8 q5, q6, q7                \n"
#define INGOT_DEPTHWISE_WIDEN  \
    "vmovlb.s16 q6, q4      \n" \
    "vmovlt.s16 q4, q4      \n" \
    "vadd.i32   q0, q0, q6  \n" \
    "vadd.i32   q1, q1, q4  \n" \
    "vmovlb.s16 q4, q5      \n" \
    "vmovlt.s16 q5, q5      \n" \
    "vadd.i32   q2, q2, q4  \n" \
    "vadd.i32   q3, q3, q5  \n"
/* VRSHL rounds ties up, so negative numbers are lowered by one first. */
#define INGOT_DEPTHWISE_ROUND_AWAY(words, sum, at) \
    "vldrw.32     q4, [" words ", #64 + " at "]  \n" \
    "vqrdmulh.s32 " sum ", " sum ", q4           \n" \
    "vldrw.32     q5, [" words ", #128 + " at "] \n" \
    "vshr.s32     q6, " sum ", #31               \n" \
    "vadd.i32     " sum ", " sum ", q6           \n" \
    "vrshl.s32    " sum ", " sum ", q5           \n"
/* Shifts to the left come before the product; nothing is lowered where there is no shift to the right. */
#define INGOT_DEPTHWISE_ROUND_ANY(words, sum, at) \
    "vmov.i32     q6, #0                         \n" \
    "vldrw.32     q4, [" words ", #64 + " at "]  \n" \
    "vldrw.32     q5, [" words ", #128 + " at "] \n" \
    "vmax.s32     q7, q5, q6                     \n" \
    "vmin.s32     q5, q5, q6                     \n" \
    "vshl.s32     " sum ", " sum ", q7           \n" \
    "vqrdmulh.s32 " sum ", " sum ", q4           \n" \
    "vand         q7, " sum ", q5                \n" \
    "vshr.s32     q7, q7, #31                    \n" \
    "vqadd.s32    " sum ", " sum ", q7           \n" \
    "vrshl.s32    " sum ", " sum ", q5           \n"
/* The arithmetic of QDQ models (mac_result.h): bias, float scale. */
#define INGOT_DEPTHWISE_ROUND_EVEN(words, sum, at) \
    "vldrw.32      q4, [" words ", #64 + " at "]  \n" \
    "vqadd.s32     " sum ", " sum ", q4           \n" \
    "vldrw.32      q5, [" words ", #128 + " at "] \n" \
    "vcvt.f32.s32  " sum ", " sum "               \n" \
    "vmul.f32      " sum ", " sum ", q5           \n" \
    "vcvtn.s32.f32 " sum ", " sum "               \n"
/* ROUND: one of these, for all sixteen. */
#define INGOT_DEPTHWISE_REQUANTIZE(ROUND, words) \
    ROUND(words, "q0", "0") ROUND(words, "q1", "16") ROUND(words, "q2", "32") ROUND(words, "q3", "48")

/* The requantized sums to sixteen bytes in q0. range: register of an ingot_depthwise_range. */
#define INGOT_DEPTHWISE_NARROW(range)   \
    "vqmovnb.s32 q0, q0             \n" \
    "vldrh.16 q4, [" range "]       \n" \
    "vqmovnb.s32 q2, q2             \n" \
    "vqmovnt.s32 q0, q1             \n" \
    "vldrb.8 q6, [" range ", #32]   \n" \
    "vqmovnt.s32 q2, q3             \n" \
    "vldrb.8 q5, [" range ", #16]   \n" \
    "vqadd.s16 q0, q0, q4           \n" \
    "vqadd.s16 q2, q2, q4           \n" \
    "vqmovnb.s16 q0, q0             \n" \
    "vqmovnt.s16 q0, q2             \n" \
    "vmax.s8 q0, q0, q5             \n" \
    "vmin.s8 q0, q0, q6             \n"

#endif
