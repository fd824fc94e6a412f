/* SPDX-License-Identifier: Apache-2.0 */
/* dense.h with the DSP instructions of Cortex-M4, M7 and M33: bytes are widened in pairs, two products an instruction. */
#ifndef INGOT_DENSE_DSP_H
#define INGOT_DENSE_DSP_H

#include "dense_deep_dsp.h"
#include "dense_threes_dsp.h"

/* Words on the stack for widened pixels, each of which is two numbers, and how many pixels are widened at most. */
#define INGOT_DENSE_WIDE_WORDS 768u
#define INGOT_DENSE_WIDE_PIXELS 48u

/* Three pixels, `step` bytes apart, of `words` times four bytes: even bytes of each, then odd ones, of every four. A
 * Cortex-M7 issues a widening beside a load or a store. */
__attribute__((noinline)) static uint32_t *ingot_dense_widen_three(uint32_t *to, const int8_t *in, unsigned step,
                                                                   unsigned words)
{
    const int8_t *second = in + step, *third = second + step;
    uint32_t a, b, c, d, e, f;
    for (; words; words--)
        __asm__ volatile("ldr %[a], [%[first]], #4\n"
                         "ldr %[b], [%[second]], #4\n"
                         "ldr %[c], [%[third]], #4\n"
                         "sxtb16 %[d], %[a]\n"
                         "sxtb16 %[e], %[b]\n"
                         "sxtb16 %[f], %[c]\n"
                         "str %[d], [%[to]]\n"
                         "sxtb16 %[a], %[a], ror #8\n"
                         "str %[e], [%[to], #4]\n"
                         "sxtb16 %[b], %[b], ror #8\n"
                         "str %[f], [%[to], #8]\n"
                         "sxtb16 %[c], %[c], ror #8\n"
                         "str %[a], [%[to], #12]\n"
                         "str %[b], [%[to], #16]\n"
                         "str %[c], [%[to], #20]\n"
                         "add %[to], #24\n"
                         : [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [e] "=&r"(e), [f] "=&r"(f),
                           [first] "+r"(in), [second] "+r"(second), [third] "+r"(third), [to] "+r"(to)
                         :
                         : "memory");
    return to;
}

/* The same for two pixels. */
__attribute__((noinline)) static uint32_t *ingot_dense_widen_two(uint32_t *to, const int8_t *in, unsigned step,
                                                                 unsigned words)
{
    const int8_t *second = in + step;
    for (; words; words--, in += 4, second += 4, to += 4) {
        const uint32_t a = ingot_word_at(in), b = ingot_word_at(second);
        to[0] = (uint32_t)ingot_even_bytes(a);
        to[1] = (uint32_t)ingot_even_bytes(b);
        to[2] = (uint32_t)ingot_odd_bytes(a);
        to[3] = (uint32_t)ingot_odd_bytes(b);
    }
    return to;
}

/* The scale of a lane, and whether the quick form suits it. factor: twice the zero point and one more. reach: of the sum of
 * all products. A lane that stands for no channel has multiplier 0. */
INGOT_INLINE int ingot_dense_scale(ingot_dense_pair *job, unsigned lane, const int32_t *scaling, int32_t factor,
                                   int32_t reach)
{
    const int32_t bias = job->bias[lane], multiplier = scaling[lane], shift = scaling[lane + 4];
    int32_t flat;
    job->multiplier[lane] = multiplier;
    job->right[lane] = -ingot_scale_shift(multiplier, shift);
    job->offset[lane] = ingot_scale_offset(factor, job->right[lane]);
    if (ingot_scale_is_quick(bias, multiplier, shift))
        return 1;
    if (!ingot_scale_is_flat(bias, reach, multiplier, shift, &flat))
        return 0;
    job->multiplier[lane] = 0;
    job->right[lane] = 1;
    job->offset[lane] = 2 * ingot_clamp(flat + (factor >> 1), INT8_MIN, INT8_MAX) + 1;
    return 1;
}

/* Results that no product changes, of two channels. */
INGOT_INLINE void ingot_dense_flatly(const ingot_dense_pair *job, unsigned out_step, unsigned count)
{
    const int8_t first = (int8_t)__builtin_arm_ssat(job->offset[0] >> job->right[0], 8);
    const int8_t second = (int8_t)__builtin_arm_ssat(job->offset[1] >> job->right[1], 8);
    for (int8_t *out = job->out; count; count--, out += out_step) {
        out[job->apart] = second; /* where there is no second one, it is the first one's place */
        out[0] = first;
    }
}

/* Results where they are not quick: of sums. */
__attribute__((noinline)) static void ingot_dense_slowly(const ingot_dense *d, const ingot_dense_pair *pair,
                                                         const int32_t *scaling, unsigned lanes, int8_t *out,
                                                         unsigned out_step, unsigned count)
{
    const int32_t zero = d->params->out_zero, low = d->params->low, high = d->params->high;
    int32_t room[2 * INGOT_DENSE_WIDE_PIXELS], *sums = room;
    ingot_dense_pair job = *pair;
    job.quick = 0;
    job.out = (int8_t *)sums;
    ingot_dense_threes(&job);
    for (unsigned i = 0; i < count; i++, sums += 2, out += out_step)
        for (unsigned lane = 0; lane < lanes; lane++) {
            int32_t sum = sums[lane];
#ifdef INGOT_DENSE_ADJUSTED
            sum += d->adjust[i];
#endif
            const int32_t result = ingot_mac_result(sum, scaling[lane], scaling[lane + 4], zero);
            out[lane * job.apart] = (int8_t)ingot_clamp(result, low, high);
        }
}

/* Groups of pixels: threes, and twos for what is left of 2, 4, 1 (which is both pixels of a group). */
INGOT_INLINE void ingot_dense_group(ingot_dense_pair *job, unsigned count)
{
    job->twos = count % 3 == 0 ? 0 : count % 3 == 2 || count == 1 ? 1 : 2;
    job->threes = count == 1 ? 0 : (count - 2 * job->twos) / 3;
}

/* All pixels of a call widened, as ingot_dense_threes() has them. */
static void ingot_dense_widen(const ingot_dense_pair *groups, uint32_t *to, const int8_t *in, unsigned in_step,
                              unsigned count, unsigned words)
{
    for (unsigned threes = groups->threes; threes; threes--, in += 3 * in_step)
        to = ingot_dense_widen_three(to, in, in_step, words);
    for (unsigned twos = groups->twos; twos; twos--, in += 2 * in_step)
        to = ingot_dense_widen_two(to, in, count == 1 ? 0 : in_step, words);
}

/* `count` pixels, in_step and out_step bytes apart, times all records: at most INGOT_DENSE_WIDE_PIXELS, and as many as
 * INGOT_DENSE_WIDE_WORDS have room for. Reads up to seven bytes past each pixel and 36 in front of the first weights. */
__attribute__((noinline)) static void ingot_dense_block(const ingot_dense *d, const int8_t *in, unsigned in_step,
                                                        int8_t *out, unsigned out_step, unsigned count)
{
    const unsigned words = (d->depth + 7) / 8 * 2, chunks = (d->depth + 15) / 16, half = words % 4 / 2;
    const unsigned bytes = ingot_dense_record_bytes(d->depth), paired = d->channels / 8 * 4;
    uint32_t wide[2 * words * (count == 1 ? 2 : count)]; /* one pixel is both of a group */
#ifdef INGOT_W4
    uint32_t unpacked[8 * chunks];
#else
    uint32_t *const unpacked = NULL;
#endif
#if defined(INGOT_EVEN) || defined(INGOT_DENSE_ADJUSTED)
    const int32_t factor = 0;
#else
    const int32_t factor = ingot_scale_saturates(d->params) ? 2 * d->params->out_zero + 1 : 0;
#endif
    const int32_t reach = (int32_t)d->depth << 14;
    ingot_dense_pair job; /* no initializer: where some of it is zero, that is a call of memset() */
    ingot_dense_group(&job, count);
    ingot_dense_widen(&job, wide, in, in_step, count, words);
    job.before = wide - (job.threes ? 6 : 4);
    job.out_step = count == 1 ? 0 : out_step;
    job.span3 = 24 * words + 48 * half;
    job.bytes3 = 24 * words;
    job.span2 = 16 * words + 32 * half;
    job.bytes2 = 16 * words;
    job.half = half;
    job.quick = 1;
    job.apart = 2;
    const int8_t *record = d->records;
    /* Two channels: of every eight the first record has 0 2 and 4 6, the second one 1 3 and 5 7 (dense.h). */
    for (unsigned pair = 0; 2 * pair < d->channels; pair++) {
        const unsigned lane = pair % 2 * 2, lanes = d->channels - 2 * pair == 1 ? 1 : 2;
        const int32_t *biases = (const int32_t *)record, *scaling = (const int32_t *)(record + bytes - 32) + lane;
        int8_t *to = out + (pair < paired ? pair / 4 * 8 + pair % 2 * 4 + pair / 2 % 2 : 2 * pair);
        if (pair >= paired)
            job.apart = lanes - 1;
        job.bias[0] = ingot_dense_bias(d->params, biases, lane);
        job.bias[1] = ingot_dense_bias(d->params, biases, lane + 1);
        job.weights = ingot_dense_lanes(record + 16, lane, chunks, unpacked) + (chunks - 1) * INGOT_DENSE_STRIDE + 12;
        job.out = to;
        if (!factor || !(ingot_dense_scale(&job, 0, scaling, factor, reach) &
                         ingot_dense_scale(&job, 1, scaling, factor, reach)))
            ingot_dense_slowly(d, &job, scaling, lanes, to, out_step, count);
        else if (!(job.multiplier[0] | job.multiplier[1]))
            ingot_dense_flatly(&job, out_step, count);
        else
            ingot_dense_threes(&job);
        record += lane ? bytes : 0;
    }
}

/* Pixels whose depth has room, in threes; of a deep one two at most. */
INGOT_INLINE unsigned ingot_dense_most(unsigned depth)
{
    const unsigned most = INGOT_DENSE_WIDE_WORDS / ((depth + 7) / 8 * 4);
    return most < 3 ? most : (most < INGOT_DENSE_WIDE_PIXELS ? most : INGOT_DENSE_WIDE_PIXELS) / 3 * 3;
}

/* The same for any number of pixels. */
static void ingot_dense_pixels(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                               unsigned count)
{
    const unsigned most = ingot_dense_most(d->depth);
    ingot_dense pass = *d;
#ifdef INGOT_DENSE_IS_WIDE
    if (INGOT_DENSE_IS_WIDE(d->params)) {
        ingot_dense_portable(d, in, in_step, out, out_step, count);
        return;
    }
#endif
    if (most < 2) {
        ingot_dense_deep(d, in, in_step, out, out_step, count);
        return;
    }
    for (unsigned pixels; count; count -= pixels) {
        pixels = count < most ? count : most;
        if (count - pixels == 1 && most > 2)
            pixels -= most == 3 ? 1 : 3; /* so that none is alone */
        ingot_dense_block(&pass, in, in_step, out, out_step, pixels);
#ifdef INGOT_DENSE_ADJUSTED
        pass.adjust += pixels;
#endif
        in += pixels * in_step;
        out += pixels * out_step;
    }
}

#endif
