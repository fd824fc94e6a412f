/* SPDX-License-Identifier: Apache-2.0 */
/* Written by tools/orders/dense.py. */
/* A block of dense_x_mve.h for pixels of 7 chunks of 16 bytes. */
/* 237 instructions, 243 cycles */
#define INGOT_X_BLOCK                                                                                                  \
    "vldrw.32 q2, [r5, #64]!\nvmov q6[2], q6[0], r0, r4\nldr r11, [sp, #20]\nvldrb.8 q0, [r9, #0]\n"                   \
    "vmov q7[2], q7[0], r8, r12\nvmladav.s8 r0, q0, q2\nvldrb.8 q1, [r11, #0]\nvmladav.s8 r8, q1, q2\n"                \
    "vldrw.32 q2, [r5, #32]\nvmladav.s8 r12, q1, q2\nvmov q6[3], q6[1], r2, r6\nvmladav.s8 r4, q0, q2\n"               \
    "vldrw.32 q2, [r5, #16]\nvmladav.s8 r2, q0, q2\nvmov q7[3], q7[1], r10, lr\nvmladav.s8 r10, q1, q2\n"              \
    "vldrw.32 q2, [r5, #48]\nvmladav.s8 lr, q1, q2\nvldrb.8 q1, [r11, #16]\nvmladav.s8 r6, q0, q2\n"                   \
    "vldrw.32 q2, [r5, #64]\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #16]\nvmladava.s8 r0, q0, q2\n"                  \
    "vldrw.32 q2, [r5, #96]\nvmladava.s8 r4, q0, q2\nvldrw.32 q3, [r7, #-288]\nvmladava.s8 r12, q1, q2\n"              \
    "vldrw.32 q2, [r5, #80]\nvmladava.s8 r10, q1, q2\nvadd.i32 q6, q6, q3\nvmladava.s8 r2, q0, q2\n"                   \
    "vldrw.32 q2, [r5, #112]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #32]\nvmladava.s8 lr, q1, q2\n"                 \
    "vldrw.32 q2, [r5, #128]\nvmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #32]\nvmladava.s8 r8, q1, q2\n"                \
    "vldrw.32 q2, [r5, #160]\nvmladava.s8 r4, q0, q2\nvadd.i32 q7, q7, q3\nvmladava.s8 r12, q1, q2\n"                  \
    "vldrw.32 q2, [r5, #144]\nvmladava.s8 r10, q1, q2\nvldrw.32 q3, [r7, #176]\nvmladava.s8 r2, q0, q2\n"              \
    "vldrw.32 q2, [r5, #176]\nvmladava.s8 r6, q0, q2\nvmladava.s8 lr, q1, q2\nvldrb.8 q0, [r9, #48]\n"                 \
    "vqrdmulh.s32 q7, q7, q3\nvldrw.32 q2, [r5, #192]\nvqrdmulh.s32 q6, q6, q3\nvldrb.8 q1, [r11, #48]\n"              \
    "vmladava.s8 r0, q0, q2\nvldrw.32 q3, [r7, #192]\nvmladava.s8 r8, q1, q2\nvrshl.s32 q7, q7, q3\n"                  \
    "vldrw.32 q2, [r5, #224]\nvmladava.s8 r4, q0, q2\nvrshl.s32 q6, q6, q3\nadd r7, r7, #992\n"                        \
    "vmladava.s8 r12, q1, q2\nvldrw.32 q2, [r5, #208]\nvmladava.s8 r2, q0, q2\nvqmovnt.s32 q5, q7\n"                   \
    "vmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #240]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #64]\n"                \
    "vmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #256]!\nvmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #64]\n"               \
    "vmladava.s8 r8, q1, q2\nvldrw.32 q2, [r5, #32]\nvmladava.s8 r4, q0, q2\nvldrw.32 q3, [sp]\n"                      \
    "vmladava.s8 r12, q1, q2\nvldrw.32 q2, [r5, #16]\nvmladava.s8 r2, q0, q2\nvqmovnt.s32 q4, q6\n"                    \
    "vmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #48]\nvmladava.s8 r6, q0, q2\nvqadd.s16 q5, q5, q3\n"                  \
    "vmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #64]\nvqadd.s16 q4, q4, q3\nvldrb.8 q0, [r9, #80]\n"                    \
    "vmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #80]\nvmladava.s8 r8, q1, q2\nvldrw.32 q2, [r5, #96]\n"                 \
    "vmladava.s8 r12, q1, q2\nvqmovnb.s16 q4, q4\nvmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #80]\n"                    \
    "vmladava.s8 r10, q1, q2\nvstrb.16 q4, [r1], #8\nvqmovnb.s16 q5, q5\nvmladava.s8 r2, q0, q2\n"                     \
    "vldrw.32 q2, [r5, #112]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #96]\nvmladava.s8 lr, q1, q2\n"                 \
    "vldrw.32 q2, [r5, #128]!\nvmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #96]\nvmladava.s8 r8, q1, q2\n"               \
    "vldrw.32 q2, [r5, #32]\nvmladava.s8 r4, q0, q2\nvstrb.16 q5, [r3], #8\nvmladava.s8 r12, q1, q2\n"                 \
    "vldrw.32 q2, [r5, #16]\nvmladava.s8 r2, q0, q2\nvmov q4[2], q4[0], r0, r4\nvmladava.s8 r10, q1, q2\n"             \
    "vldrw.32 q2, [r5, #48]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #0]\nvmov q5[2], q5[0], r8, r12\n"               \
    "vmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #112]\nvmladav.s8 r0, q0, q2\nvldrb.8 q1, [r11, #0]\n"                  \
    "vmladav.s8 r8, q1, q2\nvldrw.32 q2, [r5, #144]\nvmov q4[3], q4[1], r2, r6\nvmladav.s8 r12, q1, q2\n"              \
    "vldrw.32 q3, [r5, #-400]\nvmladav.s8 r4, q0, q2\nvldrw.32 q2, [r5, #128]\nvmladav.s8 r2, q0, q2\n"                \
    "vmov q5[3], q5[1], r10, lr\nvmladav.s8 r10, q1, q2\nvldrw.32 q2, [r5, #160]\nvmladav.s8 lr, q1, q2\n"             \
    "vldrb.8 q1, [r11, #16]\nvmladav.s8 r6, q0, q2\nvldrw.32 q2, [r5, #176]\nvmladava.s8 r8, q1, q2\n"                 \
    "vldrb.8 q0, [r9, #16]\nvmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #208]\nvmladava.s8 r12, q1, q2\n"                \
    "vadd.i32 q4, q4, q3\nvmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #192]\nvmladava.s8 r2, q0, q2\n"                   \
    "vadd.i32 q5, q5, q3\nvmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #224]\nvmladava.s8 lr, q1, q2\n"                  \
    "vldrb.8 q1, [r11, #32]\nvmladava.s8 r6, q0, q2\nvldrw.32 q2, [r5, #240]\nvmladava.s8 r8, q1, q2\n"                \
    "vldrb.8 q0, [r9, #32]\nvmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #272]\nvmladava.s8 r12, q1, q2\n"                \
    "vmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #256]\nvmladava.s8 r2, q0, q2\nvldrw.32 q3, [r5, #64]\n"                \
    "vmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #288]\nvmladava.s8 r6, q0, q2\nvmladava.s8 lr, q1, q2\n"               \
    "vldrw.32 q2, [r5, #304]\nvqrdmulh.s32 q5, q5, q3\nvldrb.8 q0, [r9, #48]\nvqrdmulh.s32 q4, q4, q3\n"               \
    "vldrb.8 q1, [r11, #48]\nvmladava.s8 r8, q1, q2\nvldrw.32 q3, [r5, #80]\nvmladava.s8 r0, q0, q2\n"                 \
    "vldrw.32 q2, [r5, #336]\nvmladava.s8 r12, q1, q2\nvrshl.s32 q4, q4, q3\nvmladava.s8 r4, q0, q2\n"                 \
    "vldrw.32 q2, [r5, #320]!\nvmladava.s8 r10, q1, q2\nvqmovnb.s32 q4, q4\nvmladava.s8 r2, q0, q2\n"                  \
    "vldrw.32 q2, [r5, #32]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #64]\nvmladava.s8 lr, q1, q2\n"                  \
    "vldrw.32 q2, [r5, #48]\nvmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #64]\nvmladava.s8 r8, q1, q2\n"                 \
    "vldrw.32 q2, [r5, #80]\nvmladava.s8 r12, q1, q2\nvrshl.s32 q5, q5, q3\nvmladava.s8 r4, q0, q2\n"                  \
    "vldrw.32 q2, [r5, #64]\nvmladava.s8 r10, q1, q2\nvmladava.s8 r2, q0, q2\nvldrw.32 q2, [r5, #96]\n"                \
    "vmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #80]\nvmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #112]\n"                 \
    "vmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #80]\nvmladava.s8 r8, q1, q2\nvldrw.32 q2, [r5, #144]\n"                \
    "vmladava.s8 r12, q1, q2\nvmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #128]\nvmladava.s8 r2, q0, q2\n"               \
    "vmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #160]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #96]\n"                \
    "vmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #176]\nvmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #96]\n"                \
    "vmladava.s8 r8, q1, q2\nvldrw.32 q2, [r5, #208]\nvmladava.s8 r12, q1, q2\nvqmovnb.s32 q5, q5\n"                   \
    "vmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #192]\nvmladava.s8 r2, q0, q2\nldr r11, [sp, #44]\n"                    \
    "vmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #224]!\nvmladava.s8 r6, q0, q2\ncmp r5, r11\n"                         \
    "vmladava.s8 lr, q1, q2\n"

