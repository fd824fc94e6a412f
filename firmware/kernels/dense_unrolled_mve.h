/* SPDX-License-Identifier: Apache-2.0 */
/* dense.h with Helium for pixels of INGOT_X chunks of 16 bytes (9: and more): the loop over the chunks is unrolled, and what makes bytes
 * of a record's sums is spread over the next record's products, also from one block and one pair of pixels to the next.
 *
 * For whole blocks of eight channels, shifts that all go right and results that saturate at -128 and 127, two pixels at a
 * time; what is left goes to ingot_dense_s8(). The blocks themselves, dense_x<n>_mve.h, are written by tools/orders/dense.py.
 */
#ifndef INGOT_DENSE_UNROLLED_MVE_H
#define INGOT_DENSE_UNROLLED_MVE_H

#include "dense_alike_mve.h"
#include "dense_any.h"

#define INGOT_X_TEXT(value) #value
#define INGOT_X_NUMBER(value) INGOT_X_TEXT(value)
#define INGOT_X_FILE(chunks) INGOT_X_TEXT(dense_x##chunks##_mve.h)
#define INGOT_X_INCLUDE(chunks) INGOT_X_FILE(chunks)
#include INGOT_X_INCLUDE(INGOT_X)

/* Records that are used for all pixels before the next ones are: they stay in the data cache meanwhile. */
#define INGOT_X_PASS_BYTES 12288

typedef struct ingot_x_job {
    const int8_t *in[2];
    int8_t *out[2];
    const int8_t *records;
    unsigned blocks; /* of eight channels */
    unsigned pairs;  /* of pixels */
    unsigned in_step, out_step; /* from a pair to the next */
    int32_t zero;
    unsigned bytes; /* of a block */
    unsigned last;  /* where a pixel's last chunk is */
    unsigned entry; /* of deep pixels: where the first turn begins */
} ingot_x_job;

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
#define INGOT_X_BEGIN "add r7, r5, #" INGOT_X_NUMBER(INGOT_X_ODD) "\n"
#define INGOT_X_FIRST_DONE "ldr r7, [sp, #52]\n"
#define INGOT_X_NEXT
#define INGOT_X_ONE_BLOCK "add r9, r5, #" INGOT_X_NUMBER(INGOT_X_BYTES) "\n"
#define INGOT_X_IDLE
#define INGOT_X_WHOLE(sign) INGOT_X_BLOCK##sign
#else
#define INGOT_X_START -32
#define INGOT_X_FRAME "88"
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
    "ldr r7, [r0, #44]\n"                                                                                              \
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

/* A block's results are stored in the next block: those of a pair's last block, in the next pair's first, whose own
 * place is taken up only then. The first block of all stores what belongs to nothing. Aligned for ADR. */
