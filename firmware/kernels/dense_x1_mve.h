/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/orders/dense.py. */
/* A block of dense_x_mve.h for pixels of 1 chunks of 16 bytes. */
/* 61 instructions, 61 cycles */
#define INGOT_X_BLOCK                                                                                                  \
    "vldrw.32 q2, [r5, #224]!\nvmov q7[2], q7[0], r8, r12\ncmp r5, r9\nvldrw.32 q3, [r7, #144]!\n"                     \
    "vmov q7[3], q7[1], r10, lr\nvmov q6[2], q6[0], r0, r4\nvadd.i32 q7, q7, q3\nvmladav.s8 r0, q0, q2\n"              \
    "vmov q6[3], q6[1], r2, r6\nvmladav.s8 r8, q1, q2\nvadd.i32 q6, q6, q3\nvldrw.32 q3, [r7, #80]!\n"                 \
    "vqrdmulh.s32 q6, q6, q3\nvldrw.32 q2, [r5, #32]\nvqrdmulh.s32 q7, q7, q3\nvldrw.32 q3, [r7, #16]\n"               \
    "vrshl.s32 q7, q7, q3\nvmladav.s8 r12, q1, q2\nvqmovnt.s32 q5, q7\nvmladav.s8 r4, q0, q2\nvrshl.s32 q6, q6, q3\n"  \
    "vldrw.32 q2, [r5, #16]\nvqadd.s16 q5, q5, r11\nvmladav.s8 r2, q0, q2\nvqmovnb.s16 q5, q5\n"                       \
    "vmladav.s8 r10, q1, q2\nvldrw.32 q2, [r5, #48]\nvqmovnt.s32 q4, q6\nvmladav.s8 r6, q0, q2\n"                      \
    "vstrb.16 q5, [r3], #8\nvmladav.s8 lr, q1, q2\nvqadd.s16 q4, q4, r11\nvldrw.32 q2, [r5, #112]\n"                   \
    "vmov q5[2], q5[0], r8, r12\nvldrw.32 q3, [r5, #-16]\nvqmovnb.s16 q4, q4\nvmladav.s8 r8, q1, q2\n"                 \
    "vmov q5[3], q5[1], r10, lr\nvstrb.16 q4, [r1], #8\nvadd.i32 q5, q5, q3\nvmov q4[2], q4[0], r0, r4\n"              \
    "vmladav.s8 r0, q0, q2\nvldrw.32 q2, [r5, #144]\nvmov q4[3], q4[1], r2, r6\nvmladav.s8 r4, q0, q2\n"               \
    "vadd.i32 q4, q4, q3\nvmladav.s8 r12, q1, q2\nvldrw.32 q3, [r5, #64]\nvqrdmulh.s32 q5, q5, q3\n"                   \
    "vldrw.32 q2, [r5, #128]\nvqrdmulh.s32 q4, q4, q3\nvldrw.32 q3, [r5, #80]\nvrshl.s32 q5, q5, q3\n"                 \
    "vmladav.s8 r10, q1, q2\nvrshl.s32 q4, q4, q3\nvmladav.s8 r2, q0, q2\nvldrw.32 q2, [r5, #160]\n"                   \
    "vqmovnb.s32 q5, q5\nvmladav.s8 r6, q0, q2\nvqmovnb.s32 q4, q4\nvmladav.s8 lr, q1, q2\n"

/* 22 instructions, 30 cycles */
#define INGOT_X_DRAIN                                                                                                  \
    "vmov q6[2], q6[0], r0, r4\nvldrw.32 q3, [r7, #144]!\nvmov q6[3], q6[1], r2, r6\nvadd.i32 q6, q6, q3\n"            \
    "vmov q7[2], q7[0], r8, r12\nvmov q7[3], q7[1], r10, lr\nvadd.i32 q7, q7, q3\nvldrw.32 q3, [r7, #80]!\n"           \
    "vqrdmulh.s32 q6, q6, q3\nvqrdmulh.s32 q7, q7, q3\nvldrw.32 q3, [r7, #16]\nvrshl.s32 q6, q6, q3\n"                 \
    "vrshl.s32 q7, q7, q3\nvldrw.32 q3, [sp]\nvqmovnt.s32 q4, q6\nvqmovnt.s32 q5, q7\nvqadd.s16 q4, q4, q3\n"          \
    "vqmovnb.s16 q4, q4\nvqadd.s16 q5, q5, q3\nvstrb.16 q4, [r1], #8\nvqmovnb.s16 q5, q5\nvstrb.16 q5, [r3], #8\n"

