/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of 3x3 depthwise convolutions with the DSP instructions of Cortex-M4, M7 and M33: four channels of neighbouring
 * pixels at a time, whose weights are widened once. Taps in rows outside the image have weights of zero, and the bias has
 * what they would add. */
#ifndef INGOT_DEPTHWISE_3X3_DSP_H
#define INGOT_DEPTHWISE_3X3_DSP_H

#include "depthwise_window.h"
#include "scale_dsp.h"

/* Neighbouring pixels with the same taps inside the image. */
typedef struct ingot_depthwise_four {
    const int8_t *rows[3]; /* the first tap of each row of the kernel */
    int32_t across[2];     /* bytes from there to the second and the third */
    int32_t bias[4];
    int32_t step;          /* bytes to the next pixel */
    int8_t *out;
    int32_t out_step;
    int32_t pixels;
    int32_t quick;         /* scale_dsp.h */
    int32_t zero, low, high;
    int32_t channels;      /* that are stored: 1..4 */
    uint32_t weights[18];  /* of each tap the even and the odd channels */
    ingot_scale scale[4];
    uint32_t live;         /* the taps that weights and bias are for, bit 3 * row + column: whole rows */
} ingot_depthwise_four;

/* Nine taps of a pixel. r0-r2: rows, r3 r4: across, r5-r8: sums, lr: the job, whose weights are at 72. A Cortex-M7 issues
 * a product beside a load or a widening. */
#define INGOT_DEPTHWISE_TAPS                                                                                           \
    "ldr r9, [r0]\n"                                                                                                   \
    "ldr r11, [lr, #72]\n"                                                                                             \
    "sxtb16 r10, r9\n"                                                                                                 \
    "ldr r12, [lr, #76]\n"                                                                                             \
    "sxtb16 r9, r9, ror #8\n"                                                                                          \
    "smlabb r5, r10, r11, r5\n"                                                                                        \
    "smlatt r7, r10, r11, r7\n"                                                                                        \
    "ldr r10, [r0, r3]\n"                                                                                              \
    "smlabb r6, r9, r12, r6\n"                                                                                         \
    "sxtb16 r11, r10\n"                                                                                                \
    "smlatt r8, r9, r12, r8\n"                                                                                         \
    "sxtb16 r10, r10, ror #8\n"                                                                                        \
    "ldr r12, [lr, #80]\n"                                                                                             \
    "ldr r9, [lr, #84]\n"                                                                                              \
    "smlabb r5, r11, r12, r5\n"                                                                                        \
    "smlatt r7, r11, r12, r7\n"                                                                                        \
    "ldr r11, [r0, r4]\n"                                                                                              \
    "smlabb r6, r10, r9, r6\n"                                                                                         \
    "sxtb16 r12, r11\n"                                                                                                \
    "smlatt r8, r10, r9, r8\n"                                                                                         \
    "sxtb16 r11, r11, ror #8\n"                                                                                        \
    "ldr r9, [lr, #88]\n"                                                                                              \
    "ldr r10, [lr, #92]\n"                                                                                             \
    "smlabb r5, r12, r9, r5\n"                                                                                         \
    "smlatt r7, r12, r9, r7\n"                                                                                         \
    "ldr r12, [r1]\n"                                                                                                  \
    "smlabb r6, r11, r10, r6\n"                                                                                        \
    "sxtb16 r9, r12\n"                                                                                                 \
    "smlatt r8, r11, r10, r8\n"                                                                                        \
    "sxtb16 r12, r12, ror #8\n"                                                                                        \
    "ldr r10, [lr, #96]\n"                                                                                             \
    "ldr r11, [lr, #100]\n"                                                                                            \
    "smlabb r5, r9, r10, r5\n"                                                                                         \
    "smlatt r7, r9, r10, r7\n"                                                                                         \
    "ldr r9, [r1, r3]\n"                                                                                               \
    "smlabb r6, r12, r11, r6\n"                                                                                        \
    "sxtb16 r10, r9\n"                                                                                                 \
    "smlatt r8, r12, r11, r8\n"                                                                                        \
    "sxtb16 r9, r9, ror #8\n"                                                                                          \
    "ldr r11, [lr, #104]\n"                                                                                            \
    "ldr r12, [lr, #108]\n"                                                                                            \
    "smlabb r5, r10, r11, r5\n"                                                                                        \
    "smlatt r7, r10, r11, r7\n"                                                                                        \
    "ldr r10, [r1, r4]\n"                                                                                              \
    "smlabb r6, r9, r12, r6\n"                                                                                         \
    "sxtb16 r11, r10\n"                                                                                                \
    "smlatt r8, r9, r12, r8\n"                                                                                         \
    "sxtb16 r10, r10, ror #8\n"                                                                                        \
    "ldr r12, [lr, #112]\n"                                                                                            \
    "ldr r9, [lr, #116]\n"                                                                                             \
    "smlabb r5, r11, r12, r5\n"                                                                                        \
    "smlatt r7, r11, r12, r7\n"                                                                                        \
    "ldr r11, [r2]\n"                                                                                                  \
    "smlabb r6, r10, r9, r6\n"                                                                                         \
    "sxtb16 r12, r11\n"                                                                                                \
    "smlatt r8, r10, r9, r8\n"                                                                                         \
    "sxtb16 r11, r11, ror #8\n"                                                                                        \
    "ldr r9, [lr, #120]\n"                                                                                             \
    "ldr r10, [lr, #124]\n"                                                                                            \
    "smlabb r5, r12, r9, r5\n"                                                                                         \
    "smlatt r7, r12, r9, r7\n"                                                                                         \
    "ldr r12, [r2, r3]\n"                                                                                              \
    "smlabb r6, r11, r10, r6\n"                                                                                        \
    "sxtb16 r9, r12\n"                                                                                                 \
    "smlatt r8, r11, r10, r8\n"                                                                                        \
    "sxtb16 r12, r12, ror #8\n"                                                                                        \
    "ldr r10, [lr, #128]\n"                                                                                            \
    "ldr r11, [lr, #132]\n"                                                                                            \
    "smlabb r5, r9, r10, r5\n"                                                                                         \
    "smlatt r7, r9, r10, r7\n"                                                                                         \
    "ldr r9, [r2, r4]\n"                                                                                               \
    "smlabb r6, r12, r11, r6\n"                                                                                        \
    "sxtb16 r10, r9\n"                                                                                                 \
    "smlatt r8, r12, r11, r8\n"                                                                                        \
    "sxtb16 r9, r9, ror #8\n"                                                                                          \
    "ldr r11, [lr, #136]\n"                                                                                            \
    "ldr r12, [lr, #140]\n"                                                                                            \
    "smlabb r5, r10, r11, r5\n"                                                                                        \
    "smlatt r7, r10, r11, r7\n"                                                                                        \
    "smlabb r6, r9, r12, r6\n"                                                                                         \
    "smlatt r8, r9, r12, r8\n"

