/* SPDX-License-Identifier: Apache-2.0 */
/* Two channels of dense layers with the DSP instructions of Cortex-M4, M7 and M33: their weights are widened once, for all
 * pixels of a call. */
#ifndef INGOT_DENSE_WIDE_DSP_H
#define INGOT_DENSE_WIDE_DSP_H

#include "dense_lanes_dsp.h"
#include "mac_result.h"
#include "scale_dsp.h"

/* Two channels times pairs of pixels, with weights that are widened already. */
typedef struct ingot_dense_wide_job {
    const int8_t *in;       /* two pixels, in_step bytes apart */
    unsigned in_step;
    int8_t *out;
    unsigned out_step;
    unsigned pairs;         /* of pixels */
    const uint32_t *wide;   /* of four bytes each: even and odd ones of channel 0, the same of channel 1 */
    unsigned chunks;
    int32_t bias[2];
    int32_t multiplier[2];
    int32_t offset[2];      /* quick: what rounds, and the zero point, both before the shift to the right */
    int32_t right[2];
    unsigned apart;         /* bytes from channel 0 to channel 1; 0: there is no channel 1 */
    int32_t left[2];        /* shift to the left before the product; quick: none */
    int32_t quick;          /* results saturate at -128 and 127, shifts go right, no sum overflows when it is doubled */
    int32_t zero, low, high;
} ingot_dense_wide_job;

/* The deepest layers whose weights are widened on the stack: four bytes for each of the depth. */
#define INGOT_DENSE_WIDE_CHUNKS 48u
#define INGOT_DENSE_WIDE_PIXELS 4u /* for fewer, to widen weights once takes longer than to do so for every two */

/* 64 products with 16 bytes of each pixel at r0 and r1; r2: weights, r3: chunks left, r4-r7: sums of channel 0 and 1 of
 * pixel 0, then of pixel 1. A Cortex-M7 issues a product beside a load or a widening. */
