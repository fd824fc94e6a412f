/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/orders/depthwise.py. */
/* depthwise_3x3_pixel_mve.h so that the next sixteen channels of a pixel begin before sixteen are done. */
#define INGOT_TURNS_FULL_RANGE_HEAD                                                                                    \
    "vldrw.32 q2, [r10, #-288]\nvldrb.8 q3, [r2], #16\nvmullt.s8 q0, q3, q2\nvldrb.8 q1, [r0], #16\n"                  \
    "vmullb.s8 q2, q3, q2\nvldrw.32 q3, [r10, #-320]\nvmullb.s8 q4, q1, q3\nvldrb.8 q5, [r1], #16\n"

/* 109 instructions, 112 cycles */
#define INGOT_TURNS_FULL_RANGE_MIDDLE                                                                                  \
    "vmullt.s8 q3, q1, q3\nvldrw.32 q1, [r10, #-304]\nvmullt.s8 q6, q5, q1\nvldrb.8 q7, [r3], #16\n"                   \
    "vmullb.s8 q5, q5, q1\nvadd.i16 q3, q3, q6\nvldrw.32 q1, [r10, #-272]\nvmullb.s8 q6, q7, q1\n"                     \
    "vadd.i16 q5, q4, q5\nvmullt.s8 q1, q7, q1\nvadd.i16 q2, q2, q6\nvqdmulh.s16 q4, q5, r9\nvadd.i16 q5, q5, q2\n"    \
    "vqdmulh.s16 q6, q3, r9\nvadd.i16 q0, q0, q1\nvqdmlah.s16 q6, q0, r9\nvldrw.32 q1, [r10, #-256]\n"                 \
    "vqdmlah.s16 q4, q2, r9\nvldrb.8 q2, [r4], #16\nvmullb.s8 q7, q2, q1\nvadd.i16 q3, q3, q0\n"                       \
    "vldrw.32 q0, [r10, #-240]\nvmullt.s8 q2, q2, q1\nvldrb.8 q1, [r5]\nvmullb.s8 q1, q1, q0\nvadd.i16 q1, q7, q1\n"   \
    "vqdmlah.s16 q4, q1, r9\nvldrb.8 q7, [r5], #16\nvmullt.s8 q0, q7, q0\nvldrb.8 q7, [r6], #16\n"                     \
    "vadd.i16 q5, q5, q1\nvldrw.32 q1, [r10, #-224]\nvadd.i16 q2, q2, q0\nvmullb.s8 q0, q7, q1\n"                      \
    "vadd.i16 q3, q3, q2\nvqdmlah.s16 q6, q2, r9\nvldrb.8 q2, [r7]\nvmullt.s8 q1, q7, q1\n"                            \
    "vldrw.32 q7, [r10, #-208]\nvmullb.s8 q2, q2, q7\nvadd.i16 q2, q0, q2\nvldrb.8 q0, [r7], #16\n"                    \
    "vqdmlah.s16 q4, q2, r9\nvadd.i16 q2, q5, q2\nvmullt.s8 q5, q0, q7\nvldrb.8 q0, [r8], #16\nvadd.i16 q5, q1, q5\n"  \
    "vldrw.32 q1, [r10, #-192]\nvmullb.s8 q7, q0, q1\nvadd.i16 q3, q3, q5\nvmullt.s8 q0, q0, q1\n"                     \
    "vshllb.s16 q1, q4, #2\nvmla.s16 q2, q4, r12\nvshllt.s16 q4, q4, #2\nvqdmlah.s16 q6, q5, r9\n"                     \
    "vadd.i16 q2, q2, q7\nvldrw.32 q5, [r10, #-112]\nvmovlb.s16 q7, q2\nvmla.s16 q3, q6, r12\nvmovlt.s16 q2, q2\n"     \
    "vadd.i32 q1, q1, q7\nvldrw.32 q7, [r10, #-96]\nvadd.i16 q3, q3, q0\nvldrw.32 q0, [r10, #-160]\n"                  \
    "vadd.i32 q2, q4, q2\nvldrw.32 q4, [r10, #-176]\nvadd.i32 q2, q2, q0\nvldrw.32 q0, [r10, #-32]\n"                  \
    "vadd.i32 q1, q1, q4\nvqrdmulh.s32 q2, q2, q7\nvmovlb.s16 q4, q3\nvqrdmulh.s32 q5, q1, q5\n"                       \
    "vshllb.s16 q1, q6, #2\nvldrw.32 q7, [r10, #-128]\nvadd.i32 q1, q1, q4\nvldrw.32 q4, [r10, #-144]\n"               \
    "vadd.i32 q1, q1, q4\nvldrw.32 q4, [r10, #-80]\nvmovlt.s16 q3, q3\nvqrdmulh.s32 q1, q1, q4\n"                      \
    "vshllt.s16 q4, q6, #2\nvldrw.32 q6, [r10, #-48]\nvrshl.s32 q2, q2, q0\nsubs lr, lr, #16\nvadd.i32 q3, q4, q3\n"   \
    "vmov.i8 q4, #128\nvldrw.32 q0, [r10, #0]\nvadd.i32 q3, q3, q7\nvldrw.32 q7, [r10, #-16]\nvrshl.s32 q6, q5, q6\n"  \
    "vldrw.32 q5, [r10, #-64]\nvqrdmulh.s32 q5, q3, q5\nvrshl.s32 q1, q1, q7\nvldrb.8 q7, [r2], #16\n"                 \
    "vsli.32 q6, q2, #16\nvldrw.32 q3, [r10, #16]\nvrshl.s32 q5, q5, q0\nvldrw.32 q0, [r10, #48]\n"                    \
    "vqmovunb.s16 q6, q6\nvmullb.s8 q2, q7, q0\nvsli.32 q1, q5, #16\nvldrb.8 q5, [r1], #16\nvqmovunt.s16 q6, q1\n"     \
    "vmullt.s8 q0, q7, q0\nvldrb.8 q1, [r0], #16\nveor q6, q6, q4\nadd r10, r10, #336\nvmullb.s8 q4, q1, q3\n"         \
    "vstrb.8 q6, [r11], #16\n"

