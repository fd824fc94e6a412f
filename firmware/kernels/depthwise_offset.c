/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D whose weights have a zero point: it is taken from them, which makes them 16-bit numbers.
 *
 * Parameter block: ingot_mac_params; int16 weights[kernel_h * kernel_w][channels]; int32 bias[channels],
 * multiplier[channels], shift[channels]; channels: out_c, filled up to a multiple of eight. Of the words of every eight
 * channels the even ones come first. */
#include "depthwise_window.h"
#include "vector.h"

typedef struct block {
    unsigned channels, taps;
    const int16_t *weights;
    const int32_t *words;
} block;

static block block_of(const ingot_depthwise *k, const ingot_mac_params *p)
{
    block b = {.channels = (k->out_c + 7u) & ~7u, .taps = (unsigned)k->kernel_h * k->kernel_w};
    b.weights = (const int16_t *)(p + 1);
    b.words = (const int32_t *)(b.weights + b.taps * b.channels);
    return b;
}

/* Where the words of a channel stand. */
static unsigned slot(unsigned c)
{
    return (c & ~7u) + (c & 1) * 4 + c % 8 / 2;
}

static int8_t value(const block *b, const ingot_mac_params *p, const int8_t *taps[], unsigned from, unsigned c)
{
    const int32_t *words = b->words + slot(c);
    int32_t sum = words[0];
    for (unsigned i = 0; i < b->taps; i++)
        sum += taps[i][from] * b->weights[i * b->channels + c];
    sum = ingot_requantize(sum, words[b->channels], words[2 * b->channels]) + p->out_zero;
    return (int8_t)ingot_clamp(sum, p->low, p->high);
}

#if INGOT_MVE
/* Eight channels, even ones and odd ones apart. Reads up to seven bytes too many. */
static void eight(const block *b, const ingot_mac_params *p, const int8_t *const *taps, unsigned c, unsigned left,
                  int8_t *to)
{
    const int32_t *words = b->words + c;
    const int16_t *weights = b->weights + c;
    const unsigned channels = b->channels;
    int32x4_t even = vld1q_s32(INGOT_ALIGNED(words)), odd = vld1q_s32(INGOT_ALIGNED(words + 4));
    for (unsigned i = b->taps; i; i--, weights += channels) {
        const int16x8_t x = vldrbq_s16(*taps++ + c), w = vld1q_s16(INGOT_ALIGNED(weights));
        even = vaddq_s32(even, vmullbq_int_s16(x, w));
        odd = vaddq_s32(odd, vmulltq_int_s16(x, w));
    }
    even = ingot_requantize_lanes(even, vld1q_s32(INGOT_ALIGNED(words + channels)),
                                  vld1q_s32(INGOT_ALIGNED(words + 2 * channels)));
    odd = ingot_requantize_lanes(odd, vld1q_s32(INGOT_ALIGNED(words + channels + 4)),
                                 vld1q_s32(INGOT_ALIGNED(words + 2 * channels + 4)));
    int16x8_t result = vqmovntq_s32(vqmovnbq_s32(vdupq_n_s16(0), even), odd);
    result = vqaddq_n_s16(result, (int16_t)p->out_zero);
    result = vminq_s16(vmaxq_s16(result, vdupq_n_s16((int16_t)p->low)), vdupq_n_s16((int16_t)p->high));
    if (left < 8)
        vstrbq_p_s16(to, result, vctp16q(left));
    else
        vstrbq_s16(to, result);
}
#endif

static void row(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
    const block b = block_of(k, p);
    const int8_t *taps[b.taps];
    int8_t zeros[k->in_c + 7u];
    memset(zeros, p->in_zero, sizeof zeros);
    for (int x = 0; x < k->out_w; x++, to += k->out_c) {
        ingot_depthwise_taps(k, k->in_c, image, y, x, zeros, taps);
#if INGOT_MVE
        if (k->multiplier == 1) {
            for (unsigned c = 0; c < k->out_c; c += 8)
                eight(&b, p, (const int8_t *const *)taps, c, k->out_c - c, to + c);
            continue;
        }
#endif
        for (unsigned c = 0; c < k->out_c; c++)
            to[c] = value(&b, p, taps, c / k->multiplier, c);
    }
}

void ingot_depthwise_offset_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                               unsigned n)
{
    ingot_depthwise_rows(k, in, out, params, y, n, row);
}
