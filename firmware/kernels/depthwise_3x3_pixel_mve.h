/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen channels of one pixel of a 3x3 depthwise convolution with Helium, as assembly without branches. The order is
 * one in which a Cortex-M55 waits least, by llvm-mca: it issues one vector instruction a cycle, each unit (loads and
 * stores, sums, products) takes one every two cycles, and results are written in order. */
#ifndef INGOT_DEPTHWISE_3X3_PIXEL_MVE_H
#define INGOT_DEPTHWISE_3X3_PIXEL_MVE_H

/* The registers: r0-r8 the taps, which advance; r10 the group of the block + INGOT_PIXEL_WORDS; sp an
 * ingot_depthwise_range; r9 = 2^13, r12 = -4; r11 the output, lr the channels that are left. */
#define INGOT_PIXEL_WORDS 320
#define INGOT_PIXEL_GROUP 336 /* bytes of a group */
#define INGOT_PIXEL_ROOM 0 /* bytes in front of the ingot_depthwise_range */
#define INGOT_PIXEL_BEGIN "mov r9, #8192 \n"
#define INGOT_PIXEL_LESS "mvn r12, #3 \n"
#define INGOT_PIXEL_ADVANCE_NINTH " add r8, r8, lr \n"

/* Sums with their biases: channels 0 4 8 12, 2 6 10 14, 1 5 9 13, 3 7 11 15 in q0-q3.
 *
 * Two products fit 16 bits, eight do not. Of the four pairs P, two sums of 16 bits are kept: their sum S modulo 2^16,
 * and H, the sum of P / 4 rounded down (VQDMLAH by 2^13). S - 4 * H is within 0..12, so it has room for the ninth
 * product; then the sum of all is 4 * H + that, once in 32 bits. */
#define INGOT_PIXEL_SUMS            \
    "vldrb.8 q1, [r1], #16      \n" \
    "vldrw.32 q4, [r10, #-304]  \n" \
    "vmullb.s8 q5, q1, q4       \n" \
    "vldrw.32 q3, [r10, #-320]  \n" \
    "vmullt.s8 q6, q1, q4       \n" \
    "vldrb.8 q0, [r0], #16      \n" \
    "vmullb.s8 q7, q0, q3       \n" \
    "vldrb.8 q2, [r3], #16      \n" \
    "vmullt.s8 q4, q0, q3       \n" \
    "vadd.i16 q7, q7, q5        \n" \
    "vldrw.32 q1, [r10, #-272]  \n" \
    "vmullt.s8 q0, q2, q1       \n" \
    "vldrw.32 q3, [r10, #-288]  \n" \
    "vmullb.s8 q5, q2, q1       \n" \
    "vldrb.8 q1, [r2], #16      \n" \
    "vmullt.s8 q2, q1, q3       \n" \
    "vadd.i16 q4, q4, q6        \n" \
    "vqdmulh.s16 q6, q4, r9     \n" \
    "vadd.i16 q2, q2, q0        \n" \
    "vldrw.32 q0, [r10, #-256]  \n" \
    "vqdmlah.s16 q6, q2, r9     \n" \
    "vadd.i16 q4, q4, q2        \n" \
    "vmullb.s8 q2, q1, q3       \n" \
    "vldrb.8 q3, [r4], #16      \n" \
    "vqdmulh.s16 q1, q7, r9     \n" \
    "vadd.i16 q2, q2, q5        \n" \
    "vmullt.s8 q5, q3, q0       \n" \
    "vadd.i16 q7, q7, q2        \n" \
    "vmullb.s8 q0, q3, q0       \n" \
    "vldrw.32 q3, [r10, #-240]  \n" \
    "vqdmlah.s16 q1, q2, r9     \n" \
    "vldrb.8 q2, [r5]           \n" \
    "vmullb.s8 q2, q2, q3       \n" \
    "vadd.i16 q0, q0, q2        \n" \
    "vldrb.8 q2, [r5], #16      \n" \
    "vmullt.s8 q3, q2, q3       \n" \
    "vadd.i16 q7, q7, q0        \n" \
    "vldrb.8 q2, [r6], #16      \n" \
    "vqdmlah.s16 q1, q0, r9     \n" \
    "vadd.i16 q5, q5, q3        \n" \
    "vqdmlah.s16 q6, q5, r9     \n" \
    "vldrw.32 q0, [r10, #-224]  \n" \
    "vadd.i16 q4, q4, q5        \n" \
    "vmullb.s8 q3, q2, q0       \n" \
    "vldrw.32 q5, [r10, #-208]  \n" \
    "vmullt.s8 q2, q2, q0       \n" \
    "vldrb.8 q0, [r7]           \n" \
    "vmullb.s8 q0, q0, q5       \n" \
    "vadd.i16 q3, q3, q0        \n" \
    "vqdmlah.s16 q1, q3, r9     \n" \
    "vadd.i16 q7, q7, q3        \n" \
    "vmla.s16 q7, q1, r12       \n" \
    "vshllb.s16 q0, q1, #2      \n" \
    "vldrb.8 q3, [r7], #16      \n" \
    "vmullt.s8 q3, q3, q5       \n" \
    "vldrb.8 q5, [r8], #16      \n" \
    "vadd.i16 q2, q2, q3        \n" \
    "vqdmlah.s16 q6, q2, r9     \n" \
    "vldrw.32 q3, [r10, #-192]  \n" \
    "vadd.i16 q4, q4, q2        \n" \
    "vmullb.s8 q2, q5, q3       \n" \
    "vshllt.s16 q1, q1, #2      \n" \
    "vmullt.s8 q3, q5, q3       \n" \
    "vadd.i16 q7, q7, q2        \n" \
    "vmovlt.s16 q5, q7          \n" \
    "vshllb.s16 q2, q6, #2      \n" \
    "vmla.s16 q4, q6, r12       \n" \
    "vmovlb.s16 q7, q7          \n" \
    "vadd.i32 q1, q1, q5        \n" \
    "vldrw.32 q5, [r10, #-160]  \n" \
    "vadd.i16 q4, q4, q3        \n" \
    "vmovlb.s16 q3, q4          \n" \
    "vmovlt.s16 q4, q4          \n" \
    "vadd.i32 q2, q2, q3        \n" \
    "vshllt.s16 q3, q6, #2      \n" \
    "vldrw.32 q6, [r10, #-144]  \n" \
    "vadd.i32 q2, q2, q6        \n" \
    "vldrw.32 q6, [r10, #-176]  \n" \
    "vadd.i32 q3, q3, q4        \n" \
    "vldrw.32 q4, [r10, #-128]  \n" \
    "vadd.i32 q3, q3, q4        \n" \
    "vadd.i32 q0, q0, q7        \n" \
    "vadd.i32 q1, q1, q5        \n" \
    "vadd.i32 q0, q0, q6        \n"

