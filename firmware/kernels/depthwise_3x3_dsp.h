/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of 3x3 depthwise convolutions with the DSP instructions of Cortex-M4, M7 and M33: four channels at a time.
 *
 * What lies under the windows of some neighbouring outputs is widened once, column by column (depthwise_line_dsp.h): rows
 * 0 and 1 of the kernel together as the operands of SMLAD, row 2 alone. */
#ifndef INGOT_DEPTHWISE_3X3_DSP_H
#define INGOT_DEPTHWISE_3X3_DSP_H

#include "depthwise_line_dsp.h"
#include "scale_dsp.h"

/* Outputs side by side of four channels. */
typedef struct ingot_depthwise_four {
    const uint32_t *line; /* the columns of the first output */
    int8_t *out;
    int32_t pixels;
    int32_t step;     /* bytes from the columns of an output to those of the next one */
    int32_t out_step;
    int32_t quick;    /* the scales suit INGOT_DEPTHWISE_QUICK */
    int32_t bias[4];
    uint32_t weights[18]; /* of each column of the kernel: as the columns of the line */
    int32_t multiplier[4];
    int32_t right[4];  /* shift to the right */
    int32_t offset[4]; /* quick: what rounds, and the zero point, before that shift; else: shift to the left */
    int32_t zero, low, high;
} ingot_depthwise_four;

/* Nine taps of an output. r0: its columns, lr: the job, r4-r7: sums. A Cortex-M7 issues a product beside a load. */
#define INGOT_DEPTHWISE_TAPS                                                                                           \
    "ldrd r4, r5, [lr, #24]\n"                                                                                         \
    "ldr r8, [r0, #0]\n"                                                                                               \
    "ldr r9, [lr, #40]\n"                                                                                              \
    "ldr r10, [r0, #4]\n"                                                                                              \
    "ldr r11, [lr, #44]\n"                                                                                             \
    "ldrd r6, r7, [lr, #32]\n"                                                                                         \
    "ldr r3, [r0, #16]\n"                                                                                              \
    "smlad r4, r8, r9, r4\n"                                                                                           \
    "ldr r12, [lr, #56]\n"                                                                                             \
    "smlad r6, r10, r11, r6\n"                                                                                         \
    "ldr r10, [r0, #12]\n"                                                                                             \
    "ldr r8, [r0, #8]\n"                                                                                               \
    "ldr r9, [lr, #48]\n"                                                                                              \
    "smlabb r4, r3, r12, r4\n"                                                                                         \
    "ldr r11, [lr, #52]\n"                                                                                             \
    "smlatt r6, r3, r12, r6\n"                                                                                         \
    "smlad r5, r8, r9, r5\n"                                                                                           \
    "ldr r9, [lr, #64]\n"                                                                                              \
    "ldr r3, [r0, #20]\n"                                                                                              \
    "ldr r12, [lr, #60]\n"                                                                                             \
    "smlad r7, r10, r11, r7\n"                                                                                         \
    "ldr r8, [r0, #24]\n"                                                                                              \
    "smlabb r5, r3, r12, r5\n"                                                                                         \
    "ldr r10, [r0, #28]\n"                                                                                             \
    "smlatt r7, r3, r12, r7\n"                                                                                         \
    "ldr r11, [lr, #68]\n"                                                                                             \
    "smlad r4, r8, r9, r4\n"                                                                                           \
    "ldr r9, [lr, #72]\n"                                                                                              \
    "ldr r3, [r0, #40]\n"                                                                                              \
    "ldr r12, [lr, #80]\n"                                                                                             \
    "smlad r6, r10, r11, r6\n"                                                                                         \
    "ldr r8, [r0, #32]\n"                                                                                              \
    "smlabb r4, r3, r12, r4\n"                                                                                         \
    "ldr r10, [r0, #36]\n"                                                                                             \
    "smlatt r6, r3, r12, r6\n"                                                                                         \
    "ldr r11, [lr, #76]\n"                                                                                             \
    "smlad r5, r8, r9, r5\n"                                                                                           \
    "ldr r3, [r0, #44]\n"                                                                                              \
    "ldr r12, [lr, #84]\n"                                                                                             \
    "ldr r8, [r0, #48]\n"                                                                                              \
    "smlad r7, r10, r11, r7\n"                                                                                         \
    "ldr r9, [lr, #88]\n"                                                                                              \
    "smlabb r5, r3, r12, r5\n"                                                                                         \
    "ldr r11, [lr, #92]\n"                                                                                             \
    "smlad r4, r8, r9, r4\n"                                                                                           \
    "ldr r10, [r0, #52]\n"                                                                                             \
    "smlatt r7, r3, r12, r7\n"                                                                                         \
    "ldr r3, [r0, #64]\n"                                                                                              \
    "ldr r8, [r0, #56]\n"                                                                                              \
    "ldr r12, [lr, #104]\n"                                                                                            \
    "smlad r6, r10, r11, r6\n"                                                                                         \
    "ldr r9, [lr, #96]\n"                                                                                              \
    "smlabb r4, r3, r12, r4\n"                                                                                         \
    "ldr r10, [r0, #60]\n"                                                                                             \
    "smlatt r6, r3, r12, r6\n"                                                                                         \
    "ldr r11, [lr, #100]\n"                                                                                            \
    "smlad r5, r8, r9, r5\n"                                                                                           \
    "ldr r3, [r0, #68]\n"                                                                                              \
    "smlad r7, r10, r11, r7\n"                                                                                         \
    "ldr r12, [lr, #108]\n"                                                                                            \
    "smlabb r5, r3, r12, r5\n"                                                                                         \
    "smlatt r7, r3, r12, r7\n"

