/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/orders/dense.py. */
/* A block of dense_x_mve.h for pixels of 2 chunks of 16 bytes. */
/* 92 instructions, 92 cycles */
#define INGOT_X_BLOCK                                                                                                  \
    "vldrw.32 q2, [r5, #352]!\nvmov q7[2], q7[0], r8, r12\nvmov q7[3], q7[1], r10, lr\nvmladav.s8 r8, q1, q2\n"        \
    "vmov q6[2], q6[0], r0, r4\nvldrw.32 q3, [r7, #208]!\nvmladav.s8 r0, q0, q2\nvldrw.32 q2, [r5, #32]\n"             \
    "vmladav.s8 r12, q1, q2\nldr r11, [sp, #20]\nvmov q6[3], q6[1], r2, r6\nvmladav.s8 r4, q0, q2\n"                   \
    "vadd.i32 q7, q7, q3\nvldrw.32 q2, [r5, #16]\nvmladav.s8 r10, q1, q2\nvadd.i32 q6, q6, q3\n"                       \
    "vmladav.s8 r2, q0, q2\nvldrw.32 q3, [r7, #144]!\nvqrdmulh.s32 q6, q6, q3\nvldrw.32 q2, [r5, #48]\n"               \
    "vmladav.s8 r6, q0, q2\nvldrb.8 q0, [r9, #16]\nvqrdmulh.s32 q7, q7, q3\nvldrw.32 q3, [r7, #16]\n"                  \
    "vrshl.s32 q6, q6, q3\nvmladav.s8 lr, q1, q2\nvrshl.s32 q7, q7, q3\nvldrw.32 q2, [r5, #64]\nvqmovnt.s32 q4, q6\n"  \
    "vmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #16]\nvqmovnt.s32 q5, q7\nvmladava.s8 r8, q1, q2\nvldrw.32 q3, [sp]\n"  \
    "vqadd.s16 q4, q4, q3\nvldrw.32 q2, [r5, #96]\nvmladava.s8 r12, q1, q2\nvqmovnb.s16 q4, q4\n"                      \
    "vmladava.s8 r4, q0, q2\nvqadd.s16 q5, q5, q3\nvldrw.32 q2, [r5, #80]\nvmladava.s8 r10, q1, q2\n"                  \
    "vqmovnb.s16 q5, q5\nvmladava.s8 r2, q0, q2\nvldrw.32 q2, [r5, #112]\nvmladava.s8 r6, q0, q2\n"                    \
    "vstrb.16 q5, [r3], #8\nvmladava.s8 lr, q1, q2\nvmov q5[2], q5[0], r8, r12\nvldrw.32 q2, [r5, #240]\n"             \
    "vmladav.s8 r8, q1, q2\nvmov q5[3], q5[1], r10, lr\nvstrb.16 q4, [r1], #8\nvmov q4[2], q4[0], r0, r4\n"            \
    "vldrw.32 q3, [r5, #-16]\nvmladav.s8 r0, q0, q2\nvldrw.32 q2, [r5, #272]\nvmladav.s8 r4, q0, q2\n"                 \
    "vmov q4[3], q4[1], r2, r6\nvmladav.s8 r12, q1, q2\nvldrw.32 q2, [r5, #256]\nvmladav.s8 r2, q0, q2\n"              \
    "vadd.i32 q5, q5, q3\nvmladav.s8 r10, q1, q2\nvldrw.32 q2, [r5, #288]\nvmladav.s8 lr, q1, q2\n"                    \
    "vadd.i32 q4, q4, q3\nvldrw.32 q3, [r5, #128]\nvmladav.s8 r6, q0, q2\nvldrb.8 q1, [r11, #0]\n"                     \
    "vqrdmulh.s32 q4, q4, q3\nvldrw.32 q2, [r5, #176]\nvqrdmulh.s32 q5, q5, q3\nldr r11, [sp, #44]\n"                  \
    "vldrw.32 q3, [r5, #144]\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #0]\nvrshl.s32 q4, q4, q3\n"                    \
    "vmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #208]\nvmladava.s8 r12, q1, q2\ncmp r5, r11\nvmladava.s8 r4, q0, q2\n"  \
    "vldrw.32 q2, [r5, #192]\nvmladava.s8 r10, q1, q2\nvrshl.s32 q5, q5, q3\nvmladava.s8 r2, q0, q2\n"                 \
    "vldrw.32 q2, [r5, #224]\nvqmovnb.s32 q4, q4\nvmladava.s8 r6, q0, q2\nvqmovnb.s32 q5, q5\n"                        \
    "vmladava.s8 lr, q1, q2\n"