/* 123 instructions, 124 cycles */
#define INGOT_TURNS_FULL_RANGE_LAST                                                                                    \
    "vldrw.32 q6, [r10, #-304]\nvmullt.s8 q1, q1, q3\nadd lr, lr, #16\nvmullb.s8 q3, q5, q6\n"                         \
    "vldrw.32 q7, [r10, #-272]\nvmullt.s8 q5, q5, q6\nvldrb.8 q6, [r3], #16\nvadd.i16 q3, q4, q3\n"                    \
    "vmullb.s8 q4, q6, q7\nvadd.i16 q1, q1, q5\nvmullt.s8 q6, q6, q7\nvadd.i16 q2, q2, q4\nvqdmulh.s16 q4, q3, r9\n"   \
    "vldrb.8 q7, [r4], #16\nvqdmulh.s16 q5, q1, r9\nvadd.i16 q3, q3, q2\nvqdmlah.s16 q4, q2, r9\n"                     \
    "vadd.i16 q0, q0, q6\nvldrw.32 q6, [r10, #-256]\nvqdmlah.s16 q5, q0, r9\nvadd.i16 q0, q1, q0\n"                    \
    "vmullt.s8 q1, q7, q6\nvldrw.32 q2, [r10, #-240]\nvmullb.s8 q6, q7, q6\nvldrb.8 q7, [r5]\nvmullb.s8 q7, q7, q2\n"  \
    "vctp.8 lr\nvadd.i16 q6, q6, q7\nvldrb.8 q7, [r5], #16\nvmullt.s8 q2, q7, q2\nvldrb.8 q7, [r6], #16\n"             \
    "vqdmlah.s16 q4, q6, r9\nvadd.i16 q1, q1, q2\nvqdmlah.s16 q5, q1, r9\nvadd.i16 q0, q0, q1\n"                       \
    "vldrw.32 q1, [r10, #-224]\nvadd.i16 q3, q3, q6\nvmullt.s8 q6, q7, q1\nvldrb.8 q2, [r7]\nvmullb.s8 q1, q7, q1\n"   \
    "vldrw.32 q7, [r10, #-208]\nvmullb.s8 q2, q2, q7\nvadd.i16 q1, q1, q2\nvldrb.8 q2, [r7], #16\n"                    \
    "vmullt.s8 q2, q2, q7\nvadd.i16 q3, q3, q1\nvqdmlah.s16 q4, q1, r9\nvadd.i16 q2, q6, q2\n"                         \
    "vldrw.32 q6, [r10, #-192]\nvshllb.s16 q1, q4, #2\nvqdmlah.s16 q5, q2, r9\nvldrb.8 q7, [r8], #16\n"                \
    "vmla.s16 q3, q4, r12\nvadd.i16 q0, q0, q2\nvmullt.s8 q2, q7, q6\nvshllt.s16 q4, q4, #2\nvmullb.s8 q6, q7, q6\n"   \
    "vshllt.s16 q7, q5, #2\nvmla.s16 q0, q5, r12\nvadd.i16 q3, q3, q6\nvmovlt.s16 q6, q3\n"                            \
    "ldr r12, [sp, %[room] + 112]\nvadd.i32 q4, q4, q6\nvldrw.32 q6, [r10, #-160]\nvadd.i16 q0, q0, q2\n"              \
    "vldrw.32 q2, [r10, #-112]\nvmovlb.s16 q3, q3\nldr lr, [r12, %[advance]]\nvadd.i32 q1, q1, q3\n"                   \
    "vldrw.32 q3, [r10, #-176]\nvadd.i32 q1, q1, q3\nvqrdmulh.s32 q1, q1, q2\nvmovlt.s16 q2, q0\n"                     \
    "vldrw.32 q3, [r10, #-96]\nvadd.i32 q4, q4, q6\nvqrdmulh.s32 q3, q4, q3\nadd r1, r1, lr\n"                         \
    "vldrw.32 q4, [r10, #-48]\nvshllb.s16 q5, q5, #2\nvldrw.32 q6, [r10, #-64]\nvadd.i32 q2, q7, q2\n"                 \
    "add r0, r0, lr\nvrshl.s32 q1, q1, q4\nadd r2, r2, lr\nvmovlb.s16 q0, q0\nvldrw.32 q4, [r10, #-144]\n"             \
    "ldr lr, [r12, %[advance] + 4]\nvldrw.32 q7, [r10, #-32]\nvadd.i32 q0, q5, q0\nvldrw.32 q5, [r10, #0]\n"           \
    "vrshl.s32 q3, q3, q7\nvldrw.32 q7, [r10, #-128]\nadd r5, r5, lr\nadd r3, r3, lr\nvadd.i32 q2, q2, q7\n"           \
    "vqrdmulh.s32 q2, q2, q6\nvldrw.32 q6, [r10, #-80]\nvadd.i32 q0, q0, q4\nadd r4, r4, lr\nvsli.32 q1, q3, #16\n"    \
    "ldr lr, [r12, %[advance] + 8]\nvqmovunb.s16 q1, q1\nvqrdmulh.s32 q0, q0, q6\nadd r8, r8, lr\n"                    \
    "vrshl.s32 q2, q2, q5\nvldrw.32 q5, [r10, #-16]\nvrshl.s32 q0, q0, q5\nadd r6, r6, lr\nvsli.32 q0, q2, #16\n"      \
    "ldr r10, [r12, %[words]]\nvqmovunt.s16 q1, q0\nvmov.i8 q0, #128\nadd r7, r7, lr\nldr lr, [r12, %[advance_to]]\n"  \
    "veor q0, q1, q0\nvpst\nvstrbt.8 q0, [r11], #16\nadd r11, r11, lr\nldr lr, [r12, %[pixels]]\nsubs lr, lr, #1\n"    \
    "str lr, [r12, %[pixels]]\nldr lr, [r12, %[channels]]\nmvn r12, #3\n"

