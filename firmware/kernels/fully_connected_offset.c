/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED whose weights have a zero point: the sum of the vector, times the zero point, is taken from every sum.
 *
 * Parameter block: ingot_mac_params; int32 bias[channels], high[channels], low[channels], right[channels];
 * int8 weights[channels][depth]. */
#include "dot.h"
#include "fully_connected.h"
#include "requantize_once.h"

/* Channels whose sums are computed at a time. */
enum { TOGETHER = 16 };

static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
    const int32_t *words = (const int32_t *)(p + 1);
    const int8_t *weights = (const int8_t *)(words + 4 * k->channels);
    const int32_t adjust = p->weights_zero ? -p->weights_zero * ingot_sum_s8(in, k->depth) : 0;
    for (unsigned c = 0, count; c < k->channels; c += count, words += count, weights += count * k->depth) {
        int32_t sums[TOGETHER];
        count = k->channels - c < TOGETHER ? k->channels - c : TOGETHER;
        memcpy(sums, words, count * sizeof *sums);
        ingot_dots_s8(in, weights, k->depth, k->depth, sums, count);
        for (unsigned i = 0; i < count; i++) {
            const int32_t *word = words + k->channels + i;
            const int32_t scaled = ingot_requantize_once(sums[i] + adjust, (uint32_t)word[0],
                                                         (uint32_t)word[k->channels], word[2 * k->channels]);
            out[c + i] = (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
        }
    }
}

INGOT_FULLY_CONNECTED(fully_connected_offset_s8, int8_t)