#define INGOT_DENSE_X(name, block, drain)                                                                              \
    __attribute__((naked, noinline, aligned(4))) static void name(const ingot_x_job *job __attribute__((unused)))      \
    {                                                                                                                  \
        __asm__ volatile("push {r4-r11, lr}\n"                                                                         \
                         "vpush {d8-d15}\n"                                                                            \
                         "sub sp, #" INGOT_X_FRAME "\n"                                                                \
                         "ldr r9, [r0, #36]\n"                                                                         \
                         "vdup.16 q0, r9\n"                                                                            \
                         "vstrw.32 q0, [sp]\n"                                                                         \
                         "ldrd r9, r11, [r0]\n"                                                                         \
                         "strd r9, r11, [sp, #16]\n"                                                                    \
                         "ldrd r4, r6, [r0, #8]\n"                                                                     \
                         "strd r4, r6, [sp, #24]\n"                                                                    \
                         "ldrd r4, r6, [r0, #28]\n"                                                                    \
                         "strd r4, r6, [sp, #32]\n"                                                                    \
                         "ldrd r8, r4, [r0, #20]\n"                                                                    \
                         "str r4, [sp, #40]\n"                                                                         \
                         "ldr r5, [r0, #16]\n"                                                                         \
                         INGOT_X_BEGIN                                                                                 \
                         "add r5, r5, #" INGOT_X_NUMBER(INGOT_X_START) "\n"                                            \
                         "strd r5, r7, [sp, #48]\n"                                                                    \
                         "ldr r6, [r0, #40]\n"                                                                         \
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

INGOT_DENSE_X(ingot_dense_x, INGOT_X_WHOLE(), INGOT_X_DRAIN)
INGOT_DENSE_X(ingot_dense_x_signed, INGOT_X_WHOLE(_SIGNED), INGOT_X_DRAIN_SIGNED)

static void ingot_dense_x_run(const ingot_x_job *job, uint32_t flags)
{
    INGOT_CHECK_ALIGNED(job->records, 4);
    if (flags & INGOT_MAC_BELOW_ZERO)
        ingot_dense_x_signed(job);
    else
        ingot_dense_x(job);
}

/* Of a turn's four chunks, the first turn leaves out what makes a multiple of four of all behind the head. */
#define INGOT_X_HEAD 8
#define INGOT_X_CHUNK_BYTES 56
INGOT_INLINE void ingot_x_set_depth(ingot_x_job *job, unsigned chunks)
{
#if INGOT_X < 9
    (void)job;
    (void)chunks;
#else
    job->last = 16 * (chunks - 1);
    job->entry = -(chunks - INGOT_X_HEAD) % 4 * INGOT_X_CHUNK_BYTES + 1; /* Thumb */
#endif
}

/* `count` pixels, in_step and out_step bytes apart, of a depth of INGOT_X chunks. Reads up to 15 bytes past each pixel. */
static void ingot_dense_pixels(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                               unsigned count)
{
    const ingot_mac_params *p = d->params;
    const unsigned bytes = 2 * ingot_dense_record_bytes(d->depth), pass = (INGOT_X_PASS_BYTES + bytes - 1) / bytes;
    const unsigned whole = p->low == INT8_MIN && p->high == INT8_MAX ? d->channels / 8 : 0;
    unsigned todo = whole;
    const unsigned most = todo * bytes > INGOT_X_PASS_BYTES && count >= 4 ? pass : todo;
    ingot_dense other = *d; /* what goes to the other forms */
    ingot_x_job job; /* no initializer: that is a call of memset() */
    job.in_step = 2 * in_step;
    job.out_step = 2 * out_step;
    job.zero = p->out_zero;
    job.bytes = bytes;
    ingot_x_set_depth(&job, (d->depth + 15) / 16);
    for (; todo; todo -= job.blocks) {
        uint32_t flags = p->flags;
        job.blocks = todo < most ? todo : most;
        if (!(flags & INGOT_MAC_RIGHT_SHIFTS))
            job.blocks = ingot_dense_alike(other.records, bytes, job.blocks, &flags);
        if (flags & INGOT_MAC_RIGHT_SHIFTS) {
            job.records = other.records;
            job.in[0] = in;
            job.in[1] = in + in_step;
            job.out[0] = out;
            job.out[1] = out + out_step;
            job.pairs = count / 2;
            if (job.pairs)
                ingot_dense_x_run(&job, flags);
            if (count % 2) {
                /* The last one of an odd number is both pixels of a pair. */
                job.in[0] = job.in[1] = in + (count - 1) * in_step;
                job.out[0] = job.out[1] = out + (count - 1) * out_step;
                job.pairs = 1;
                ingot_dense_x_run(&job, flags);
            }
        } else {
            other.channels = job.blocks * 8;
            ingot_dense_s8(&other, in, in_step, out, out_step, count);
        }
        other.records += job.blocks * bytes;
        out += job.blocks * 8;
    }
    other.channels = d->channels - whole * 8;
    if (other.channels)
        ingot_dense_s8(&other, in, in_step, out, out_step, count);
}

#endif
