/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen channels of one pixel of a 3x3 depthwise convolution whose weights are numbers of 16 bits, with Helium, as
 * assembly without branches; see depthwise_offset_mve.h. */
#ifndef INGOT_DEPTHWISE_OFFSET_PIXEL_MVE_H
#define INGOT_DEPTHWISE_OFFSET_PIXEL_MVE_H

#include "depthwise_offset_mve.h"

/* The registers: r0-r7 the taps, which advance, r8 how far the ninth is from the eighth (loads that widen take no r8);
 * r10 the words of a group, behind its weights; sp 32 bytes of room, then an ingot_depthwise_range; r9 = 2^15 / 2^4,
 * r12 = -2^4; r11 the output, lr the channels that are left. */
#define INGOT_PIXEL_WORDS 288
#define INGOT_PIXEL_ROOM 32
#define INGOT_PIXEL_BEGIN "mov r9, #2048 \n sub r8, r8, r7 \n"
#define INGOT_PIXEL_LESS "mvn r12, #15 \n"
#define INGOT_PIXEL_ADVANCE_NINTH

/* Sums with their biases. */
#define INGOT_PIXEL_SUMS            \
    "vldrb.s16 q2, [r0, #8]      \n" \
    "vldrw.32 q7, [r10, #-272]   \n" \
    "vmul.i16 q2, q2, q7         \n" \
    "vldrb.s16 q0, [r0], #16     \n" \
    "vqdmulh.s16 q3, q2, r9      \n" \
    "vldrw.32 q5, [r10, #-288]   \n" \
    "vmul.i16 q0, q0, q5         \n" \
    "vldrb.s16 q6, [r1, #8]      \n" \
    "vqdmulh.s16 q1, q0, r9      \n" \
    "vldrw.32 q7, [r10, #-240]   \n" \
    "vmul.i16 q6, q6, q7         \n" \
    "vldrb.s16 q4, [r1], #16     \n" \
    "vadd.i16 q2, q2, q6         \n" \
    "vldrw.32 q5, [r10, #-256]   \n" \
    "vqdmlah.s16 q3, q6, r9      \n" \
    "vmul.i16 q4, q4, q5         \n" \
    "vldrb.s16 q6, [r2, #8]      \n" \
    "vadd.i16 q0, q0, q4         \n" \
    "vldrw.32 q7, [r10, #-208]   \n" \
    "vqdmlah.s16 q1, q4, r9      \n" \
    "vmul.i16 q6, q6, q7         \n" \
    "vldrb.s16 q4, [r2], #16     \n" \
    "vadd.i16 q2, q2, q6         \n" \
    "vldrw.32 q5, [r10, #-224]   \n" \
    "vqdmlah.s16 q3, q6, r9      \n" \
    "vmul.i16 q4, q4, q5         \n" \
    "vldrb.s16 q6, [r3, #8]      \n" \
    "vadd.i16 q0, q0, q4         \n" \
    "vldrw.32 q7, [r10, #-176]   \n" \
    "vqdmlah.s16 q1, q4, r9      \n" \
    "vmul.i16 q6, q6, q7         \n" \
    "vldrb.s16 q4, [r3], #16     \n" \
    "vadd.i16 q2, q2, q6         \n" \
    "vldrw.32 q5, [r10, #-192]   \n" \
    "vqdmlah.s16 q3, q6, r9      \n" \
    "vmul.i16 q4, q4, q5         \n" \
    "vldrb.s16 q6, [r4, #8]      \n" \
    "vadd.i16 q0, q0, q4         \n" \
    "vldrw.32 q7, [r10, #-144]   \n" \
    "vqdmlah.s16 q1, q4, r9      \n" \
    "vmul.i16 q6, q6, q7         \n" \
    "vldrb.s16 q4, [r4], #16     \n" \
    "vadd.i16 q2, q2, q6         \n" \
    "vldrw.32 q5, [r10, #-160]   \n" \
    "vqdmlah.s16 q3, q6, r9      \n" \
    "vmul.i16 q4, q4, q5         \n" \
    "vldrb.s16 q6, [r5, #8]      \n" \
    "vadd.i16 q0, q0, q4         \n" \
    "vldrw.32 q7, [r10, #-112]   \n" \
    "vqdmlah.s16 q1, q4, r9      \n" \
    "vmul.i16 q6, q6, q7         \n" \
    "vldrb.s16 q4, [r5], #16     \n" \
    "vadd.i16 q2, q2, q6         \n" \
    "vldrw.32 q5, [r10, #-128]   \n" \
    "vqdmlah.s16 q3, q6, r9      \n" \
    "vmul.i16 q4, q4, q5         \n" \
    "vldrb.s16 q6, [r6, #8]      \n" \
    "vadd.i16 q0, q0, q4         \n" \
    "vldrw.32 q7, [r10, #-80]    \n" \
    "vqdmlah.s16 q1, q4, r9      \n" \
    "vmul.i16 q6, q6, q7         \n" \
    "vldrb.s16 q4, [r6], #16     \n" \
    "vadd.i16 q2, q2, q6         \n" \
    "vldrw.32 q5, [r10, #-96]    \n" \
    "vqdmlah.s16 q3, q6, r9      \n" \
    "vmul.i16 q4, q4, q5         \n" \
    "vldrb.s16 q6, [r7, #8]      \n" \
    "vadd.i16 q0, q0, q4         \n" \
    "vldrw.32 q7, [r10, #-48]    \n" \
    "vqdmlah.s16 q1, q4, r9      \n" \
    "vmul.i16 q6, q6, q7         \n" \
    "vldrb.s16 q4, [r7]          \n" \
    "vadd.i16 q2, q2, q6         \n" \
    "vldrw.32 q5, [r10, #-64]    \n" \
    "vqdmlah.s16 q3, q6, r9      \n" \
    "vmul.i16 q4, q4, q5         \n" \
    "add r7, r7, r8              \n" \
    "vldrb.s16 q6, [r7, #8]      \n" \
    "vadd.i16 q0, q0, q4         \n" \
    "vldrw.32 q7, [r10, #-16]    \n" \
    "vqdmlah.s16 q1, q4, r9      \n" \
    "vmul.i16 q6, q6, q7         \n" \
    "vldrb.s16 q4, [r7], #16     \n" \
    "vadd.i16 q2, q2, q6         \n" \
    "vldrw.32 q5, [r10, #-32]    \n" \
    "vqdmlah.s16 q3, q6, r9      \n" \
    "vmul.i16 q4, q4, q5         \n" \
    "sub r7, r7, r8              \n" \
    "vadd.i16 q0, q0, q4         \n" \
    "vmla.s16 q2, q3, r12        \n" \
    "vqdmlah.s16 q1, q4, r9      \n" \
    "vshllb.s16 q4, q3, #4       \n" \
    "vmla.s16 q0, q1, r12        \n" \
    "vshllt.s16 q5, q3, #4       \n" \
    "vldrw.32 q7, [r10, #32]     \n" \
    "vmovlt.s16 q3, q2           \n" \
    "vadd.i32 q4, q4, q7         \n" \
    "vmovlb.s16 q2, q2           \n" \
    "vldrw.32 q7, [r10, #48]     \n" \
    "vshllb.s16 q6, q1, #4       \n" \
    "vadd.i32 q5, q5, q7         \n" \
    "vshllt.s16 q7, q1, #4       \n" \
    "vadd.i32 q2, q2, q4         \n" \
    "vldrw.32 q4, [r10]          \n" \
    "vmovlt.s16 q1, q0           \n" \
    "vadd.i32 q3, q3, q5         \n" \
    "vldrw.32 q5, [r10, #16]     \n" \
    "vmovlb.s16 q0, q0           \n" \
    "vadd.i32 q6, q6, q4         \n" \
    "vadd.i32 q7, q7, q5         \n" \
    "vadd.i32 q0, q0, q6         \n" \
    "vadd.i32 q1, q1, q7         \n"