/* The results as bytes, of layers with INGOT_MAC_FITS_16: ties away from zero, which VRSHL rounds up, so negative numbers
 * are lowered by one first. Shifts all go right; those of 0 belong to layers that clamp what is below the zero point. */
#define INGOT_PIXEL_AWAY            \
    "vldrw.32 q4, [r10, #-96]   \n" \
    "vqrdmulh.s32 q1, q1, q4    \n" \
    "vldrw.32 q5, [r10, #-80]   \n" \
    "vshr.s32 q6, q1, #31       \n" \
    "vqrdmulh.s32 q2, q2, q5    \n" \
    "vadd.i32 q1, q1, q6        \n" \
    "vldrw.32 q7, [r10, #-32]   \n" \
    "vshr.s32 q4, q2, #31       \n" \
    "vldrw.32 q5, [r10, #-112]  \n" \
    "vrshl.s32 q1, q1, q7       \n" \
    "vqrdmulh.s32 q0, q0, q5    \n" \
    "vadd.i32 q2, q2, q4        \n" \
    "vldrw.32 q6, [r10, #-64]   \n" \
    "vshr.s32 q7, q0, #31       \n" \
    "vldrw.32 q5, [r10, #-48]   \n" \
    "vadd.i32 q0, q0, q7        \n" \
    "vldrw.32 q4, [r10, #-16]   \n" \
    "vrshl.s32 q0, q0, q5       \n" \
    "vqrdmulh.s32 q3, q3, q6    \n" \
    "vrshl.s32 q2, q2, q4       \n" \
    "vshr.s32 q7, q3, #31       \n" \
    "vctp.8 lr                  \n" \
    "vsli.32 q0, q1, #16        \n" \
    "vldrh.16 q5, [sp]          \n" \
    "vqadd.s16 q0, q0, q5       \n" \
    "vldrw.32 q6, [r10], #336   \n" \
    "vqmovnb.s16 q0, q0         \n" \
    "vadd.i32 q3, q3, q7        \n" \
    "subs lr, lr, #16           \n" \
    "vrshl.s32 q3, q3, q6       \n" \
    "vsli.32 q2, q3, #16        \n" \
    "vldrb.8 q4, [sp, #16]      \n" \
    "vqadd.s16 q2, q2, q5       \n" \
    "vqmovnt.s16 q0, q2         \n" \
    "vmax.s8 q0, q0, q4         \n" \
    "vldrb.8 q1, [sp, #32]      \n" \
    "vmin.s8 q0, q0, q1         \n" \
    "vpst                       \n" \
    "vstrbt.8 q0, [r11], #16    \n"