/* 23 instructions, 30 cycles */
#define INGOT_X_DRAIN                                                                                                  \
    "vmov q6[2], q6[0], r0, r4\nvmov q7[2], q7[0], r8, r12\nvldrw.32 q3, [r7, #-288]\nvmov q7[3], q7[1], r10, lr\n"    \
    "vadd.i32 q7, q7, q3\nvmov q6[3], q6[1], r2, r6\nvadd.i32 q6, q6, q3\nvldrw.32 q3, [r7, #176]\n"                   \
    "vqrdmulh.s32 q7, q7, q3\nvqrdmulh.s32 q6, q6, q3\nvldrw.32 q3, [r7, #192]\nvrshl.s32 q6, q6, q3\n"                \
    "add r7, r7, #992\nvrshl.s32 q7, q7, q3\nvldrw.32 q3, [sp]\nvqmovnt.s32 q4, q6\nvqmovnt.s32 q5, q7\n"              \
    "vqadd.s16 q4, q4, q3\nvqmovnb.s16 q4, q4\nvqadd.s16 q5, q5, q3\nvstrb.16 q4, [r1], #8\nvqmovnb.s16 q5, q5\n"      \
    "vstrb.16 q5, [r3], #8\n"

/* 245 instructions, 249 cycles */
#define INGOT_X_BLOCK_SIGNED                                                                                           \
    "vldrw.32 q2, [r5, #64]!\nldr r11, [sp, #20]\nvldrb.8 q0, [r9, #0]\nvmov q6[2], q6[0], r0, r4\n"                   \
    "vldrb.8 q1, [r11, #0]\nvmladav.s8 r0, q0, q2\nvmov q7[2], q7[0], r8, r12\nvmladav.s8 r8, q1, q2\n"                \
    "vldrw.32 q2, [r5, #32]\nvmladav.s8 r4, q0, q2\nvmov q7[3], q7[1], r10, lr\nvmladav.s8 r12, q1, q2\n"              \
    "vldrw.32 q2, [r5, #16]\nvmladav.s8 r10, q1, q2\nvmov q6[3], q6[1], r2, r6\nvldrw.32 q3, [r7, #-288]\n"            \
    "vmladav.s8 r2, q0, q2\nvldrw.32 q2, [r5, #48]\nvmladav.s8 r6, q0, q2\nvldrb.8 q0, [r9, #16]\n"                    \
    "vmladav.s8 lr, q1, q2\nvldrw.32 q2, [r5, #64]\nvmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #16]\n"                  \
    "vmladava.s8 r8, q1, q2\nvldrw.32 q2, [r5, #96]\nvmladava.s8 r4, q0, q2\nvadd.i32 q7, q7, q3\n"                    \
    "vmladava.s8 r12, q1, q2\nvldrw.32 q2, [r5, #80]\nvmladava.s8 r10, q1, q2\nvadd.i32 q6, q6, q3\n"                  \
    "vmladava.s8 r2, q0, q2\nvldrw.32 q2, [r5, #112]\nvmladava.s8 r6, q0, q2\nvldrw.32 q3, [r7, #176]\n"               \
    "vmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #128]\nvqrdmulh.s32 q6, q6, q3\nvldrb.8 q1, [r11, #32]\n"               \
    "vqrdmulh.s32 q7, q7, q3\nvshr.s32 q3, q6, #31\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #32]\n"                   \
    "vmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #160]\nvmladava.s8 r12, q1, q2\nvadd.i32 q6, q6, q3\n"                  \
    "vmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #144]\nvmladava.s8 r2, q0, q2\nvshr.s32 q3, q7, #31\n"                  \
    "vmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #176]\nvmladava.s8 lr, q1, q2\nvldrb.8 q1, [r11, #48]\n"               \
    "vmladava.s8 r6, q0, q2\nvldrw.32 q2, [r5, #192]\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #48]\n"                 \
    "vmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #224]\nvmladava.s8 r4, q0, q2\nvadd.i32 q7, q7, q3\n"                   \
    "vldrw.32 q3, [r7, #192]\nvmladava.s8 r12, q1, q2\nvldrw.32 q2, [r5, #208]\nvmladava.s8 r2, q0, q2\n"              \
    "vrshl.s32 q6, q6, q3\nvmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #240]\nvrshl.s32 q7, q7, q3\n"                   \
    "vldrw.32 q3, [sp]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #64]\nvqmovnt.s32 q4, q6\nvmladava.s8 lr, q1, q2\n"   \
    "vldrw.32 q2, [r5, #256]!\nvmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #64]\nvmladava.s8 r8, q1, q2\n"               \
    "vldrw.32 q2, [r5, #32]\nvmladava.s8 r12, q1, q2\nvqadd.s16 q4, q4, q3\nvmladava.s8 r4, q0, q2\n"                  \
    "vldrw.32 q2, [r5, #16]\nvmladava.s8 r10, q1, q2\nvqmovnb.s16 q4, q4\nvmladava.s8 r2, q0, q2\n"                    \
    "vldrw.32 q2, [r5, #48]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #80]\nvqmovnt.s32 q5, q7\n"                      \
    "vmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #64]\nvqadd.s16 q5, q5, q3\nvmladava.s8 r0, q0, q2\n"                   \
    "vldrb.8 q1, [r11, #80]\nvmladava.s8 r8, q1, q2\nvldrw.32 q2, [r5, #96]\nvmladava.s8 r12, q1, q2\n"                \
    "add r7, r7, #992\nvmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #80]\nvmladava.s8 r2, q0, q2\nvqmovnb.s16 q5, q5\n"   \
    "vmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #112]\nvmladava.s8 r6, q0, q2\nvldrb.8 q0, [r9, #96]\n"                \
    "vmladava.s8 lr, q1, q2\nvldrw.32 q2, [r5, #128]!\nvmladava.s8 r0, q0, q2\nvldrb.8 q1, [r11, #96]\n"               \
    "vmladava.s8 r8, q1, q2\nvldrw.32 q2, [r5, #32]\nvmladava.s8 r12, q1, q2\nvstrb.16 q4, [r1], #8\n"                 \
    "vmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #16]\nvmladava.s8 r10, q1, q2\nvstrb.16 q5, [r3], #8\n"                 \
    "vmladava.s8 r2, q0, q2\nvldrw.32 q2, [r5, #48]\nvmov q5[2], q5[0], r8, r12\nvmladava.s8 lr, q1, q2\n"             \
    "vmov q4[2], q4[0], r0, r4\nvldrb.8 q1, [r11, #0]\nvmladava.s8 r6, q0, q2\nvldrw.32 q2, [r5, #112]\n"              \
    "vmladav.s8 r8, q1, q2\nvmov q4[3], q4[1], r2, r6\nvmov q5[3], q5[1], r10, lr\nvldrb.8 q0, [r9, #0]\n"             \
    "vmladav.s8 r0, q0, q2\nvldrw.32 q2, [r5, #144]\nvmladav.s8 r12, q1, q2\nvldrw.32 q3, [r5, #-400]\n"               \
    "vmladav.s8 r4, q0, q2\nvldrw.32 q2, [r5, #128]\nvmladav.s8 r2, q0, q2\nvadd.i32 q5, q5, q3\n"                     \
    "vmladav.s8 r10, q1, q2\nvldrw.32 q2, [r5, #160]\nvmladav.s8 lr, q1, q2\nvldrb.8 q1, [r11, #16]\n"                 \
    "vmladav.s8 r6, q0, q2\nvldrw.32 q2, [r5, #176]\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #16]\n"                  \
    "vmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #208]\nvmladava.s8 r12, q1, q2\nvadd.i32 q4, q4, q3\n"                  \
    "vmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #192]\nvmladava.s8 r10, q1, q2\nvldrw.32 q3, [r5, #64]\n"               \
    "vmladava.s8 r2, q0, q2\nvldrw.32 q2, [r5, #224]\nvmladava.s8 r6, q0, q2\nvmladava.s8 lr, q1, q2\n"                \
    "vldrb.8 q0, [r9, #32]\nvqrdmulh.s32 q5, q5, q3\nvldrw.32 q2, [r5, #240]\nvqrdmulh.s32 q4, q4, q3\n"               \
    "vldrb.8 q1, [r11, #32]\nvmladava.s8 r8, q1, q2\nvmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #272]\n"                \
    "vmladava.s8 r12, q1, q2\nvshr.s32 q3, q4, #31\nvmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #256]\n"                 \
    "vmladava.s8 r2, q0, q2\nvadd.i32 q4, q4, q3\nvmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #288]\n"                  \
    "vmladava.s8 lr, q1, q2\nvldrb.8 q1, [r11, #48]\nvmladava.s8 r6, q0, q2\nvshr.s32 q3, q5, #31\n"                   \
    "vldrw.32 q2, [r5, #304]\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #48]\nvadd.i32 q5, q5, q3\n"                    \
    "vmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #336]\nvmladava.s8 r4, q0, q2\nvldrw.32 q3, [r5, #80]\n"                \
    "vmladava.s8 r12, q1, q2\nvldrw.32 q2, [r5, #320]!\nvmladava.s8 r10, q1, q2\nvrshl.s32 q4, q4, q3\n"               \
    "vmladava.s8 r2, q0, q2\nvldrw.32 q2, [r5, #32]\nvmladava.s8 lr, q1, q2\nvldrb.8 q1, [r11, #64]\n"                 \
    "vmladava.s8 r6, q0, q2\nvldrw.32 q2, [r5, #48]\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #64]\n"                  \
    "vmladava.s8 r0, q0, q2\nvldrw.32 q2, [r5, #80]\nvmladava.s8 r12, q1, q2\nvmladava.s8 r4, q0, q2\n"                \
    "vldrw.32 q2, [r5, #64]\nvmladava.s8 r10, q1, q2\nvrshl.s32 q5, q5, q3\nvmladava.s8 r2, q0, q2\n"                  \
    "vldrw.32 q2, [r5, #96]\nvmladava.s8 lr, q1, q2\nvldrb.8 q1, [r11, #80]\nvmladava.s8 r6, q0, q2\n"                 \
    "vldrw.32 q2, [r5, #112]\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #80]\nvmladava.s8 r0, q0, q2\n"                 \
    "vldrw.32 q2, [r5, #144]\nvmladava.s8 r12, q1, q2\nvqmovnb.s32 q5, q5\nvmladava.s8 r4, q0, q2\n"                   \
    "vldrw.32 q2, [r5, #128]\nvmladava.s8 r2, q0, q2\nvqmovnb.s32 q4, q4\nvmladava.s8 r10, q1, q2\n"                   \
    "vldrw.32 q2, [r5, #160]\nvmladava.s8 lr, q1, q2\nvldrb.8 q1, [r11, #96]\nvmladava.s8 r6, q0, q2\n"                \
    "vldrw.32 q2, [r5, #176]\nvmladava.s8 r8, q1, q2\nvldrb.8 q0, [r9, #96]\nvmladava.s8 r0, q0, q2\n"                 \
    "vldrw.32 q2, [r5, #208]\nvmladava.s8 r12, q1, q2\nvmladava.s8 r4, q0, q2\nvldrw.32 q2, [r5, #192]\n"              \
    "vmladava.s8 r2, q0, q2\nldr r11, [sp, #44]\nvmladava.s8 r10, q1, q2\nvldrw.32 q2, [r5, #224]!\n"                  \
    "vmladava.s8 r6, q0, q2\ncmp r5, r11\nvmladava.s8 lr, q1, q2\n"