#define INGOT_TURNS_SATURATED_HEAD                                                                                     \
    "vldrb.8 q2, [r1], #16\nvldrw.32 q3, [r10, #-304]\nvmullb.s8 q0, q2, q3\nvldrw.32 q1, [r10, #-320]\n"              \
    "vmullt.s8 q2, q2, q3\nvldrb.8 q3, [r0], #16\nvmullb.s8 q4, q3, q1\nvldrb.8 q5, [r3], #16\n"

/* 111 instructions, 119 cycles */
#define INGOT_TURNS_SATURATED_MIDDLE                                                                                   \
    "vmullt.s8 q1, q3, q1\nvldrw.32 q3, [r10, #-272]\nvmullt.s8 q6, q5, q3\nvadd.i16 q0, q4, q0\n"                     \
    "vldrw.32 q4, [r10, #-288]\nvmullb.s8 q5, q5, q3\nvldrb.8 q3, [r2], #16\nvmullt.s8 q7, q3, q4\n"                   \
    "vadd.i16 q1, q1, q2\nvmullb.s8 q2, q3, q4\nvadd.i16 q3, q7, q6\nvqdmulh.s16 q4, q1, r9\nvldrb.8 q6, [r4], #16\n"  \
    "vqdmlah.s16 q4, q3, r9\nvldrw.32 q7, [r10, #-256]\nvadd.i16 q5, q2, q5\nvmullt.s8 q2, q6, q7\n"                   \
    "vadd.i16 q1, q1, q3\nvmullb.s8 q3, q6, q7\nvldrw.32 q6, [r10, #-240]\nvqdmulh.s16 q7, q0, r9\n"                   \
    "vadd.i16 q0, q0, q5\nvqdmlah.s16 q7, q5, r9\nvldrb.8 q5, [r5]\nvmullb.s8 q5, q5, q6\nvadd.i16 q5, q3, q5\n"       \
    "vqdmlah.s16 q7, q5, r9\nvldrb.8 q3, [r5], #16\nvmullt.s8 q3, q3, q6\nvldrw.32 q6, [r10, #-224]\n"                 \
    "vadd.i16 q2, q2, q3\nvqdmlah.s16 q4, q2, r9\nvldrb.8 q3, [r6], #16\nvadd.i16 q1, q1, q2\nvmullb.s8 q2, q3, q6\n"  \
    "vadd.i16 q5, q0, q5\nvldrw.32 q0, [r10, #-208]\nvmullt.s8 q3, q3, q6\nvldrb.8 q6, [r7]\nvmullb.s8 q6, q6, q0\n"   \
    "vadd.i16 q2, q2, q6\nvldrb.8 q6, [r7], #16\nvmullt.s8 q0, q6, q0\nvldrw.32 q6, [r10, #-192]\n"                    \
    "vqdmlah.s16 q7, q2, r9\nvadd.i16 q5, q5, q2\nvmla.s16 q5, q7, r12\nvadd.i16 q0, q3, q0\nvldrb.8 q2, [r8], #16\n"  \
    "vadd.i16 q1, q1, q0\nvqdmlah.s16 q4, q0, r9\nvshllt.s16 q0, q7, #2\nvmullb.s8 q3, q2, q6\n"                       \
    "vshllb.s16 q7, q7, #2\nvmla.s16 q1, q4, r12\nvadd.i16 q5, q5, q3\nvmullt.s8 q2, q2, q6\nvshllt.s16 q3, q4, #2\n"  \
    "vshllb.s16 q4, q4, #2\nvmovlb.s16 q6, q5\nvadd.i32 q6, q7, q6\nvldrw.32 q7, [r10, #-144]\nvmovlt.s16 q5, q5\n"    \
    "vadd.i16 q1, q1, q2\nvmovlb.s16 q2, q1\nvadd.i32 q2, q4, q2\nvldrw.32 q4, [r10, #-112]\nvadd.i32 q2, q2, q7\n"    \
    "vldrw.32 q7, [r10, #-160]\nvadd.i32 q5, q0, q5\nsubs lr, lr, #16\nvmovlt.s16 q0, q1\n"                            \
    "vldrw.32 q1, [r10, #-128]\nvadd.i32 q0, q3, q0\nvldrw.32 q3, [r10, #-176]\nvadd.i32 q3, q6, q3\n"                 \
    "vldrw.32 q6, [r10, #-16]\nvadd.i32 q0, q0, q1\nvqrdmulh.s32 q1, q3, q4\nvldrw.32 q3, [r10, #-48]\n"               \
    "vadd.i32 q5, q5, q7\nvldrw.32 q4, [r10, #-96]\nvrshl.s32 q7, q1, q3\nvldrw.32 q1, [r10, #-32]\n"                  \
    "vqmovnb.s32 q7, q7\nvqrdmulh.s32 q5, q5, q4\nvldrb.8 q3, [r1], #16\nvrshl.s32 q5, q5, q1\n"                       \
    "vldrw.32 q1, [r10, #-80]\nvqmovnt.s32 q7, q5\nvqrdmulh.s32 q5, q2, q1\nvldrw.32 q1, [r10, #-64]\n"                \
    "vqmovunb.s16 q7, q7\nvqrdmulh.s32 q0, q0, q1\nvrshl.s32 q2, q5, q6\nvldrw.32 q5, [r10, #0]\n"                     \
    "vqmovnb.s32 q2, q2\nvmov.i8 q4, #128\nvldrw.32 q6, [r10, #32]\nvrshl.s32 q0, q0, q5\nvldrb.8 q5, [r3], #16\n"     \
    "vqmovnt.s32 q2, q0\nvmullb.s8 q0, q3, q6\nvldrw.32 q1, [r10, #16]\nadd r10, r10, #336\nvqmovunt.s16 q7, q2\n"     \
    "vmullt.s8 q2, q3, q6\nvldrb.8 q3, [r0], #16\nveor q7, q7, q4\nvmullb.s8 q4, q3, q1\nvstrb.8 q7, [r11], #16\n"