/* The sums that INGOT_PIXEL_FULL_RANGE and INGOT_PIXEL_EVEN_FULL_RANGE begin with: all products, in 16 bits, and the first
 * of them in 32. */
#define INGOT_PIXEL_FULL_RANGE_SUMS \
    "vldrw.32 q0, [r10, #-288]  \n" \
    "vldrb.8 q1, [r2], #16      \n" \
    "vmullt.s8 q2, q1, q0       \n" \
    "vldrb.8 q3, [r0], #16      \n" \
    "vmullb.s8 q4, q1, q0       \n" \
    "vldrw.32 q5, [r10, #-320]  \n" \
    "vmullb.s8 q6, q3, q5       \n" \
    "vldrb.8 q7, [r1], #16      \n" \
    "vmullt.s8 q0, q3, q5       \n" \
    "vldrw.32 q1, [r10, #-304]  \n" \
    "vmullt.s8 q5, q7, q1       \n" \
    "vldrw.32 q3, [r10, #-272]  \n" \
    "vmullb.s8 q1, q7, q1       \n" \
    "vldrb.8 q7, [r3], #16      \n" \
    "vadd.i16 q6, q6, q1        \n" \
    "vmullt.s8 q1, q7, q3       \n" \
    "vadd.i16 q0, q0, q5        \n" \
    "vqdmulh.s16 q5, q6, r9     \n" \
    "vadd.i16 q2, q2, q1        \n" \
    "vmullb.s8 q1, q7, q3       \n" \
    "vldrb.8 q7, [r4], #16      \n" \
    "vqdmulh.s16 q3, q0, r9     \n" \
    "vadd.i16 q4, q4, q1        \n" \
    "vqdmlah.s16 q5, q4, r9     \n" \
    "vadd.i16 q6, q6, q4        \n" \
    "vldrw.32 q1, [r10, #-256]  \n" \
    "vqdmlah.s16 q3, q2, r9     \n" \
    "vadd.i16 q0, q0, q2        \n" \
    "vmullb.s8 q4, q7, q1       \n" \
    "vldrw.32 q2, [r10, #-240]  \n" \
    "vmullt.s8 q1, q7, q1       \n" \
    "vldrb.8 q7, [r5]           \n" \
    "vmullb.s8 q7, q7, q2       \n" \
    "vctp.8 lr                  \n" \
    "vadd.i16 q4, q4, q7        \n" \
    "vldrb.8 q7, [r5], #16      \n" \
    "vmullt.s8 q2, q7, q2       \n" \
    "vldrw.32 q7, [r10, #-224]  \n" \
    "vadd.i16 q1, q1, q2        \n" \
    "vqdmlah.s16 q3, q1, r9     \n" \
    "vadd.i16 q0, q0, q1        \n" \
    "vqdmlah.s16 q5, q4, r9     \n" \
    "vadd.i16 q6, q6, q4        \n" \
    "vldrb.8 q2, [r6], #16      \n" \
    "vmullt.s8 q1, q2, q7       \n" \
    "vldrb.8 q4, [r7]           \n" \
    "vmullb.s8 q2, q2, q7       \n" \
    "vldrw.32 q7, [r10, #-208]  \n" \
    "vmullb.s8 q4, q4, q7       \n" \
    "vadd.i16 q2, q2, q4        \n" \
    "vldrb.8 q4, [r7], #16      \n" \
    "vmullt.s8 q7, q4, q7       \n" \
    "vldrb.8 q4, [r8], #16      \n" \
    "vadd.i16 q1, q1, q7        \n" \
    "vqdmlah.s16 q5, q2, r9     \n" \
    "vadd.i16 q6, q6, q2        \n" \
    "vmla.s16 q6, q5, r12       \n" \
    "vldrw.32 q7, [r10, #-192]  \n" \
    "vadd.i16 q0, q0, q1        \n" \
    "vqdmlah.s16 q3, q1, r9     \n" \
    "vshllb.s16 q2, q5, #2      \n" \
    "vmullb.s8 q1, q4, q7       \n" \
    "vshllt.s16 q5, q5, #2      \n" \
    "vmullt.s8 q7, q4, q7       \n" \
    "vadd.i16 q6, q6, q1        \n" \
    "subs lr, lr, #16           \n" \
    "vmovlb.s16 q4, q6          \n" \
    "vmla.s16 q0, q3, r12       \n" \
    "vmovlt.s16 q1, q6          \n" \
    "vldrw.32 q6, [r10, #-160]  \n" \
    "vadd.i16 q0, q0, q7        \n" \
    "vldrw.32 q7, [r10, #-176]  \n" \
    "vadd.i32 q2, q2, q4        \n"

/* Sums and results of layers whose zero point and lower clamp are -128 and whose upper clamp is 127: saturation to 0..255
 * clamps. What is below the zero point is clamped, so how it rounds does not matter. */