/* 69 instructions, 69 cycles */
#define INGOT_X_BLOCK_SIGNED                                                                                           \
    "vmov q7[2], q7[0], r8, r12\nvldrw.32 q3, [r7, #144]!\nvmov q7[3], q7[1], r10, lr\nvadd.i32 q7, q7, q3\n"          \
    "vmov q6[2], q6[0], r0, r4\nvmov q6[3], q6[1], r2, r6\nvadd.i32 q6, q6, q3\nvldrw.32 q3, [r7, #80]!\n"             \
    "vqrdmulh.s32 q6, q6, q3\nvldrw.32 q2, [r5, #224]!\nvqrdmulh.s32 q7, q7, q3\nvshr.s32 q3, q6, #31\n"               \
    "vmladav.s8 r8, q1, q2\nvadd.i32 q6, q6, q3\nvmladav.s8 r0, q0, q2\nvshr.s32 q3, q7, #31\ncmp r5, r9\n"            \
    "vldrw.32 q2, [r5, #32]\nvmladav.s8 r12, q1, q2\nvadd.i32 q7, q7, q3\nvldrw.32 q3, [r7, #16]\n"                    \
    "vrshl.s32 q6, q6, q3\nvmladav.s8 r4, q0, q2\nvrshl.s32 q7, q7, q3\nvldrw.32 q2, [r5, #16]\nvqmovnt.s32 q4, q6\n"  \
    "vmladav.s8 r2, q0, q2\nvqmovnt.s32 q5, q7\nvmladav.s8 r10, q1, q2\nvqadd.s16 q4, q4, r11\n"                       \
    "vldrw.32 q2, [r5, #48]\nvqadd.s16 q5, q5, r11\nvldrw.32 q3, [r5, #-16]\nvqmovnb.s16 q5, q5\n"                     \
    "vmladav.s8 r6, q0, q2\nvqmovnb.s16 q4, q4\nvmladav.s8 lr, q1, q2\nvstrb.16 q5, [r3], #8\n"                        \
    "vmov q5[2], q5[0], r8, r12\nvstrb.16 q4, [r1], #8\nvmov q4[2], q4[0], r0, r4\nvldrw.32 q2, [r5, #112]\n"          \
    "vmladav.s8 r0, q0, q2\nvmov q4[3], q4[1], r2, r6\nvmladav.s8 r8, q1, q2\nvadd.i32 q4, q4, q3\n"                   \
    "vmov q5[3], q5[1], r10, lr\nvadd.i32 q5, q5, q3\nvldrw.32 q3, [r5, #64]\nvqrdmulh.s32 q4, q4, q3\n"               \
    "vldrw.32 q2, [r5, #144]\nvqrdmulh.s32 q5, q5, q3\nvshr.s32 q3, q4, #31\nvmladav.s8 r12, q1, q2\n"                 \
    "vadd.i32 q4, q4, q3\nvmladav.s8 r4, q0, q2\nvshr.s32 q3, q5, #31\nvldrw.32 q2, [r5, #128]\n"                      \
    "vadd.i32 q5, q5, q3\nvldrw.32 q3, [r5, #80]\nvrshl.s32 q4, q4, q3\nvmladav.s8 r10, q1, q2\nvqmovnb.s32 q4, q4\n"  \
    "vmladav.s8 r2, q0, q2\nvrshl.s32 q5, q5, q3\nvldrw.32 q2, [r5, #160]\nvmladav.s8 r6, q0, q2\n"                    \
    "vqmovnb.s32 q5, q5\nvmladav.s8 lr, q1, q2\n"

/* 26 instructions, 37 cycles */
#define INGOT_X_DRAIN_SIGNED                                                                                           \
    "vmov q7[2], q7[0], r8, r12\nvmov q6[2], q6[0], r0, r4\nvmov q6[3], q6[1], r2, r6\nvldrw.32 q3, [r7, #144]!\n"     \
    "vadd.i32 q6, q6, q3\nvmov q7[3], q7[1], r10, lr\nvadd.i32 q7, q7, q3\nvldrw.32 q3, [r7, #80]!\n"                  \
    "vqrdmulh.s32 q6, q6, q3\nvqrdmulh.s32 q7, q7, q3\nvshr.s32 q3, q6, #31\nvadd.i32 q6, q6, q3\n"                    \
    "vshr.s32 q3, q7, #31\nvadd.i32 q7, q7, q3\nvldrw.32 q3, [r7, #16]\nvrshl.s32 q7, q7, q3\nvqmovnt.s32 q5, q7\n"    \
    "vrshl.s32 q6, q6, q3\nvldrw.32 q3, [sp]\nvqmovnt.s32 q4, q6\nvqadd.s16 q5, q5, q3\nvqmovnb.s16 q5, q5\n"          \
    "vqadd.s16 q4, q4, q3\nvstrb.16 q5, [r3], #8\nvqmovnb.s16 q4, q4\nvstrb.16 q4, [r1], #8\n"

#define INGOT_X_BYTES 224
#define INGOT_X_ODD -32
#define INGOT_X_START -208