/* 22 instructions, 30 cycles */
#define INGOT_X_DRAIN                                                                                                  \
    "vmov q6[2], q6[0], r0, r4\nvldrw.32 q3, [r7, #208]!\nvmov q6[3], q6[1], r2, r6\nvadd.i32 q6, q6, q3\n"            \
    "vmov q7[2], q7[0], r8, r12\nvmov q7[3], q7[1], r10, lr\nvadd.i32 q7, q7, q3\nvldrw.32 q3, [r7, #144]!\n"          \
    "vqrdmulh.s32 q6, q6, q3\nvqrdmulh.s32 q7, q7, q3\nvldrw.32 q3, [r7, #16]\nvrshl.s32 q6, q6, q3\n"                 \
    "vrshl.s32 q7, q7, q3\nvldrw.32 q3, [sp]\nvqmovnt.s32 q4, q6\nvqmovnt.s32 q5, q7\nvqadd.s16 q4, q4, q3\n"          \
    "vqmovnb.s16 q4, q4\nvqadd.s16 q5, q5, q3\nvstrb.16 q4, [r1], #8\nvqmovnb.s16 q5, q5\nvstrb.16 q5, [r3], #8\n"

/* 100 instructions, 100 cycles */
#define INGOT_X_BLOCK_SIGNED                                                                                           \
    "vldrw.32 q2, [r5, #352]!\nvmov q6[2], q6[0], r0, r4\nvldrw.32 q3, [r7, #208]!\nvmov q7[2], q7[0], r8, r12\n"      \
    "vmladav.s8 r0, q0, q2\nvmov q7[3], q7[1], r10, lr\nvmladav.s8 r8, q1, q2\nvldrw.32 q2, [r5, #32]\n"               \
    "vadd.i32 q7, q7, q3\nvmladav.s8 r12, q1, q2\nvmov q6[3], q6[1], r2, r6\nvadd.i32 q6, q6, q3\n"                    \
    "vmladav.s8 r4, q0, q2\nvldrw.32 q3, [r7, #144]!\nvqrdmulh.s32 q6, q6, q3\nvldrw.32 q2, [r5, #16]\n"               \
    "vqrdmulh.s32 q7, q7, q3\nvshr.s32 q3, q6, #31\nvmladav.s8 r2, q0, q2\nvadd.i32 q6, q6, q3\n"                      \
    "vmladav.s8 r10, q1, q2\nvshr.s32 q3, q7, #31\nvldrw.32 q2, [r5, #48]\nvadd.i32 q7, q7, q3\n"                      \
    "vldrw.32 q3, [r7, #16]\nvmladav.s8 r6, q0, q2\nvldrb.8 q0, [r9, #16]\nvrshl.s32 q7, q7, q3\n"                     \
    "ldr r11, [sp, #20]\nvmladav.s8 lr, q1, q2\nvrshl.s32 q6, q6, q3\nvldrw.32 q2, [r5, #64]\nvqmovnt.s32 q4, q6\n"    \
    "vmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #16]\nvqmovnt.s32 q5, q7\nvmladava.s8 r8, q1, q2\n"                     \
    "vldrw.32 q2, [r5, #96]\nvmladava.s8 r12, q1, q2\nvldrw.32 q3, [sp]\nvqadd.s16 q5, q5, q3\n"                       \
    "vmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #80]\nvqadd.s16 q4, q4, q3\nvmladava.s8 r10, q1, q2\n"                  \
    "vqmovnb.s16 q5, q5\nvmladava.s8 r2, q0, q2\nvldrw.32 q2, [r5, #112]\nvqmovnb.s16 q4, q4\n"                        \
    "vmladava.s8 r6, q0, q2\nvstrb.16 q5, [r3], #8\nvmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #240]\n"                 \
    "vmov q5[2], q5[0], r8, r12\nvldrw.32 q3, [r5, #-16]\nvmladav.s8 r8, q1, q2\nvstrb.16 q4, [r1], #8\n"              \
    "vmov q4[2], q4[0], r0, r4\nvmladav.s8 r0, q0, q2\nvldrw.32 q2, [r5, #272]\nvmov q5[3], q5[1], r10, lr\n"          \
    "vmladav.s8 r4, q0, q2\nvadd.i32 q5, q5, q3\nvmladav.s8 r12, q1, q2\nvmov q4[3], q4[1], r2, r6\n"                  \
    "vldrw.32 q2, [r5, #256]\nvmladav.s8 r2, q0, q2\nvadd.i32 q4, q4, q3\nvmladav.s8 r10, q1, q2\n"                    \
    "vldrw.32 q3, [r5, #128]\nvqrdmulh.s32 q4, q4, q3\nvldrw.32 q2, [r5, #288]\nvmladav.s8 lr, q1, q2\n"               \
    "vldrb.8 q1, [r11, #0]\nvqrdmulh.s32 q5, q5, q3\nldr r11, [sp, #44]\nvmladav.s8 r6, q0, q2\n"                      \
    "vldrw.32 q2, [r5, #176]\nvshr.s32 q3, q4, #31\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #0]\n"                    \
    "vadd.i32 q4, q4, q3\nvmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #208]\nvshr.s32 q3, q5, #31\n"                     \
    "vmladava.s8 r12, q1, q2\ncmp r5, r11\nvmladava.s8 r4, q0, q2\nvadd.i32 q5, q5, q3\nvldrw.32 q3, [r5, #144]\n"     \
    "vrshl.s32 q4, q4, q3\nvldrw.32 q2, [r5, #192]\nvmladava.s8 r2, q0, q2\nvqmovnb.s32 q4, q4\n"                      \
    "vmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #224]\nvrshl.s32 q5, q5, q3\nvmladava.s8 lr, q1, q2\n"                 \
    "vqmovnb.s32 q5, q5\nvmladava.s8 r6, q0, q2\n"