#define INGOT_PIXEL_FULL_RANGE      \
    INGOT_PIXEL_FULL_RANGE_SUMS     \
    "vldrw.32 q4, [r10, #-112]  \n" \
    "vadd.i32 q5, q5, q1        \n" \
    "vldrw.32 q1, [r10, #-80]   \n" \
    "vadd.i32 q2, q2, q7        \n" \
    "vqrdmulh.s32 q2, q2, q4    \n" \
    "vshllb.s16 q7, q3, #2      \n" \
    "vadd.i32 q5, q5, q6        \n" \
    "vldrw.32 q4, [r10, #-96]   \n" \
    "vshllt.s16 q6, q3, #2      \n" \
    "vqrdmulh.s32 q5, q5, q4    \n" \
    "vmovlt.s16 q3, q0          \n" \
    "vadd.i32 q6, q6, q3        \n" \
    "vldrw.32 q4, [r10, #-32]   \n" \
    "vmovlb.s16 q3, q0          \n" \
    "vldrw.32 q0, [r10, #-128]  \n" \
    "vadd.i32 q7, q7, q3        \n" \
    "vldrw.32 q3, [r10, #-64]   \n" \
    "vadd.i32 q6, q6, q0        \n" \
    "vldrw.32 q0, [r10, #-144]  \n" \
    "vrshl.s32 q5, q5, q4       \n" \
    "vldrw.32 q4, [r10, #-16]   \n" \
    "vadd.i32 q7, q7, q0        \n" \
    "vldrw.32 q0, [r10, #-48]   \n" \
    "vrshl.s32 q2, q2, q0       \n" \
    "vqrdmulh.s32 q7, q7, q1    \n" \
    "vsli.32 q2, q5, #16        \n" \
    "vqmovunb.s16 q2, q2        \n" \
    "vqrdmulh.s32 q6, q6, q3    \n" \
    "vrshl.s32 q7, q7, q4       \n" \
    "vldrw.32 q0, [r10], #336   \n" \
    "vrshl.s32 q6, q6, q0       \n" \
    "vsli.32 q7, q6, #16        \n" \
    "vqmovunt.s16 q2, q7        \n" \
    "vmov.i8 q1, #128           \n" \
    "veor q2, q2, q1            \n" \
    "vpst                       \n" \
    "vstrbt.8 q2, [r11], #16    \n"

/* The same after INGOT_PIXEL_SUMS, where a sum, scaled, may be beyond 16 bits. */
#define INGOT_PIXEL_SATURATED       \
    "vldrw.32 q4, [r10, #-112]  \n" \
    "vmov.i8 q5, #128           \n" \
    "vldrw.32 q6, [r10, #-48]   \n" \
    "vqrdmulh.s32 q0, q0, q4    \n" \
    "vldrw.32 q7, [r10, #-16]   \n" \
    "vrshl.s32 q0, q0, q6       \n" \
    "vldrw.32 q4, [r10, #-96]   \n" \
    "vqrdmulh.s32 q1, q1, q4    \n" \
    "vldrw.32 q6, [r10, #-32]   \n" \
    "vrshl.s32 q1, q1, q6       \n" \
    "vldrw.32 q4, [r10, #-80]   \n" \
    "vqmovnb.s32 q0, q0         \n" \
    "vqrdmulh.s32 q2, q2, q4    \n" \
    "vldrw.32 q6, [r10, #-64]   \n" \
    "vqmovnt.s32 q0, q1         \n" \
    "vqrdmulh.s32 q3, q3, q6    \n" \
    "vrshl.s32 q2, q2, q7       \n" \
    "vldrw.32 q4, [r10], #336   \n" \
    "vqmovnb.s32 q2, q2         \n" \
    "vrshl.s32 q3, q3, q4       \n" \
    "vctp.8 lr                  \n" \
    "vqmovnt.s32 q2, q3         \n" \
    "vqmovunb.s16 q0, q0        \n" \
    "vqmovunt.s16 q0, q2        \n" \
    "subs lr, lr, #16           \n" \
    "veor q0, q0, q5            \n" \
    "vpst                       \n" \
    "vstrbt.8 q0, [r11], #16    \n"

/* Results of any layer with any of the roundings of depthwise_products.h. */
#define INGOT_PIXEL_ROUNDED(ROUND)                                                                \
    "sub r10, r10, #176\n" INGOT_DEPTHWISE_REQUANTIZE(ROUND, "r10") INGOT_DEPTHWISE_NARROW("sp") \
    "vctp.8 lr\n"                                                                                \
    "vpst\n"                                                                                     \
    "vstrbt.8 q0, [r11], #16\n"                                                                  \
    "add r10, r10, #512\n"                                                                       \
    "subs lr, lr, #16\n"

#endif
