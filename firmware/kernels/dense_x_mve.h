/* SPDX-License-Identifier: Apache-2.0 */
/* All blocks of eight channels of pixels of INGOT_X chunks of 16 bytes (9: and more), as INGOT_DENSE_X makes a function of
 * them: the loop over the chunks is unrolled, and what makes bytes of a record's sums is spread over the next record's
 * products, also from one block and one pair of pixels to the next. Included once for each INGOT_X of a file.
 *
 * For whole blocks, shifts that all go right and results that saturate at -128 and 127, two pixels at a time; that without
 * _SIGNED is for clamps that make the sign of ties meaningless. The blocks themselves, dense_x<n>_mve.h, are written by
 * tools/orders/dense.py.
 */
#ifndef INGOT_DENSE_X_MVE_H
#define INGOT_DENSE_X_MVE_H

#define INGOT_X_TEXT(value) #value
#define INGOT_X_NUMBER(value) INGOT_X_TEXT(value)
#define INGOT_X_FILE(chunks) INGOT_X_TEXT(dense_x##chunks##_mve.h)
#define INGOT_X_INCLUDE(chunks) INGOT_X_FILE(chunks)

/* What INGOT_DENSE_X reads of its job, where it stands. ingot_dense_job (dense_mve.h) may be one: what is called deep here
 * is read for nine chunks and more only. */
typedef struct ingot_x_job {
    const int8_t *in[2];
    int8_t *out[2];
    const int8_t *records;
    unsigned bytes;  /* deep: of a block */
    unsigned blocks; /* of eight channels */
    unsigned last;   /* deep: where a pixel's last chunk is */
    unsigned pairs;  /* of pixels */
    unsigned in_step;  /* from a pair to the next */
    unsigned out_step; /* the same, less the blocks' channels */
    int32_t zero;
    unsigned entry; /* deep: where the first turn begins */
} ingot_x_job;

/* A block's results are stored in the next block: those of a pair's last block, in the next pair's first, whose own
 * place is taken up only then. The first block of all stores what belongs to nothing. Aligned for ADR. */