/* 125 instructions, 128 cycles */
#define INGOT_TURNS_SATURATED_LAST                                                                                     \
    "vmullt.s8 q1, q3, q1\nvldrw.32 q3, [r10, #-272]\nvmullb.s8 q6, q5, q3\nvldrb.8 q7, [r2], #16\n"                   \
    "vadd.i16 q1, q1, q2\nvmullt.s8 q3, q5, q3\nvldrw.32 q5, [r10, #-288]\nvmullt.s8 q2, q7, q5\n"                     \
    "vadd.i16 q0, q4, q0\nvldrb.8 q4, [r4], #16\nvmullb.s8 q5, q7, q5\nvldrw.32 q7, [r10, #-256]\n"                    \
    "vadd.i16 q2, q2, q3\nvmullb.s8 q3, q4, q7\nvadd.i16 q5, q5, q6\nvmullt.s8 q4, q4, q7\nadd lr, lr, #16\n"          \
    "vqdmulh.s16 q7, q1, r9\nvadd.i16 q1, q1, q2\nvqdmlah.s16 q7, q2, r9\nvadd.i16 q2, q0, q5\n"                       \
    "vqdmulh.s16 q0, q0, r9\nvldrw.32 q6, [r10, #-240]\nvqdmlah.s16 q0, q5, r9\nvldrb.8 q5, [r5]\n"                    \
    "vmullb.s8 q5, q5, q6\nvctp.8 lr\nvadd.i16 q3, q3, q5\nvldrb.8 q5, [r5], #16\nvmullt.s8 q5, q5, q6\n"              \
    "vldrb.8 q6, [r6], #16\nvadd.i16 q4, q4, q5\nvqdmlah.s16 q7, q4, r9\nvldrw.32 q5, [r10, #-224]\n"                  \
    "vqdmlah.s16 q0, q3, r9\nvadd.i16 q1, q1, q4\nvmullt.s8 q4, q6, q5\nvadd.i16 q2, q2, q3\nvldrb.8 q3, [r7]\n"       \
    "vmullb.s8 q5, q6, q5\nvldrw.32 q6, [r10, #-208]\nvmullb.s8 q3, q3, q6\nvadd.i16 q3, q5, q3\n"                     \
    "vldrb.8 q5, [r7], #16\nvmullt.s8 q5, q5, q6\nvadd.i16 q2, q2, q3\nvldrb.8 q6, [r8], #16\n"                        \
    "vqdmlah.s16 q0, q3, r9\nvadd.i16 q4, q4, q5\nvmla.s16 q2, q0, r12\nvldrw.32 q5, [r10, #-192]\n"                   \
    "vshllb.s16 q3, q0, #2\nvqdmlah.s16 q7, q4, r9\nvadd.i16 q1, q1, q4\nvmullb.s8 q4, q6, q5\n"                       \
    "vshllt.s16 q0, q0, #2\nvmla.s16 q1, q7, r12\nvadd.i16 q2, q2, q4\nvmullt.s8 q5, q6, q5\nvmovlb.s16 q6, q2\n"      \
    "ldr r12, [sp, %[room] + 112]\nvadd.i32 q3, q3, q6\nvldrw.32 q6, [r10, #-112]\nvshllb.s16 q4, q7, #2\n"            \
    "ldr lr, [r12, %[advance]]\nvadd.i16 q1, q1, q5\nvldrw.32 q5, [r10, #-176]\nvadd.i32 q3, q3, q5\n"                 \
    "vldrw.32 q5, [r10, #-160]\nvmovlt.s16 q2, q2\nvqrdmulh.s32 q3, q3, q6\nvadd.i32 q0, q0, q2\nadd r0, r0, lr\n"     \
    "vmovlb.s16 q2, q1\nvldrw.32 q6, [r10, #-144]\nvshllt.s16 q7, q7, #2\nadd r2, r2, lr\nvadd.i32 q2, q4, q2\n"       \
    "add r1, r1, lr\nvmovlt.s16 q1, q1\nvldrw.32 q4, [r10, #-48]\nldr lr, [r12, %[advance] + 4]\n"                     \
    "vadd.i32 q2, q2, q6\nvldrw.32 q6, [r10, #-128]\nvrshl.s32 q3, q3, q4\nvldrw.32 q4, [r10, #-96]\n"                 \
    "vadd.i32 q0, q0, q5\nvldrw.32 q5, [r10, #-80]\nvqmovnb.s32 q3, q3\nvqrdmulh.s32 q2, q2, q5\n"                     \
    "vldrw.32 q5, [r10, #-64]\nvadd.i32 q1, q7, q1\nvldrw.32 q7, [r10, #-16]\nvqrdmulh.s32 q0, q0, q4\n"               \
    "vldrw.32 q4, [r10, #-32]\nvrshl.s32 q0, q0, q4\nadd r3, r3, lr\nvadd.i32 q1, q1, q6\nvldrw.32 q6, [r10, #0]\n"    \
    "vrshl.s32 q2, q2, q7\nldr r10, [r12, %[words]]\nvqmovnt.s32 q3, q0\nvqrdmulh.s32 q1, q1, q5\n"                    \
    "vqmovnb.s32 q2, q2\nadd r5, r5, lr\nadd r4, r4, lr\nvrshl.s32 q1, q1, q6\nldr lr, [r12, %[advance] + 8]\n"        \
    "vqmovunb.s16 q3, q3\nadd r6, r6, lr\nvqmovnt.s32 q2, q1\nadd r8, r8, lr\nadd r7, r7, lr\nvqmovunt.s16 q3, q2\n"   \
    "vmov.i8 q2, #128\nldr lr, [r12, %[advance_to]]\nveor q2, q3, q2\nvpst\nvstrbt.8 q2, [r11], #16\n"                 \
    "add r11, r11, lr\nldr lr, [r12, %[pixels]]\nsubs lr, lr, #1\nstr lr, [r12, %[pixels]]\n"                          \
    "ldr lr, [r12, %[channels]]\nmvn r12, #3\n"