/* The results as bytes, of layers whose zero point and lower clamp are -128, whose upper clamp is 127, and whose shifts
 * go right: saturation to 0..255 clamps. What is below the zero point is clamped, so how it rounds does not matter. */
#define INGOT_PIXEL_SATURATED       \
    "vldrw.32 q4, [r10, #64]     \n" \
    "vqrdmulh.s32 q0, q0, q4     \n" \
    "vldrw.32 q5, [r10, #80]     \n" \
    "vqrdmulh.s32 q1, q1, q5     \n" \
    "vldrw.32 q6, [r10, #128]    \n" \
    "vrshl.s32 q0, q0, q6        \n" \
    "vldrw.32 q7, [r10, #144]    \n" \
    "vrshl.s32 q1, q1, q7        \n" \
    "vldrw.32 q4, [r10, #96]     \n" \
    "vqrdmulh.s32 q2, q2, q4     \n" \
    "vldrw.32 q5, [r10, #112]    \n" \
    "vqmovnb.s32 q0, q0          \n" \
    "vqrdmulh.s32 q3, q3, q5     \n" \
    "vldrw.32 q6, [r10, #160]    \n" \
    "vrshl.s32 q2, q2, q6        \n" \
    "vqmovnt.s32 q0, q1          \n" \
    "vldrw.32 q7, [r10, #176]    \n" \
    "vrshl.s32 q3, q3, q7        \n" \
    "vqmovunb.s16 q0, q0         \n" \
    "vqmovnb.s32 q2, q2          \n" \
    "vmov.i8 q1, #128            \n" \
    "vqmovnt.s32 q2, q3          \n" \
    "vstrw.32 q0, [sp]           \n" \
    "vqmovunb.s16 q2, q2         \n" \
    "vctp.8 lr                   \n" \
    "vstrw.32 q2, [sp, #16]      \n" \
    "subs lr, lr, #16            \n" \
    "vld20.8 {q2, q3}, [sp]      \n" \
    "add r10, r10, #480          \n" \
    "vld21.8 {q2, q3}, [sp]      \n" \
    "veor q2, q2, q1             \n" \
    "vpst                        \n" \
    "vstrbt.8 q2, [r11], #16     \n"

/* Results of any layer with any of the roundings of depthwise_products.h. */
#define INGOT_PIXEL_ROUNDED(ROUND)                                                                                \
    INGOT_DEPTHWISE_REQUANTIZE(ROUND, "r10") INGOT_OFFSET_CLAMPED("sp, #32", "sp, #48", "sp, #64")                 \
    "vstrw.32 q0, [sp]\n"                                                                                        \
    "vstrw.32 q2, [sp, #16]\n"                                                                                   \
    "vld20.8 {q0, q1}, [sp]\n"                                                                                   \
    "vld21.8 {q0, q1}, [sp]\n"                                                                                   \
    "vctp.8 lr\n"                                                                                                 \
    "subs lr, lr, #16\n"                                                                                          \
    "add r10, r10, #480\n"                                                                                        \
    "vpst\n"                                                                                                      \
    "vstrbt.8 q0, [r11], #16\n"

#endif