#define INGOT_DENSE_WIDE_TURN                                                                                          \
    "ldr r9, [r0, #0]\n"                                                                                               \
    "ldr r11, [r1, #0]\n"                                                                                              \
    "sxtb16 r8, r9\n"                                                                                                  \
    "ldr r12, [r2, #0]\n"                                                                                              \
    "sxtb16 r10, r11\n"                                                                                                \
    "ldr lr, [r2, #4]\n"                                                                                               \
    "sxtb16 r9, r9, ror #8\n"                                                                                          \
    "smlad r4, r8, r12, r4\n"                                                                                          \
    "sxtb16 r11, r11, ror #8\n"                                                                                        \
    "smlad r6, r10, r12, r6\n"                                                                                         \
    "ldr r12, [r2, #8]\n"                                                                                              \
    "smlad r4, r9, lr, r4\n"                                                                                           \
    "smlad r6, r11, lr, r6\n"                                                                                          \
    "ldr lr, [r2, #12]\n"                                                                                              \
    "smlad r5, r8, r12, r5\n"                                                                                          \
    "ldr r8, [r1, #4]\n"                                                                                               \
    "smlad r7, r10, r12, r7\n"                                                                                         \
    "ldr r12, [r0, #4]\n"                                                                                              \
    "smlad r5, r9, lr, r5\n"                                                                                           \
    "ldr r9, [r2, #16]\n"                                                                                              \
    "smlad r7, r11, lr, r7\n"                                                                                          \
    "sxtb16 r11, r12\n"                                                                                                \
    "sxtb16 lr, r8\n"                                                                                                  \
    "ldr r10, [r2, #20]\n"                                                                                             \
    "sxtb16 r12, r12, ror #8\n"                                                                                        \
    "smlad r4, r11, r9, r4\n"                                                                                          \
    "sxtb16 r8, r8, ror #8\n"                                                                                          \
    "smlad r6, lr, r9, r6\n"                                                                                           \
    "ldr r9, [r2, #24]\n"                                                                                              \
    "smlad r4, r12, r10, r4\n"                                                                                         \
    "smlad r6, r8, r10, r6\n"                                                                                          \
    "ldr r10, [r2, #28]\n"                                                                                             \
    "smlad r5, r11, r9, r5\n"                                                                                          \
    "ldr r11, [r1, #8]\n"                                                                                              \
    "smlad r7, lr, r9, r7\n"                                                                                           \
    "ldr r9, [r0, #8]\n"                                                                                               \
    "smlad r5, r12, r10, r5\n"                                                                                         \
    "ldr r12, [r2, #32]\n"                                                                                             \
    "smlad r7, r8, r10, r7\n"                                                                                          \
    "sxtb16 r8, r9\n"                                                                                                  \
    "sxtb16 r10, r11\n"                                                                                                \
    "ldr lr, [r2, #36]\n"                                                                                              \
    "sxtb16 r9, r9, ror #8\n"                                                                                          \
    "smlad r4, r8, r12, r4\n"                                                                                          \
    "sxtb16 r11, r11, ror #8\n"                                                                                        \
    "smlad r6, r10, r12, r6\n"                                                                                         \
    "ldr r12, [r2, #40]\n"                                                                                             \
    "smlad r4, r9, lr, r4\n"                                                                                           \
    "smlad r6, r11, lr, r6\n"                                                                                          \
    "ldr lr, [r2, #44]\n"                                                                                              \
    "smlad r5, r8, r12, r5\n"                                                                                          \
    "ldr r8, [r1, #12]\n"                                                                                              \
    "smlad r7, r10, r12, r7\n"                                                                                         \
    "ldr r12, [r0, #12]\n"                                                                                             \
    "smlad r5, r9, lr, r5\n"                                                                                           \
    "ldr r9, [r2, #48]\n"                                                                                              \
    "smlad r7, r11, lr, r7\n"                                                                                          \
    "sxtb16 r11, r12\n"                                                                                                \
    "sxtb16 lr, r8\n"                                                                                                  \
    "ldr r10, [r2, #52]\n"                                                                                             \
    "sxtb16 r12, r12, ror #8\n"                                                                                        \
    "smlad r4, r11, r9, r4\n"                                                                                          \
    "sxtb16 r8, r8, ror #8\n"                                                                                          \
    "smlad r6, lr, r9, r6\n"                                                                                           \
    "ldr r9, [r2, #56]\n"                                                                                              \
    "subs r3, #1\n"                                                                                                    \
    "smlad r4, r12, r10, r4\n"                                                                                         \
    "add r1, #16\n"                                                                                                    \
    "smlad r6, r8, r10, r6\n"                                                                                          \
    "ldr r10, [r2, #60]\n"                                                                                             \
    "smlad r5, r11, r9, r5\n"                                                                                          \
    "add r0, #16\n"                                                                                                    \
    "smlad r7, lr, r9, r7\n"                                                                                           \
    "add r2, #64\n"                                                                                                    \
    "smlad r5, r12, r10, r5\n"                                                                                         \
    "smlad r7, r8, r10, r7\n"

/* Four sums to results, none waiting for the one before it: r4 r6 of channel 0, r5 r7 of channel 1; r8 r9: multipliers, r0
 * r1: shifts to the right, lr: the job. Sums are doubled before SMMULR, so that it rounds as LiteRT does; negative ties go
 * down. */
#define INGOT_DENSE_WIDE_QUICK                                                                                         \
    "lsl r4, r4, #1\n"                                                                                                 \
    "lsl r5, r5, #1\n"                                                                                                 \
    "lsl r6, r6, #1\n"                                                                                                 \
    "ldr r10, [lr, #44]\n"                                                                                             \
    "smmulr r4, r4, r8\n"                                                                                              \
    "lsl r7, r7, #1\n"                                                                                                 \
    "smmulr r5, r5, r9\n"                                                                                              \
    "ldr r11, [lr, #48]\n"                                                                                             \
    "smmulr r6, r6, r8\n"                                                                                              \
    "add r4, r4, r4, asr #31\n"                                                                                        \
    "smmulr r7, r7, r9\n"                                                                                              \
    "add r5, r5, r5, asr #31\n"                                                                                        \
    "add r6, r6, r6, asr #31\n"                                                                                        \
    "add r4, r4, r10\n"                                                                                                \
    "add r7, r7, r7, asr #31\n"                                                                                        \
    "add r5, r5, r11\n"                                                                                                \
    "add r6, r6, r10\n"                                                                                                \
    "asr r4, r4, r0\n"                                                                                                 \
    "add r7, r7, r11\n"                                                                                                \
    "asr r5, r5, r1\n"                                                                                                 \
    "asr r6, r6, r0\n"                                                                                                 \
    "ssat r4, #8, r4\n"                                                                                                \
    "asr r7, r7, r1\n"                                                                                                 \
    "ssat r5, #8, r5\n"                                                                                                \
    "ssat r6, #8, r6\n"                                                                                                \
    "ssat r7, #8, r7\n"