#define INGOT_DENSE_X(name, job, block, drain)                                                                              \
    __attribute__((naked, noinline, aligned(4))) static void name(const job *j __attribute__((unused)))      \
    {                                                                                                                  \
        __asm__ volatile("push {r4-r11, lr}\n"                                                                         \
                         "vpush {d8-d15}\n"                                                                            \
                         "sub sp, #" INGOT_X_FRAME "\n"                                                                \
                         "ldr r9, [r0, #44]\n"                                                                         \
                         "vdup.16 q0, r9\n"                                                                            \
                         "vstrw.32 q0, [sp]\n"                                                                         \
                         "ldrd r9, r11, [r0]\n"                                                                         \
                         "strd r9, r11, [sp, #16]\n"                                                                    \
                         "ldrd r4, r6, [r0, #8]\n"                                                                     \
                         "strd r4, r6, [sp, #24]\n"                                                                    \
                         "ldrd r4, r6, [r0, #36]\n"                                                                    \
                         "ldr r8, [r0, #24]\n"                                                                         \
                         "add r6, r6, r8, lsl #3\n"                                                                    \
                         "strd r4, r6, [sp, #32]\n"                                                                    \
                         "ldr r4, [r0, #32]\n"                                                                         \
                         "str r4, [sp, #40]\n"                                                                         \
                         "ldr r5, [r0, #16]\n"                                                                         \
                         INGOT_X_BEGIN                                                                                 \
                         "add r5, r5, #" INGOT_X_NUMBER(INGOT_X_START) "\n"                                            \
                         "strd r5, r7, [sp, #48]\n"                                                                    \
                         INGOT_X_SIZE                                                                                  \
                         "add r4, r5, r6\n"                                                                            \
                         "str r4, [sp, #44]\n"                                                                         \
                         "mla r4, r6, r8, r5\n"                                                                        \
                         "movs r6, #0\n"                                                                               \
                         "strd r4, r6, [sp, #56]\n"                                                                    \
                         "add r1, sp, #64\n"                                                                           \
                         "mov r3, r1\n"                                                                               \
                         INGOT_X_IDLE                                                                                  \
                         INGOT_X_PIXELS                                                                                \
                         INGOT_X_GO_ON                                                                                 \
                         "1:\n"                                                                                        \
                         block                                                                                         \
                         "bne 1b\n"                                                                                    \
                         "ldr r11, [sp, #60]\n"                                                                         \
                         "cmp r11, #0\n"                                                                                \
                         "bne 2f\n"                                                                                     \
                         "ldrd r1, r3, [sp, #24]\n" /* the pair's first block is done */                              \
                         INGOT_X_FIRST_DONE                                                                            \
                         "ldr r11, [sp, #56]\n"                                                                         \
                         "str r11, [sp, #44]\n"                                                                         \
                         "str r11, [sp, #60]\n"                                                                         \
                         "cmp r5, r11\n"                                                                                \
                         "bne 3f\n"                                                                                    \
                         "2:\n" /* its last block is done */                                                           \
                         "ldr r11, [sp, #40]\n"                                                                         \
                         "subs r11, #1\n"                                                                               \
                         "beq 4f\n"                                                                                    \
                         "str r11, [sp, #40]\n"                                                                         \
                         "ldrd r9, r11, [sp, #24]\n"                                                                    \
                         "ldr r5, [sp, #36]\n"                                                                         \
                         "add r9, r5\n"                                                                                \
                         "add r11, r5\n"                                                                                \
                         "strd r9, r11, [sp, #24]\n"                                                                    \
                         "ldr r5, [sp, #48]\n"                                                                         \
                         INGOT_X_ONE_BLOCK                                                                             \
                         "str r9, [sp, #44]\n"                                                                         \
                         "movs r9, #0\n"                                                                               \
                         "str r9, [sp, #60]\n"                                                                         \
                         INGOT_X_NEXT                                                                                  \
                         "ldrd r9, r11, [sp, #16]\n"                                                                    \
                         "ldr r5, [sp, #32]\n"                                                                         \
                         "add r9, r5\n"                                                                                \
                         "add r11, r5\n"                                                                                \
                         "strd r9, r11, [sp, #16]\n"                                                                    \
                         INGOT_X_PIXELS                                                                                \
                         "ldr r5, [sp, #48]\n"                                                                         \
                         "3:\n"                                                                                        \
                         INGOT_X_GO_ON                                                                                 \
                         "b 1b\n"                                                                                      \
                         "4:\n"                                                                                        \
                         drain                                                                                         \
                         "add sp, #" INGOT_X_FRAME "\n"                                                                \
                         "vpop {d8-d15}\n"                                                                             \
                         "pop {r4-r11, pc}\n");                                                                        \
    }

#endif

#undef INGOT_X_FRAME
#undef INGOT_X_SIZE
#undef INGOT_X_BEGIN
#undef INGOT_X_FIRST_DONE
#undef INGOT_X_NEXT
#undef INGOT_X_ONE_BLOCK
#undef INGOT_X_IDLE
#undef INGOT_X_WHOLE
#undef INGOT_X_PIXELS
#undef INGOT_X_GO_ON
#undef INGOT_X_BLOCK
#undef INGOT_X_DRAIN
#undef INGOT_X_BLOCK_SIGNED
#undef INGOT_X_DRAIN_SIGNED
#undef INGOT_X_BYTES
#undef INGOT_X_ODD
#undef INGOT_X_START
#include INGOT_X_INCLUDE(INGOT_X)

