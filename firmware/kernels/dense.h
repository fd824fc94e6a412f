/* SPDX-License-Identifier: Apache-2.0 */
/* The inner product that CONV_2D comes down to: pixels of `depth` contiguous bytes times a matrix of weights.
 *
 * Weights come in records of four output channels:
 *     int32 bias[4];                       -in_zero * sum(weights) is already in it
 *     int8 weights[chunks][4 channels][16 bytes];   the depth in chunks of 16, zeros past its end
 *     int32 multiplier[4], shift[4];       shift > 0: left
 * Of every eight channels the first record has the even ones and the second the odd ones, so that two vectors of four
 * 32-bit results narrow into eight neighbours. What is left of the channels, less than eight, is in one or two records
 * in natural order, zeros past the last channel.
 *
 * With INGOT_W4 weights have four bits, a chunk of two lanes 16 bytes (w4.h). The biases of lanes 0 and 2 are 16 times as
 * large then, and no sum of a channel with its bias reaches 2^27: Helium computes with 16 times their weights. But where
 * the flag INGOT_MAC_WIDE_SUMS is set (a bias is huge), biases are as they are, and all cores take the portable form.
 *
 * INGOT_X is how many chunks a pixel has, in a file that is compiled for one number of them.
 *
 * With INGOT_EVEN (mac_result.h) the words in the place of the multipliers are the true biases, those in the place of
 * the shifts float scales.
 */
#ifndef INGOT_DENSE_H
#define INGOT_DENSE_H

#include "mac_result.h"

#ifdef INGOT_W4
#include "w4.h"
#define INGOT_DENSE_CHUNK_BYTES 32 /* of four lanes */
#else
#define INGOT_DENSE_CHUNK_BYTES 64
#endif

typedef struct ingot_dense {
    unsigned depth;    /* bytes of a pixel */
    unsigned channels; /* outputs of a pixel */
    const int8_t *records;
    const ingot_mac_params *params;
#ifdef INGOT_DENSE_ADJUSTED
    const int32_t *adjust; /* what is added to the sums of each pixel, and two numbers more */
#endif
} ingot_dense;

INGOT_INLINE unsigned ingot_dense_record_bytes(unsigned depth)
{
    return 48 + (depth + 15) / 16 * INGOT_DENSE_CHUNK_BYTES;
}

/* Bytes of all records. */
INGOT_INLINE unsigned ingot_dense_bytes(unsigned depth, unsigned channels)
{
    return (channels + 3) / 4 * ingot_dense_record_bytes(depth);
}

/* What the sum of a lane begins with. */
INGOT_INLINE int32_t ingot_dense_bias(const ingot_mac_params *p, const int32_t *biases, unsigned lane)
{
#ifdef INGOT_W4
    return lane % 2 || p->flags & INGOT_MAC_WIDE_SUMS ? biases[lane] : biases[lane] / 16;
#else
    (void)p;
    return biases[lane];
#endif
}

#if defined(INGOT_W4) && !defined(INGOT_EVEN)
#define INGOT_DENSE_IS_WIDE(p) ((p)->flags & INGOT_MAC_WIDE_SUMS)
#endif

#if defined(INGOT_DENSE_IS_WIDE) || !(INGOT_MVE || INGOT_DSP)
INGOT_INLINE void ingot_dense_chunk(const int8_t *in, unsigned length, const int8_t *w, int32_t sum[4])
{
#ifdef INGOT_W4
    int8_t unpacked[64];
    if (!length)
        return;
    ingot_unpack_w4(unpacked, (const uint8_t *)w);
    w = unpacked;
#endif
    for (unsigned lane = 0; lane < 4; lane++) {
        int32_t total = 0;
        for (unsigned i = 0; i < length; i++)
            total += in[i] * w[16 * lane + i];
        sum[lane] += total;
    }
}

INGOT_INLINE void ingot_dense_sums(const int8_t *in, unsigned depth, const int8_t *w, int32_t sum[4])
{
    unsigned at = 0;
    for (; depth - at >= 16; at += 16, w += INGOT_DENSE_CHUNK_BYTES)
        ingot_dense_chunk(in + at, 16, w, sum); /* a length that the compiler knows: vectors on a host */
    ingot_dense_chunk(in + at, depth - at, w, sum);
}

/* `count` pixels, in_step and out_step bytes apart. */
static void ingot_dense_portable(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out,
                                 unsigned out_step, unsigned count)
{
    const ingot_mac_params *p = d->params;
    const unsigned paired = d->channels & ~7u, bytes = ingot_dense_record_bytes(d->depth);
    const int8_t *record = d->records;
    for (unsigned quad = 0; quad * 4 < d->channels; quad++, record += bytes) {
        const int32_t *scaling = (const int32_t *)(record + bytes) - 8;
        /* The record's first channel, and how far its channels are apart. */
        const unsigned first = quad * 4 < paired ? quad / 2 * 8 + quad % 2 : quad * 4;
        const unsigned apart = quad * 4 < paired ? 2 : 1;
        for (unsigned i = 0; i < count; i++) {
            int32_t sum[4];
            for (unsigned lane = 0; lane < 4; lane++)
                sum[lane] = ingot_dense_bias(p, (const int32_t *)record, lane);
            ingot_dense_sums(in + i * in_step, d->depth, record + 16, sum);
#ifdef INGOT_DENSE_ADJUSTED
            for (unsigned lane = 0; lane < 4; lane++)
                sum[lane] += d->adjust[i];
#endif
            for (unsigned lane = 0; lane < 4 && first + lane * apart < d->channels; lane++) {
                const int32_t result = ingot_mac_result(sum[lane], scaling[lane], scaling[4 + lane], p->out_zero);
                out[i * out_step + first + lane * apart] = (int8_t)ingot_clamp(result, p->low, p->high);
            }
        }
    }
}
#endif

#if INGOT_MVE && defined INGOT_X
#include "dense_unrolled_mve.h"
#elif INGOT_MVE
#include "dense_mve.h"
#elif INGOT_DSP
#include "dense_dsp.h"
#else
#define ingot_dense_pixels ingot_dense_portable
#endif

#endif