/* 26 instructions, 37 cycles */
#define INGOT_X_DRAIN_SIGNED                                                                                           \
    "vmov q7[2], q7[0], r8, r12\nvmov q6[2], q6[0], r0, r4\nvmov q6[3], q6[1], r2, r6\nvldrw.32 q3, [r7, #208]!\n"     \
    "vadd.i32 q6, q6, q3\nvmov q7[3], q7[1], r10, lr\nvadd.i32 q7, q7, q3\nvldrw.32 q3, [r7, #144]!\n"                 \
    "vqrdmulh.s32 q6, q6, q3\nvqrdmulh.s32 q7, q7, q3\nvshr.s32 q3, q6, #31\nvadd.i32 q6, q6, q3\n"                    \
    "vshr.s32 q3, q7, #31\nvadd.i32 q7, q7, q3\nvldrw.32 q3, [r7, #16]\nvrshl.s32 q7, q7, q3\nvqmovnt.s32 q5, q7\n"    \
    "vrshl.s32 q6, q6, q3\nvldrw.32 q3, [sp]\nvqmovnt.s32 q4, q6\nvqadd.s16 q5, q5, q3\nvqmovnb.s16 q5, q5\n"          \
    "vqadd.s16 q4, q4, q3\nvstrb.16 q5, [r3], #8\nvqmovnb.s16 q4, q4\nvstrb.16 q4, [r1], #8\n"

#define INGOT_X_BYTES 352
#define INGOT_X_ODD -32
#define INGOT_X_START -336