/* r9, r11: pixels; r5: even record, from INGOT_X_START on; r7: odd record whose sums wait, from INGOT_X_ODD on; r1, r3:
 * results. Up to six chunks q0, q1: the pixels' first ones; with one r9: where r5 ends, r11: the zero point. Sums of both
 * records as INGOT_CHUNK has them; q4, q5: results of the even one, 16 bits, when its block is done. On the stack:
 *     0: zero point, a vector    16: pixels    24: results of the pair    32: steps    40: pairs    44: where r5 ends
 *     48: where r5 begins    52: where r7 begins, of deep pixels where the first pixel's last chunk is
 *     56: where r5 ends at last    60: whether the pair's first block is done    64: room for eight bytes
 *     72: of deep pixels: where the first turns begin, of even and of odd channels    80: where r5 ends with
 *     the first block
 */
#if INGOT_X < 9
#define INGOT_X_FRAME "72"
#define INGOT_X_SIZE "mov r6, #" INGOT_X_NUMBER(INGOT_X_BYTES) "\n"
#define INGOT_X_BEGIN "add r7, r5, #" INGOT_X_NUMBER(INGOT_X_ODD) "\n"
#define INGOT_X_FIRST_DONE "ldr r7, [sp, #52]\n"
#define INGOT_X_NEXT
#define INGOT_X_ONE_BLOCK "add r9, r5, #" INGOT_X_NUMBER(INGOT_X_BYTES) "\n"
#define INGOT_X_IDLE
#define INGOT_X_WHOLE(sign) INGOT_X_BLOCK##sign
#else
#define INGOT_X_START -32
#define INGOT_X_FRAME "88"
#define INGOT_X_SIZE "ldr r6, [r0, #20]\n"
#define INGOT_X_ONE_BLOCK "ldr r9, [sp, #80]\n"
#define INGOT_X_IDLE                                                                                                   \
    "ldr r4, [sp, #44]\n"                                                                                              \
    "str r4, [sp, #80]\n"                                                                                              \
    "mov r7, r5\n"
#define INGOT_X_BEGIN                                                                                                  \
    "ldr r4, [r0, #48]\n"                                                                                              \
    "adr.w r6, 5f\n"                                                                                                   \
    "adr.w r10, 6f\n"                                                                                                  \
    "add r6, r4\n"                                                                                                     \
    "add r10, r4\n"                                                                                                    \
    "strd r6, r10, [sp, #72]\n"                                                                                        \
    "ldr r7, [r0, #28]\n"                                                                                              \
    "add r7, r9\n"
#define INGOT_X_FIRST_DONE
#define INGOT_X_NEXT                                                                                                   \
    "ldr r9, [sp, #52]\n"                                                                                              \
    "ldr r5, [sp, #32]\n"                                                                                              \
    "add r9, r5\n"                                                                                                     \
    "str r9, [sp, #52]\n"
#define INGOT_X_WHOLE(sign)                                                                                            \
    INGOT_X_HEAD_EVEN##sign                                                                                            \
    "ldr pc, [sp, #72]\n"                                                                                              \
    "5:\n"                                                                                                             \
    INGOT_X_TURN                                                                                                       \
    "bne 5b\n"                                                                                                         \
    INGOT_X_HEAD_ODD##sign                                                                                             \
    "ldr pc, [sp, #76]\n"                                                                                              \
    "6:\n"                                                                                                             \
    INGOT_X_TURN                                                                                                       \
    "bne 6b\n"                                                                                                         \
    "ldr r11, [sp, #44]\n"                                                                                              \
    "mov r7, r5\n"                                                                                                     \
    "cmp r5, r11\n"
#endif

#if INGOT_X < 7
#define INGOT_X_PIXELS                                                                                                 \
    "vldrb.8 q0, [r9]\n"                                                                                               \
    "vldrb.8 q1, [r11]\n"
#else
#define INGOT_X_PIXELS
#endif
#if INGOT_X == 1
#define INGOT_X_GO_ON                                                                                                  \
    "ldr r9, [sp, #44]\n"                                                                                              \
    "ldrsh r11, [sp]\n"
#elif INGOT_X < 9
#define INGOT_X_GO_ON "ldr r9, [sp, #16]\n"
#else
#define INGOT_X_GO_ON
#endif