__attribute__((naked, noinline)) static void ingot_dense_wide(ingot_dense_wide_job *job __attribute__((unused)))
{
    __asm__ volatile("push {r0, r4-r11, lr}\n"
                     "mov lr, r0\n"
                     "1:\n"
                     "ldr r0, [lr]\n"
                     "ldr r3, [lr, #4]\n"
                     "ldr r4, [lr, #28]\n"
                     "ldr r5, [lr, #32]\n"
                     "add r1, r0, r3\n"
                     "mov r6, r4\n"
                     "add r3, r1, r3\n"
                     "mov r7, r5\n"
                     "str r3, [lr]\n"
                     "ldr r2, [lr, #20]\n"
                     "ldr r3, [lr, #24]\n"
                     "2:\n" INGOT_DENSE_WIDE_TURN
                     "bne 2b\n"
                     "ldr lr, [sp]\n"
                     "ldr r12, [lr, #72]\n"
                     "ldr r8, [lr, #36]\n"
                     "ldr r9, [lr, #40]\n"
                     "ldr r0, [lr, #52]\n"
                     "cmp r12, #0\n"
                     "ldr r1, [lr, #56]\n"
                     "beq 4f\n"
                     INGOT_DENSE_WIDE_QUICK
                     "3:\n"
                     "ldr r2, [lr, #8]\n"
                     "ldr r12, [lr, #60]\n"
                     "ldr r3, [lr, #12]\n"
                     "ldr r1, [lr, #16]\n"
                     "strb r5, [r2, r12]\n"
                     "strb r4, [r2]\n"
                     "add r2, r2, r3\n"
                     "subs r1, #1\n"
                     "strb r7, [r2, r12]\n"
                     "strb r6, [r2]\n"
                     "add r2, r2, r3\n"
                     "str r1, [lr, #16]\n"
                     "str r2, [lr, #8]\n"
                     "bne 1b\n"
                     "pop {r0, r4-r11, pc}\n"
                     "4:\n"
                     "ldr r2, [lr, #64]\n"
                     "ldr r3, [lr, #68]\n"
                     "ldr r10, [lr, #76]\n"
                     "ldr r11, [lr, #80]\n"
                     INGOT_SCALE_EXACT("r4", "r2", "r8", "r0")
                     INGOT_SCALE_EXACT("r5", "r3", "r9", "r1")
                     INGOT_SCALE_EXACT("r6", "r2", "r8", "r0")
                     INGOT_SCALE_EXACT("r7", "r3", "r9", "r1")
                     "ldr r12, [lr, #84]\n"
                     INGOT_SCALE_HIGH("r4") INGOT_SCALE_HIGH("r5")
                     INGOT_SCALE_HIGH("r6") INGOT_SCALE_HIGH("r7")
                     "b 3b\n");
}