#define INGOT_DEPTHWISE_QUICK(sum, at)                                                                                 \
    "ldrd r0, r1, [lr, #144 + " at "]\n"                                                                               \
    "ldrd r2, r3, [lr, #152 + " at "]\n" INGOT_SCALE_QUICK(sum, "r0", "r1", "r2", "r3")
#define INGOT_DEPTHWISE_EXACT(sum, at)                                                                                 \
    "ldrd r0, r1, [lr, #144 + " at "]\n"                                                                               \
    "ldr r3, [lr, #156 + " at "]\n" INGOT_SCALE_EXACT(sum, "r0", "r1", "r3")

__attribute__((naked, noinline)) static void ingot_depthwise_pixels(ingot_depthwise_four *job __attribute__((unused)))
{
    __asm__ volatile("push {r4-r12, lr}\n"
                     "mov lr, r0\n"
                     "1:\n"
                     "ldm lr, {r0-r8}\n"
                     INGOT_DEPTHWISE_TAPS
                     "ldr r9, [lr, #52]\n"
                     "cmp r9, #0\n"
                     "beq 4f\n"
                     INGOT_DEPTHWISE_QUICK("r5", "0") INGOT_DEPTHWISE_QUICK("r6", "16")
                     INGOT_DEPTHWISE_QUICK("r7", "32") INGOT_DEPTHWISE_QUICK("r8", "48")
                     "2:\n"
                     "ldr r12, [lr, #40]\n"
                     "ldr r9, [lr, #68]\n"
                     "strb r5, [r12]\n"
                     "cmp r9, #4\n"
                     "bne 5f\n"
                     "strb r6, [r12, #1]\n"
                     "strb r7, [r12, #2]\n"
                     "strb r8, [r12, #3]\n"
                     "3:\n"
                     "ldm lr, {r0-r2}\n"
                     "ldr r3, [lr, #36]\n"
                     "ldrd r9, r10, [lr, #44]\n"
                     "add r0, r0, r3\n"
                     "add r1, r1, r3\n"
                     "add r2, r2, r3\n"
                     "add r12, r12, r9\n"
                     "stm lr, {r0-r2}\n"
                     "str r12, [lr, #40]\n"
                     "subs r10, r10, #1\n"
                     "str r10, [lr, #48]\n"
                     "bne 1b\n"
                     "pop {r4-r12, pc}\n"
                     "4:\n"
                     "ldrd r10, r11, [lr, #56]\n"
                     INGOT_DEPTHWISE_EXACT("r5", "0") INGOT_DEPTHWISE_EXACT("r6", "16")
                     INGOT_DEPTHWISE_EXACT("r7", "32") INGOT_DEPTHWISE_EXACT("r8", "48")
                     "ldr r12, [lr, #64]\n"
                     INGOT_SCALE_HIGH("r5") INGOT_SCALE_HIGH("r6") INGOT_SCALE_HIGH("r7") INGOT_SCALE_HIGH("r8")
                     "b 2b\n"
                     "5:\n"
                     "cmp r9, #2\n"
                     "blt 3b\n"
                     "strb r6, [r12, #1]\n"
                     "beq 3b\n"
                     "strb r7, [r12, #2]\n"
                     "b 3b\n");
}