/* Sums to results, and on to the next output. r1: where results go, r2: outputs left. Sums are doubled before SMMULR, so
 * that it rounds as LiteRT does; negative ties go down. */
#define INGOT_DEPTHWISE_QUICK                                                                                          \
    "ldr r8, [lr, #112]\n"                                                                                             \
    "ldr r9, [lr, #116]\n"                                                                                             \
    "lsl r4, r4, #1\n"                                                                                                 \
    "lsl r5, r5, #1\n"                                                                                                 \
    "smmulr r4, r4, r8\n"                                                                                              \
    "ldr r11, [lr, #124]\n"                                                                                            \
    "lsl r6, r6, #1\n"                                                                                                 \
    "ldr r10, [lr, #120]\n"                                                                                            \
    "smmulr r5, r5, r9\n"                                                                                              \
    "ldr r8, [lr, #144]\n"                                                                                             \
    "lsl r7, r7, #1\n"                                                                                                 \
    "ldr r9, [lr, #148]\n"                                                                                             \
    "smmulr r6, r6, r10\n"                                                                                             \
    "add r4, r4, r4, asr #31\n"                                                                                        \
    "smmulr r7, r7, r11\n"                                                                                             \
    "ldr r11, [lr, #156]\n"                                                                                            \
    "add r5, r5, r5, asr #31\n"                                                                                        \
    "add r5, r5, r9\n"                                                                                                 \
    "add r6, r6, r6, asr #31\n"                                                                                        \
    "ldr r10, [lr, #152]\n"                                                                                            \
    "add r7, r7, r7, asr #31\n"                                                                                        \
    "add r6, r6, r10\n"                                                                                                \
    "add r4, r4, r8\n"                                                                                                 \
    "ldr r10, [lr, #136]\n"                                                                                            \
    "ldr r8, [lr, #128]\n"                                                                                             \
    "ldr r12, [lr, #16]\n"                                                                                             \
    "add r7, r7, r11\n"                                                                                                \
    "asr r4, r4, r8\n"                                                                                                 \
    "ldr r9, [lr, #132]\n"                                                                                             \
    "asr r5, r5, r9\n"                                                                                                 \
    "ldr r3, [lr, #12]\n"                                                                                              \
    "ssat r5, #8, r5\n"                                                                                                \
    "ldr r11, [lr, #140]\n"                                                                                            \
    "asr r6, r6, r10\n"                                                                                                \
    "subs r2, r2, #1\n"                                                                                                \
    "asr r7, r7, r11\n"                                                                                                \
    "ssat r7, #8, r7\n"                                                                                                \
    "ssat r4, #8, r4\n"                                                                                                \
    "strb r5, [r1, #1]\n"                                                                                              \
    "add r0, r0, r3\n"                                                                                                 \
    "strb r4, [r1, #0]\n"                                                                                              \
    "ssat r6, #8, r6\n"                                                                                                \
    "strb r7, [r1, #3]\n"                                                                                              \
    "strb r6, [r1, #2]\n"                                                                                              \
    "add r1, r1, r12\n"