#ifdef INGOT_W4
static void ingot_dense_widen_lanes(const int8_t *weights, uint32_t *wide, unsigned chunks)
{
    for (; chunks; chunks--, weights += INGOT_DENSE_CHUNK_BYTES)
        for (unsigned at = 0; at < 16; at += 4, wide += 4) {
            const uint32_t a = ingot_dense_word_a(weights + at), b = ingot_dense_word_b(weights + at);
            wide[0] = (uint32_t)ingot_even_bytes(a);
            wide[1] = (uint32_t)ingot_odd_bytes(a);
            wide[2] = (uint32_t)ingot_even_bytes(b);
            wide[3] = (uint32_t)ingot_odd_bytes(b);
        }
}
#else
/* Weights of two lanes for ingot_dense_wide(). A Cortex-M7 issues a widening beside a load or a store. */
__attribute__((noinline)) static void ingot_dense_widen_lanes(const int8_t *weights, uint32_t *wide, unsigned chunks)
{
    for (; chunks; chunks--, weights += 64, wide += 16) {
        uint32_t a, b, c, d, e, f, g, h;
        __asm__ volatile("ldr %[a], [%[from], #0]\n"
                         "ldr %[b], [%[from], #16]\n"
                         "sxtb16 %[c], %[a]\n"
                         "sxtb16 %[a], %[a], ror #8\n"
                         "ldr %[e], [%[from], #4]\n"
                         "sxtb16 %[d], %[b]\n"
                         "sxtb16 %[b], %[b], ror #8\n"
                         "strd %[c], %[a], [%[to], #0]\n"
                         "sxtb16 %[g], %[e]\n"
                         "sxtb16 %[e], %[e], ror #8\n"
                         "ldr %[f], [%[from], #20]\n"
                         "sxtb16 %[h], %[f]\n"
                         "strd %[g], %[e], [%[to], #16]\n"
                         "strd %[d], %[b], [%[to], #8]\n"
                         "sxtb16 %[f], %[f], ror #8\n"
                         "ldr %[b], [%[from], #24]\n"
                         "sxtb16 %[d], %[b]\n"
                         "ldr %[a], [%[from], #8]\n"
                         "strd %[h], %[f], [%[to], #24]\n"
                         "sxtb16 %[c], %[a]\n"
                         "ldr %[e], [%[from], #12]\n"
                         "sxtb16 %[b], %[b], ror #8\n"
                         "sxtb16 %[g], %[e]\n"
                         "sxtb16 %[e], %[e], ror #8\n"
                         "sxtb16 %[a], %[a], ror #8\n"
                         "ldr %[f], [%[from], #28]\n"
                         "sxtb16 %[h], %[f]\n"
                         "sxtb16 %[f], %[f], ror #8\n"
                         "strd %[c], %[a], [%[to], #32]\n"
                         "strd %[h], %[f], [%[to], #56]\n"
                         "strd %[g], %[e], [%[to], #48]\n"
                         "strd %[d], %[b], [%[to], #40]\n"
                         : [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [e] "=&r"(e), [f] "=&r"(f),
                           [g] "=&r"(g), [h] "=&r"(h)
                         : [from] "r"(weights), [to] "r"(wide)
                         : "memory");
    }
}
#endif

/* Two lanes of a record, prepared for ingot_dense_wide(). lanes: 1 when the second one stands for no channel. */
INGOT_INLINE void ingot_dense_widen(ingot_dense_wide_job *job, const ingot_mac_params *p, const int8_t *record,
                                    unsigned lane, unsigned lanes, uint32_t *wide)
{
    const int32_t bias[2] = {ingot_dense_bias((const int32_t *)record, lane),
                             ingot_dense_bias((const int32_t *)record, lane + 1)};
    const int8_t *weights = record + 16 + INGOT_DENSE_CHUNK_BYTES / 4 * lane;
    const int32_t *scaling = (const int32_t *)(record + 16 + INGOT_DENSE_CHUNK_BYTES * job->chunks) + lane;
    job->quick = ingot_scale_saturates(p);
    for (unsigned i = 0; i < lanes; i++)
        job->quick &= ingot_scale_is_quick(bias[i], scaling[4 + i]);
    for (unsigned i = 0; i < 2; i++) {
        const int32_t shift = scaling[4 + i], left = shift > 0 ? shift : 0;
        job->bias[i] = bias[i];
        job->multiplier[i] = scaling[i];
        job->right[i] = left - shift;
        job->left[i] = left;
        job->offset[i] = job->quick ? ingot_scale_offset(p, shift) : 0;
    }
    ingot_dense_widen_lanes(weights, wide, job->chunks);
}

/* One or two lanes of a record, from `lane` on, for `count` pixels. wide: 64 bytes for every chunk. */
static void ingot_dense_two_channels(const ingot_dense *d, const int8_t *record, unsigned lane, unsigned lanes,
                                     const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step, unsigned apart,
                                     unsigned count, uint32_t *wide)
{
    ingot_dense_wide_job job; /* no initializer: where some of it is zero, that is a call of memset() */
    job.in = in;
    job.in_step = in_step;
    job.out = out;
    job.out_step = out_step;
    job.pairs = count / 2;
    job.wide = wide;
    job.chunks = (d->depth + 15) / 16;
    job.apart = lanes == 1 ? 0 : apart;
    job.zero = d->params->out_zero;
    job.low = d->params->low;
    job.high = d->params->high;
    ingot_dense_widen(&job, d->params, record, lane, lanes, wide);
    if (job.pairs)
        ingot_dense_wide(&job);
    if (count % 2) {
        /* The last one of an odd number is both pixels of a pair. */
        job.in_step = job.out_step = 0;
        job.pairs = 1;
        ingot_dense_wide(&job);
    }
}

#endif