/* Weights and biases of the channels from c on, for the taps (bit 3 * row + column) inside the image. Taps that are as
 * they were stay untouched. */
static void ingot_depthwise_fill(ingot_depthwise_four *job, const int8_t *group, unsigned c, uint32_t live, int32_t zero)
{
    const int8_t *weights = group + c % 16;
    uint32_t changed = job->live ^ live, *to = job->weights;
    job->live = live;
    for (; changed; changed >>= 1, live >>= 1, weights += 16, to += 2) {
        if (!(changed & 1))
            continue;
        const uint32_t four = live & 1 ? ingot_word_at(weights) : 0;
        const int32_t factor = live & 1 ? -zero : zero;
        to[0] = (uint32_t)ingot_even_bytes(four);
        to[1] = (uint32_t)ingot_odd_bytes(four);
        for (unsigned i = 0; i < 4; i++)
            job->bias[i] = (int32_t)((uint32_t)job->bias[i] + (uint32_t)(factor * weights[i]));
    }
}

/* Rows of an image that a call produces. */
typedef struct ingot_depthwise_band {
    const int8_t *image;
    int8_t *out; /* row 0, or the ring's first */
    unsigned y, n, ring;
} ingot_depthwise_band;

/* A pixel at the left or right edge: its window is put together, with zero points outside the image. */
static void ingot_depthwise_edge(const ingot_depthwise *k, ingot_depthwise_four *job, const int8_t *const lines[3],
                                 uint32_t zeros, int x)
{
    uint32_t window[9], *to = window;
    for (unsigned i = 0; i < 3; i++) {
        int column = x * k->stride_w - k->pad_left;
        for (unsigned j = 0; j < 3; j++, column += k->dilation_w)
            *to++ = lines[i] && (unsigned)column < k->in_w ? ingot_word_at(lines[i] + column * k->in_c) : zeros;
        job->rows[i] = (const int8_t *)(window + 3 * i);
    }
    job->across[0] = 4;
    job->across[1] = 8;
    job->pixels = 1;
    ingot_depthwise_pixels(job);
}