#define INGOT_TURNS_AWAY_HEAD                                                                                          \
    "vldrb.8 q2, [r1], #16\nvldrw.32 q3, [r10, #-304]\nvmullb.s8 q0, q2, q3\nvldrw.32 q1, [r10, #-320]\n"              \
    "vmullt.s8 q2, q2, q3\nvldrb.8 q3, [r0], #16\nvmullb.s8 q4, q3, q1\nvldrb.8 q5, [r3], #16\n"

/* 122 instructions, 131 cycles */
#define INGOT_TURNS_AWAY_MIDDLE                                                                                        \
    "vldrw.32 q6, [r10, #-272]\nvmullt.s8 q1, q3, q1\nvldrw.32 q3, [r10, #-288]\nvmullt.s8 q7, q5, q6\n"               \
    "vadd.i16 q0, q4, q0\nvmullb.s8 q5, q5, q6\nvldrb.8 q4, [r2], #16\nvmullt.s8 q6, q4, q3\nvadd.i16 q1, q1, q2\n"    \
    "vldrb.8 q2, [r4], #16\nvmullb.s8 q3, q4, q3\nvadd.i16 q4, q6, q7\nvqdmulh.s16 q6, q1, r9\n"                       \
    "vldrw.32 q7, [r10, #-256]\nvqdmlah.s16 q6, q4, r9\nvadd.i16 q1, q1, q4\nvqdmulh.s16 q4, q0, r9\n"                 \
    "vadd.i16 q5, q3, q5\nvmullt.s8 q3, q2, q7\nvadd.i16 q0, q0, q5\nvmullb.s8 q2, q2, q7\n"                           \
    "vldrw.32 q7, [r10, #-240]\nvqdmlah.s16 q4, q5, r9\nvldrb.8 q5, [r5]\nvmullb.s8 q5, q5, q7\n"                      \
    "vadd.i16 q2, q2, q5\nvldrb.8 q5, [r5], #16\nvqdmlah.s16 q4, q2, r9\nvadd.i16 q2, q0, q2\n"                        \
    "vldrw.32 q0, [r10, #-224]\nvmullt.s8 q5, q5, q7\nvldrb.8 q7, [r6], #16\nvadd.i16 q5, q3, q5\n"                    \
    "vmullb.s8 q3, q7, q0\nvadd.i16 q1, q1, q5\nvmullt.s8 q0, q7, q0\nvldrw.32 q7, [r10, #-208]\n"                     \
    "vqdmlah.s16 q6, q5, r9\nvldrb.8 q5, [r7]\nvmullb.s8 q5, q5, q7\nvadd.i16 q5, q3, q5\nvldrb.8 q3, [r7], #16\n"     \
    "vadd.i16 q2, q2, q5\nvmullt.s8 q3, q3, q7\nvldrb.8 q7, [r8], #16\nvadd.i16 q0, q0, q3\nvqdmlah.s16 q4, q5, r9\n"  \
    "vldrw.32 q5, [r10, #-192]\nvmla.s16 q2, q4, r12\nvadd.i16 q1, q1, q0\nvqdmlah.s16 q6, q0, r9\n"                   \
    "vshllb.s16 q0, q4, #2\nvmullb.s8 q3, q7, q5\nvshllt.s16 q4, q4, #2\nvmla.s16 q1, q6, r12\nvadd.i16 q2, q2, q3\n"  \
    "vmovlt.s16 q3, q2\nvmullt.s8 q5, q7, q5\nvmovlb.s16 q2, q2\nvadd.i32 q3, q4, q3\nvshllb.s16 q4, q6, #2\n"         \
    "vldrw.32 q7, [r10, #-160]\nvadd.i16 q1, q1, q5\nvldrw.32 q5, [r10, #-144]\nvadd.i32 q3, q3, q7\n"                 \
    "vmovlb.s16 q7, q1\nvadd.i32 q4, q4, q7\nvldrw.32 q7, [r10, #-176]\nvadd.i32 q2, q0, q2\n"                         \
    "vldrw.32 q0, [r10, #-128]\nvadd.i32 q5, q4, q5\nvldrw.32 q4, [r10, #-96]\nvadd.i32 q2, q2, q7\n"                  \
    "vldrw.32 q7, [r10, #-80]\nvshllt.s16 q6, q6, #2\nvqrdmulh.s32 q3, q3, q4\nvmovlt.s16 q1, q1\n"                    \
    "vldrw.32 q4, [r10, #-32]\nvadd.i32 q1, q6, q1\nvqrdmulh.s32 q5, q5, q7\nvshr.s32 q7, q3, #31\n"                   \
    "vldrw.32 q6, [r10, #-112]\nvadd.i32 q3, q3, q7\nvldrw.32 q7, [r10, #-64]\nvadd.i32 q1, q1, q0\n"                  \
    "vqrdmulh.s32 q2, q2, q6\nvrshl.s32 q0, q3, q4\nvshr.s32 q3, q5, #31\nvqrdmulh.s32 q1, q1, q7\n"                   \
    "vshr.s32 q4, q2, #31\nvldrw.32 q7, [r10, #-16]\nvadd.i32 q5, q5, q3\nvldrh.16 q3, [sp]\nvshr.s32 q6, q1, #31\n"   \
    "vadd.i32 q1, q1, q6\nvldrw.32 q6, [r10, #-48]\nvrshl.s32 q5, q5, q7\nvldrb.8 q7, [r1], #16\n"                     \
    "vadd.i32 q2, q2, q4\nvldrw.32 q4, [r10, #0]\nvrshl.s32 q4, q1, q4\nsubs lr, lr, #16\nvrshl.s32 q2, q2, q6\n"      \
    "vldrw.32 q1, [r10, #16]\nvsli.32 q2, q0, #16\nvldrw.32 q0, [r10, #32]\nvqadd.s16 q6, q2, q3\n"                    \
    "add r10, r10, #336\nvsli.32 q5, q4, #16\nvldrb.8 q4, [sp, #16]\nvqmovnb.s16 q6, q6\nvmullt.s8 q2, q7, q0\n"       \
    "vqadd.s16 q3, q5, q3\nvldrb.8 q5, [r3], #16\nvqmovnt.s16 q6, q3\nvmullb.s8 q0, q7, q0\nvldrb.8 q7, [sp, #32]\n"   \
    "vmax.s8 q4, q6, q4\nvldrb.8 q3, [r0], #16\nvmin.s8 q4, q4, q7\nvstrb.8 q4, [r11], #16\nvmullb.s8 q4, q3, q1\n"