#define INGOT_DEPTHWISE_EXACT(sum, at)                                                                                 \
    "ldr r8, [lr, #112 + " at "]\n"                                                                                    \
    "ldr r9, [lr, #128 + " at "]\n"                                                                                    \
    "ldr r3, [lr, #144 + " at "]\n" INGOT_SCALE_EXACT(sum, "r3", "r8", "r9")

__attribute__((naked, noinline)) static void ingot_depthwise_pixels(ingot_depthwise_four *job __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "mov lr, r0\n"
                     "ldm lr, {r0-r2}\n"
                     "1:\n"
                     INGOT_DEPTHWISE_TAPS
                     "ldr r3, [lr, #20]\n"
                     "cmp r3, #0\n"
                     "beq 3f\n"
                     INGOT_DEPTHWISE_QUICK
                     "bne 1b\n"
                     "pop {r4-r11, pc}\n"
                     "3:\n"
                     "ldrd r10, r11, [lr, #160]\n"
                     INGOT_DEPTHWISE_EXACT("r4", "0") INGOT_DEPTHWISE_EXACT("r5", "4")
                     INGOT_DEPTHWISE_EXACT("r6", "8") INGOT_DEPTHWISE_EXACT("r7", "12")
                     "ldr r12, [lr, #168]\n"
                     INGOT_SCALE_HIGH("r4") INGOT_SCALE_HIGH("r5") INGOT_SCALE_HIGH("r6") INGOT_SCALE_HIGH("r7")
                     "ldrd r3, r12, [lr, #12]\n"
                     "strb r4, [r1]\n"
                     "strb r5, [r1, #1]\n"
                     "strb r6, [r1, #2]\n"
                     "strb r7, [r1, #3]\n"
                     "add r0, r0, r3\n"
                     "add r1, r1, r12\n"
                     "subs r2, r2, #1\n"
                     "bne 1b\n"
                     "pop {r4-r11, pc}\n");
}

/* Bias and scale of channel i for the quick form. factor: twice the zero point and one more. */
INGOT_INLINE void ingot_depthwise_scale(ingot_depthwise_four *job, unsigned i, const int32_t *word, int32_t factor)
{
    job->bias[i] = word[0];
    job->multiplier[i] = word[16];
    job->right[i] = -ingot_scale_shift(word[16], word[32]);
    job->offset[i] = ingot_scale_offset(factor, job->right[i]);
    job->quick &= ingot_scale_is_quick(word[0], word[16], word[32]);
}

/* Weights, biases and scales of the channels from c on. */
static void ingot_depthwise_begin(const ingot_depthwise *k, ingot_depthwise_four *job, unsigned c,
                                  const ingot_mac_params *p)
{
    const int8_t *group = (const int8_t *)(p + 1) + c / 16 * ingot_depthwise_group_bytes(k), *weights = group + c % 16;
    uint32_t *to = job->weights;
    for (unsigned column = 3; column; column--, weights += 16)
        to = ingot_depthwise_column(to, ingot_word_at(weights), ingot_word_at(weights + 16 * 3),
                                    ingot_word_at(weights + 16 * 6));
    /* Channels c, c + 1, c + 2, c + 3 stand at 0, 8, 4, 12 (ingot_depthwise_slot). */
    const int32_t *words = (const int32_t *)(group + 16 * 9) + c % 16 / 4;
    const int32_t factor = 2 * p->out_zero + 1;
    job->quick = ingot_scale_saturates(p);
    ingot_depthwise_scale(job, 0, words, factor);
    ingot_depthwise_scale(job, 1, words + 8, factor);
    ingot_depthwise_scale(job, 2, words + 4, factor);
    ingot_depthwise_scale(job, 3, words + 12, factor);
    for (unsigned i = 0; !job->quick && i < 4; i++) {
        const int32_t shift = words[32 + (i & 1) * 8 + (i & 2) * 2];
        job->offset[i] = shift > 0 ? shift : 0;
        job->right[i] = job->offset[i] - shift;
    }
}

