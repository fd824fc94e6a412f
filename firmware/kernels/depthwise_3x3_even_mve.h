/* SPDX-License-Identifier: Apache-2.0 */
/* The results of depthwise_3x3_pixel_mve.h with the arithmetic of QDQ models: sums that the biases are in
 * (INGOT_MAC_BIAS_IN_SUMS) times a scale, to nearest, of layers whose clamps are -128 and 127. */
#ifndef INGOT_DEPTHWISE_3X3_EVEN_MVE_H
#define INGOT_DEPTHWISE_3X3_EVEN_MVE_H

/* After INGOT_PIXEL_SUMS, for any zero point. */
#define INGOT_PIXEL_EVEN            \
    "vldrw.32 q4, [r10, #-48]   \n" \
    "vcvt.f32.s32 q0, q0        \n" \
    "vldrw.32 q5, [r10, #-32]   \n" \
    "vcvt.f32.s32 q1, q1        \n" \
    "vmul.f32 q0, q0, q4        \n" \
    "vldrw.32 q6, [r10, #-16]   \n" \
    "vcvt.f32.s32 q2, q2        \n" \
    "vmul.f32 q1, q1, q5        \n" \
    "vldrw.32 q7, [r10], #336   \n" \
    "vcvt.f32.s32 q3, q3        \n" \
    "vmul.f32 q2, q2, q6        \n" \
    "vcvtn.s32.f32 q0, q0       \n" \
    "vmul.f32 q3, q3, q7        \n" \
    "vcvtn.s32.f32 q1, q1       \n" \
    "vldrh.16 q5, [sp]          \n" \
    "vcvtn.s32.f32 q2, q2       \n" \
    "vqmovnb.s32 q0, q0         \n" \
    "vcvtn.s32.f32 q3, q3       \n" \
    "vqmovnb.s32 q2, q2         \n" \
    "vqmovnt.s32 q0, q1         \n" \
    "vctp.8 lr                  \n" \
    "vqmovnt.s32 q2, q3         \n" \
    "vqadd.s16 q0, q0, q5       \n" \
    "subs lr, lr, #16           \n" \
    "vqadd.s16 q2, q2, q5       \n" \
    "vqmovnb.s16 q0, q0         \n" \
    "vqmovnt.s16 q0, q2         \n" \
    "vpst                       \n" \
    "vstrbt.8 q0, [r11], #16    \n"

/* Sums and results of layers with INGOT_MAC_FITS_16 whose zero point is -128, as in INGOT_PIXEL_FULL_RANGE. */
#define INGOT_PIXEL_EVEN_FULL_RANGE \
    INGOT_PIXEL_FULL_RANGE_SUMS      \
    "vldrw.32 q4, [r10, #-48]    \n" \
    "vadd.i32 q5, q5, q1         \n" \
    "vldrw.32 q1, [r10, #-16]    \n" \
    "vadd.i32 q2, q2, q7         \n" \
    "vcvt.f32.s32 q2, q2         \n" \
    "vadd.i32 q5, q5, q6         \n" \
    "vmul.f32 q2, q2, q4         \n" \
    "vshllb.s16 q7, q3, #2       \n" \
    "vcvt.f32.s32 q5, q5         \n" \
    "vldrw.32 q4, [r10, #-32]    \n" \
    "vshllt.s16 q6, q3, #2       \n" \
    "vcvtn.s32.f32 q2, q2        \n" \
    "vmovlt.s16 q3, q0           \n" \
    "vmul.f32 q5, q5, q4         \n" \
    "vadd.i32 q6, q6, q3         \n" \
    "vmovlb.s16 q3, q0           \n" \
    "vldrw.32 q0, [r10, #-128]   \n" \
    "vadd.i32 q7, q7, q3         \n" \
    "vcvtn.s32.f32 q5, q5        \n" \
    "vadd.i32 q6, q6, q0         \n" \
    "vcvt.f32.s32 q6, q6         \n" \
    "vldrw.32 q0, [r10, #-144]   \n" \
    "vadd.i32 q7, q7, q0         \n" \
    "vcvt.f32.s32 q7, q7         \n" \
    "vldrw.32 q3, [r10], #336    \n" \
    "vmul.f32 q7, q7, q1         \n" \
    "vsli.32 q2, q5, #16         \n" \
    "vcvtn.s32.f32 q7, q7        \n" \
    "vqmovunb.s16 q2, q2         \n" \
    "vmul.f32 q6, q6, q3         \n" \
    "vcvtn.s32.f32 q6, q6        \n" \
    "vsli.32 q7, q6, #16         \n" \
    "vmov.i8 q1, #128            \n" \
    "vqmovunt.s16 q2, q7         \n" \
    "veor q2, q2, q1             \n" \
    "vpst                        \n" \
    "vstrbt.8 q2, [r11], #16     \n"

#endif