/* 27 instructions, 37 cycles */
#define INGOT_X_DRAIN_SIGNED                                                                                           \
    "vmov q7[2], q7[0], r8, r12\nvldrw.32 q3, [r7, #-288]\nvmov q7[3], q7[1], r10, lr\nvmov q6[2], q6[0], r0, r4\n"    \
    "vadd.i32 q7, q7, q3\nvmov q6[3], q6[1], r2, r6\nvadd.i32 q6, q6, q3\nvldrw.32 q3, [r7, #176]\n"                   \
    "vqrdmulh.s32 q6, q6, q3\nvqrdmulh.s32 q7, q7, q3\nvshr.s32 q3, q6, #31\nvadd.i32 q6, q6, q3\n"                    \
    "vshr.s32 q3, q7, #31\nvadd.i32 q7, q7, q3\nvldrw.32 q3, [r7, #192]\nvrshl.s32 q6, q6, q3\nadd r7, r7, #992\n"     \
    "vrshl.s32 q7, q7, q3\nvldrw.32 q3, [sp]\nvqmovnt.s32 q5, q7\nvqmovnt.s32 q4, q6\nvqadd.s16 q5, q5, q3\n"          \
    "vqmovnb.s16 q5, q5\nvqadd.s16 q4, q4, q3\nvstrb.16 q5, [r3], #8\nvqmovnb.s16 q4, q4\nvstrb.16 q4, [r1], #8\n"

#define INGOT_X_BYTES 992
#define INGOT_X_ODD 784
#define INGOT_X_START -48
