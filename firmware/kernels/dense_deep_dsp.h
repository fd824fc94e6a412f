/* SPDX-License-Identifier: Apache-2.0 */
/* Dense layers that are too deep to widen their pixels on the stack, with the DSP instructions of Cortex-M4, M7 and M33:
 * what is multiplied is widened each time. */
#ifndef INGOT_DENSE_DEEP_DSP_H
#define INGOT_DENSE_DEEP_DSP_H

#include "dense_lanes_dsp.h"

/* Bytes of input that all records are multiplied with before the next ones are: they stay in the data cache meanwhile. */
#define INGOT_DENSE_PASS_BYTES 8192

/* Four bytes of weights at r2 times four of each pixel: 20 instructions for 16 products. r8 r9: pixel 0, even and odd
 * bytes; r10 r11: pixel 1; r12 lr: weights. */
#define INGOT_DENSE_2X2(pixel0, pixel1, weights_a, weights_b)                                                          \
    "ldr r8, " pixel0 "\n"                                                                                             \
    "ldr r10, " pixel1 "\n"                                                                                            \
    INGOT_DENSE_WEIGHTS_B(weights_b)                                                                                   \
    "sxtb16 r9, r8, ror #8\n"                                                                                          \
    "sxtb16 r8, r8\n"                                                                                                  \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "sxtb16 r10, r10\n"                                                                                                \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r5, r9, lr, r5\n"                                                                                           \
    "smlad r7, r11, lr, r7\n"                                                                                          \
    "smlad r5, r8, r12, r5\n"                                                                                          \
    "smlad r7, r10, r12, r7\n"                                                                                         \
    INGOT_DENSE_WEIGHTS_A(weights_a)                                                                                   \
    "sxtb16 lr, r12, ror #8\n"                                                                                         \
    "sxtb16 r12, r12\n"                                                                                                \
    "smlad r4, r9, lr, r4\n"                                                                                           \
    "smlad r6, r11, lr, r6\n"                                                                                          \
    "smlad r4, r8, r12, r4\n"                                                                                          \
    "smlad r6, r10, r12, r6\n"

/* What ingot_dense_2x4() works on. sums: of pixel 0, then of pixel 1. */
typedef struct ingot_dense_job {
    const int8_t *pixel[2];
    const int8_t *record;
    unsigned chunks;
    int32_t sums[2][4];
} ingot_dense_job;

/* Two pixels times the four lanes of a record, two lanes at a time. Reads whole chunks of 16 bytes. */
__attribute__((naked, noinline)) static void ingot_dense_2x4(ingot_dense_job *job __attribute__((unused)))
{
    __asm__ volatile("mov r1, r0\n"
                     "push {r0, r1, r4-r11, lr}\n"
                     "mov r12, r0\n"
                     "ldm r12, {r0-r3}\n"
                     "ldrd r4, r5, [r2]\n"
                     "adds r2, #16\n"
                     "1:\n" INGOT_DENSE_BIASED
                     "mov r6, r4\n"
                     "mov r7, r5\n"
                     "2:\n"
                     INGOT_DENSE_2X2("[r0, #12]", "[r1, #12]", "[r2, #12]", INGOT_DENSE_LANE_B("12"))
                     INGOT_DENSE_2X2("[r0, #8]", "[r1, #8]", "[r2, #8]", INGOT_DENSE_LANE_B("8"))
                     INGOT_DENSE_2X2("[r0, #4]", "[r1, #4]", "[r2, #4]", INGOT_DENSE_LANE_B("4"))
                     INGOT_DENSE_2X2("[r0], #16", "[r1], #16", "[r2], " INGOT_DENSE_CHUNK, INGOT_DENSE_LANE_B("0"))
                     "subs r3, #1\n"
                     "bne 2b\n" INGOT_DENSE_SUMMED
                     /* Once more for lanes 2 and 3, if this was for 0 and 1: then the job is still in the first slot. */
                     "ldr r12, [sp]\n"
                     "cmp r12, #0\n"
                     "beq 3f\n"
                     "str r3, [sp]\n"
                     "strd r4, r5, [r12, #16]\n"
                     "strd r6, r7, [r12, #32]\n"
                     "ldm r12, {r0-r3}\n"
                     "ldrd r4, r5, [r2, #8]\n"
                     "adds r2, " INGOT_DENSE_LANES_2 "\n"
                     "b 1b\n"
                     "3:\n"
                     "ldr r12, [sp, #4]\n"
                     "strd r4, r5, [r12, #24]\n"
                     "strd r6, r7, [r12, #40]\n"
                     "add sp, #8\n"
                     "pop {r4-r11, pc}\n");
}

/* `count` pixels, in_step and out_step bytes apart, times all records. Reads up to 15 bytes past each pixel. */
static void ingot_dense_deep_pass(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out,
                                  unsigned out_step, unsigned count)
{
    const int32_t zero = d->params->out_zero, low = d->params->low, high = d->params->high;
    const unsigned paired = d->channels & ~7u, bytes = ingot_dense_record_bytes(d->depth);
    INGOT_CHECK_ALIGNED(d->records, 4);
    ingot_dense_job job = {.record = d->records, .chunks = (d->depth + 15) / 16};
    for (unsigned quad = 0; quad * 4 < d->channels; quad++, job.record += bytes) {
        const int32_t *end = (const int32_t *)(job.record + bytes);
        /* The record's first channel, how far its channels are apart, and how many it has. */
        const unsigned first = quad * 4 < paired ? quad / 2 * 8 + quad % 2 : quad * 4;
        const unsigned apart = quad * 4 < paired ? 2 : 1;
        const unsigned lanes = quad * 4 < paired || d->channels - first > 4 ? 4 : d->channels - first;
        int8_t *to = out + first;
        job.pixel[0] = in;
        for (unsigned left = count, pixels; left; left -= pixels) {
            /* The last one of an odd number is both pixels of a pair. */
            pixels = left > 1 ? 2 : 1;
            job.pixel[1] = job.pixel[0] + (left > 1 ? in_step : 0);
            ingot_dense_2x4(&job);
            int8_t *a = to, *b = to + (left > 1 ? out_step : 0);
#ifdef INGOT_DENSE_ADJUSTED
            for (unsigned lane = 0; lane < lanes; lane++) {
                job.sums[0][lane] += d->adjust[count - left];
                job.sums[1][lane] += d->adjust[count - left + 1];
            }
#endif
            for (unsigned lane = 0; lane < lanes; lane++, a += apart, b += apart) {
                const int32_t multiplier = end[-8 + (int)lane], shift = end[-4 + (int)lane];
                *a = (int8_t)ingot_clamp(ingot_mac_result(job.sums[0][lane], multiplier, shift, zero), low, high);
                *b = (int8_t)ingot_clamp(ingot_mac_result(job.sums[1][lane], multiplier, shift, zero), low, high);
            }
            job.pixel[0] += 2 * in_step;
            to += 2 * out_step;
        }
    }
}

/* The same for any number of pixels. */
static void ingot_dense_deep(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                             unsigned count)
{
    const unsigned most = in_step < INGOT_DENSE_PASS_BYTES / 2 ? (INGOT_DENSE_PASS_BYTES / in_step) & ~1u : 2;
    ingot_dense pass = *d;
    while (count) {
        const unsigned pixels = count < most ? count : most;
        ingot_dense_deep_pass(&pass, in, in_step, out, out_step, pixels);
#ifdef INGOT_DENSE_ADJUSTED
        pass.adjust += pixels;
#endif
        in += pixels * in_step;
        out += pixels * out_step;
        count -= pixels;
    }
}

#endif