/* Rows of an image that a call produces. */
typedef struct ingot_depthwise_band {
    const int8_t *image;
    int8_t *out; /* row 0, or the ring's first */
    unsigned y, n, ring;
} ingot_depthwise_band;

/* The outputs x .. x + count - 1 of some channels, less than four, to `to`. */
static void ingot_depthwise_some(const ingot_depthwise *k, ingot_depthwise_four *job, int8_t *to, unsigned channels)
{
    int8_t four[4 * INGOT_DEPTHWISE_LINE];
    const int pixels = job->pixels;
    job->out = four;
    job->out_step = 4;
    ingot_depthwise_pixels(job);
    for (int i = 0; i < pixels; i++, to += k->out_c)
        for (unsigned c = 0; c < channels; c++)
            to[c] = four[4 * i + (int)c];
}

/* A row of four channels, or of the last ones. */
static void ingot_depthwise_four_row(const ingot_depthwise *k, ingot_depthwise_four *job,
                                     const ingot_depthwise_band *band, int y, unsigned c, uint32_t zeros)
{
    uint32_t line[INGOT_DEPTHWISE_LINE * INGOT_DEPTHWISE_COLUMN];
    ingot_depthwise_lines lines = {.zeros = zeros};
    int8_t *to = band->out + ingot_row_offset((unsigned)y, band->ring, k->out_w * k->out_c) + c;
    for (int i = 0, in_y = y * k->stride_h - k->pad_top; i < 3; i++, in_y += k->dilation_h) {
        const int inside = (unsigned)in_y < k->in_h;
        lines.pitch[i] = inside ? k->in_c : 0;
        lines.row[i] = inside ? band->image + ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * k->in_c) + c
                              : (const int8_t *)&lines.zeros;
    }
    /* Windows share columns, or have three of their own. */
    const int shared = k->dilation_w == 1 && k->stride_w < 3, stride = shared ? k->stride_w : 3;
    const int most = (INGOT_DEPTHWISE_LINE - 3) / stride + 1;
    int column = -k->pad_left;
    job->step = stride * (int32_t)(sizeof *line * INGOT_DEPTHWISE_COLUMN);
    job->line = line;
    for (int left = k->out_w; left > 0; left -= most, column += most * k->stride_w, to += most * k->out_c) {
        const int count = left < most ? left : most;
        if (shared) {
            ingot_depthwise_columns(line, &lines, column, (count - 1) * stride + 3, k->in_w);
        } else {
            uint32_t *end = line;
            for (int i = 0, x = column; i < count; i++, x += k->stride_w)
                for (int j = 0; j < 3; j++)
                    end = ingot_depthwise_columns(end, &lines, x + j * k->dilation_w, 1, k->in_w);
        }
        job->pixels = count;
        if (k->in_c - c < 4) {
            ingot_depthwise_some(k, job, to, k->in_c - c);
            continue;
        }
        job->out = to;
        job->out_step = k->out_c;
        ingot_depthwise_pixels(job);
    }
}

/* Rows of one image. Reads up to three bytes past each pixel. */
static void ingot_depthwise_3x3_band(const ingot_depthwise *k, const ingot_depthwise_band *band,
                                     const ingot_mac_params *p)
{
    ingot_depthwise_four job; /* no initializer: that would be a call of memset() */
    job.zero = p->out_zero;
    job.low = p->low;
    job.high = p->high;
    for (unsigned c = 0; c < k->in_c; c += 4) {
        ingot_depthwise_begin(k, &job, c, p);
        for (unsigned y = band->y; y < band->y + band->n; y++)
            ingot_depthwise_four_row(k, &job, band, (int)y, c, (uint8_t)p->in_zero * 0x01010101u);
    }
}

static void ingot_depthwise_3x3_dsp(const ingot_depthwise *k, const int8_t *in, int8_t *out, const ingot_mac_params *p,
                                    unsigned y, unsigned n)
{
    ingot_depthwise_band band = {in, out, y, n, k->out_ring};
    if (k->batches > 1) {
        band.y = band.ring = 0;
        band.n = k->out_h;
    }
    for (unsigned image = 0; image < k->batches; image++) {
        ingot_depthwise_3x3_band(k, &band, p);
        band.image += k->in_h * k->in_w * k->in_c;
        band.out += k->out_h * k->out_w * k->out_c;
    }
}

#endif