/* 136 instructions, 141 cycles */
#define INGOT_TURNS_AWAY_LAST                                                                                          \
    "vldrw.32 q6, [r10, #-272]\nvmullb.s8 q7, q5, q6\nvadd.i16 q0, q4, q0\nvmullt.s8 q5, q5, q6\nadd lr, lr, #16\n"    \
    "vldrw.32 q6, [r10, #-288]\nvmullt.s8 q1, q3, q1\nvldrb.8 q3, [r2], #16\nvmullt.s8 q4, q3, q6\n"                   \
    "vadd.i16 q1, q1, q2\nvmullb.s8 q3, q3, q6\nvadd.i16 q4, q4, q5\nvldrw.32 q5, [r10, #-256]\n"                      \
    "vqdmulh.s16 q6, q0, r9\nvadd.i16 q3, q3, q7\nvqdmulh.s16 q7, q1, r9\nvadd.i16 q1, q1, q4\n"                       \
    "vqdmlah.s16 q7, q4, r9\nvldrb.8 q4, [r4], #16\nvmullb.s8 q2, q4, q5\nvadd.i16 q0, q0, q3\n"                       \
    "vmullt.s8 q4, q4, q5\nvldrw.32 q5, [r10, #-240]\nvqdmlah.s16 q6, q3, r9\nvldrb.8 q3, [r5]\n"                      \
    "vmullb.s8 q3, q3, q5\nvctp.8 lr\nvadd.i16 q2, q2, q3\nvldrb.8 q3, [r5], #16\nvmullt.s8 q3, q3, q5\n"              \
    "vldrb.8 q5, [r6], #16\nvadd.i16 q3, q4, q3\nvqdmlah.s16 q6, q2, r9\nvldrw.32 q4, [r10, #-224]\n"                  \
    "vadd.i16 q0, q0, q2\nvmullt.s8 q2, q5, q4\nvadd.i16 q1, q1, q3\nvqdmlah.s16 q7, q3, r9\nvldrb.8 q3, [r7]\n"       \
    "vmullb.s8 q4, q5, q4\nvldrw.32 q5, [r10, #-208]\nvmullb.s8 q3, q3, q5\nvadd.i16 q3, q4, q3\n"                     \
    "vqdmlah.s16 q6, q3, r9\nvadd.i16 q0, q0, q3\nvldrb.8 q3, [r7], #16\nvmullt.s8 q3, q3, q5\n"                       \
    "vshllb.s16 q5, q6, #2\nvldrb.8 q4, [r8], #16\nvadd.i16 q2, q2, q3\nvmla.s16 q0, q6, r12\nvadd.i16 q1, q1, q2\n"   \
    "vqdmlah.s16 q7, q2, r9\nvldrw.32 q2, [r10, #-192]\nvmullb.s8 q3, q4, q2\nvshllt.s16 q6, q6, #2\n"                 \
    "vadd.i16 q0, q0, q3\nvmullt.s8 q2, q4, q2\nvmovlt.s16 q4, q0\nvldrw.32 q3, [r10, #-176]\nvadd.i32 q4, q6, q4\n"   \
    "vldrw.32 q6, [r10, #-80]\nvmovlb.s16 q0, q0\nvmla.s16 q1, q7, r12\nvadd.i32 q0, q5, q0\nvshllb.s16 q5, q7, #2\n"  \
    "vadd.i16 q1, q1, q2\nvldrw.32 q2, [r10, #-160]\nvadd.i32 q0, q0, q3\nldr r12, [sp, %[room] + 112]\n"              \
    "vmovlb.s16 q3, q1\nldr lr, [r12, %[advance]]\nvadd.i32 q3, q5, q3\nvldrw.32 q5, [r10, #-144]\n"                   \
    "vadd.i32 q3, q3, q5\nadd r2, r2, lr\nvshllt.s16 q7, q7, #2\nvldrw.32 q5, [r10, #-128]\nvadd.i32 q2, q4, q2\n"     \
    "vldrw.32 q4, [r10, #-96]\nvmovlt.s16 q1, q1\nvqrdmulh.s32 q2, q2, q4\nvadd.i32 q1, q7, q1\nadd r0, r0, lr\n"      \
    "vadd.i32 q1, q1, q5\nvldrw.32 q5, [r10, #-32]\nvshr.s32 q7, q2, #31\nvldrw.32 q4, [r10, #-64]\n"                  \
    "vadd.i32 q2, q2, q7\nvldrw.32 q7, [r10, #-112]\nvrshl.s32 q2, q2, q5\nvqrdmulh.s32 q0, q0, q7\n"                  \
    "vldrw.32 q7, [r10, #0]\nvshr.s32 q5, q0, #31\nvqrdmulh.s32 q1, q1, q4\nvadd.i32 q0, q0, q5\nvldrh.16 q5, [sp]\n"  \
    "vqrdmulh.s32 q3, q3, q6\nvshr.s32 q6, q1, #31\nvldrw.32 q4, [r10, #-48]\nvrshl.s32 q0, q0, q4\nadd r1, r1, lr\n"  \
    "vadd.i32 q1, q1, q6\nldr lr, [r12, %[advance] + 4]\nvsli.32 q0, q2, #16\nvldrb.8 q2, [sp, #16]\n"                 \
    "vshr.s32 q6, q3, #31\nadd r5, r5, lr\nadd r4, r4, lr\nvadd.i32 q3, q3, q6\nvldrb.8 q6, [sp, #32]\n"               \
    "vqadd.s16 q0, q0, q5\nadd r3, r3, lr\nvqmovnb.s16 q0, q0\nvrshl.s32 q1, q1, q7\nvldrw.32 q7, [r10, #-16]\n"       \
    "vrshl.s32 q3, q3, q7\nldr lr, [r12, %[advance] + 8]\nvsli.32 q3, q1, #16\nadd r8, r8, lr\n"                       \
    "vqadd.s16 q3, q3, q5\nldr r10, [r12, %[words]]\nvqmovnt.s16 q0, q3\nadd r7, r7, lr\nadd r6, r6, lr\n"             \
    "vmax.s8 q0, q0, q2\nldr lr, [r12, %[advance_to]]\nvmin.s8 q0, q0, q6\nvpst\nvstrbt.8 q0, [r11], #16\n"            \
    "add r11, r11, lr\nldr lr, [r12, %[pixels]]\nsubs lr, lr, #1\nstr lr, [r12, %[pixels]]\n"                          \
    "ldr lr, [r12, %[channels]]\nmvn r12, #3\n"