/* A row of four channels. The pixels first .. first + inside - 1 have their windows between the edges. */
static void ingot_depthwise_four_row(const ingot_depthwise *k, ingot_depthwise_four *job,
                                     const ingot_depthwise_band *band, int y, unsigned c, const ingot_mac_params *p,
                                     int first, int inside)
{
    const int8_t *lines[3], *line = 0;
    uint32_t live = 0;
    int8_t *to = band->out + ingot_row_offset((unsigned)y, band->ring, k->out_w * k->out_c) + c;
    for (int i = 0; i < 3; i++) {
        const int in_y = y * k->stride_h - k->pad_top + i * k->dilation_h;
        lines[i] = 0;
        if ((unsigned)in_y < k->in_h) {
            lines[i] = line = band->image + ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * k->in_c) + c;
            live |= 7u << 3 * i;
        }
    }
    if (!line) {
        for (int x = 0; x < k->out_w; x++, to += k->out_c)
            for (unsigned i = 0; i < (unsigned)job->channels; i++)
                to[i] = ingot_depthwise_value(k, band->image, p, y, x, c + i);
        return;
    }
    if (job->live != live)
        ingot_depthwise_fill(job, (const int8_t *)(p + 1) + c / 16 * ingot_depthwise_group_bytes(k), c, live,
                             p->in_zero);
    const uint32_t zeros = (uint8_t)p->in_zero * 0x01010101u;
    int x = 0;
    job->out = to;
    for (; x < first; x++)
        ingot_depthwise_edge(k, job, lines, zeros, x);
    if (inside) {
        const int column = x * k->stride_w - k->pad_left;
        for (int i = 0; i < 3; i++) /* what stands for a row outside has weights of zero */
            job->rows[i] = (lines[i] ? lines[i] : line) + column * k->in_c;
        job->across[0] = k->dilation_w * k->in_c;
        job->across[1] = 2 * job->across[0];
        job->pixels = inside;
        ingot_depthwise_pixels(job);
        x += inside;
    }
    for (; x < k->out_w; x++)
        ingot_depthwise_edge(k, job, lines, zeros, x);
}

/* All taps of four channels: as they are for most pixels. */
INGOT_INLINE void ingot_depthwise_begin(const ingot_depthwise *k, ingot_depthwise_four *job, unsigned c,
                                        const ingot_mac_params *p)
{
    const int8_t *weights = (const int8_t *)(p + 1) + c / 16 * ingot_depthwise_group_bytes(k);
    const int32_t *words = (const int32_t *)(weights + 16 * 9);
    for (unsigned i = 0; i < 4; i++)
        job->bias[i] = words[ingot_depthwise_slot(c % 16 + i)];
    weights += c % 16;
    for (uint32_t *to = job->weights; to < job->weights + 18; to += 2, weights += 16) {
        const uint32_t four = ingot_word_at(weights);
        to[0] = (uint32_t)ingot_even_bytes(four);
        to[1] = (uint32_t)ingot_odd_bytes(four);
    }
    job->live = 0x1ff;
}

/* Rows of one image. Reads up to three bytes past each pixel. */
static void ingot_depthwise_3x3_band(const ingot_depthwise *k, const ingot_depthwise_band *band,
                                     const ingot_mac_params *p)
{
    int first, inside;
    ingot_depthwise_four job = {
        .step = k->stride_w * k->in_c,
        .out_step = k->out_c,
        .zero = p->out_zero,
        .low = p->low,
        .high = p->high,
    };
    ingot_depthwise_inside(k, 3, &first, &inside);
    for (unsigned c = 0; c < k->in_c; c += 4) {
        const int32_t *words =
            (const int32_t *)((const int8_t *)(p + 1) + c / 16 * ingot_depthwise_group_bytes(k) + 16 * 9);
        job.channels = (int32_t)(k->in_c - c < 4 ? k->in_c - c : 4);
        job.quick = ingot_scale_saturates(p);
        ingot_depthwise_begin(k, &job, c, p);
        for (unsigned i = 0; i < (unsigned)job.channels; i++) {
            const int32_t *word = words + ingot_depthwise_slot(c % 16 + i);
            job.quick &= ingot_scale_is_quick(word[0], word[32]);
        }
        for (unsigned i = 0; i < 4; i++) {
            const int32_t *word = words + ingot_depthwise_slot(c % 16 + i);
            job.scale[i] = ingot_scale_of(p, word[16], word[32], job.quick);
        }
        for (unsigned y = band->y; y < band->y + band->n; y++)
            ingot_depthwise_four_row(k, &job, band, (int)y, c, p, first, inside);
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
