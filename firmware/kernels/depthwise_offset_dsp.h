/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of depthwise convolutions whose weights are numbers of 16 bits, with the DSP instructions of Cortex-M4, M7 and
 * M33: four channels at a time. */
#ifndef INGOT_DEPTHWISE_OFFSET_DSP_H
#define INGOT_DEPTHWISE_OFFSET_DSP_H

#include "depthwise_window.h"

/* One output of each of the four input channels from c on. taps: pixels under the window, zero points outside. */
INGOT_INLINE void ingot_depthwise_four(const int8_t *const taps[], unsigned count, unsigned c, const int8_t *group,
                                       const ingot_mac_params *p, int32_t result[4])
{
    const int8_t *weights = group + 2 * (c % 16);
    const int32_t *words = (const int32_t *)(group + 32 * count) + ingot_depthwise_slot(c % 16);
    int32_t s0 = words[0], s1 = words[4], s2 = words[1], s3 = words[5];
    for (; count; count--, taps++, weights += 32) {
        const uint32_t x = ingot_word_at(*taps + c);
        const int16x2_t x02 = ingot_even_bytes(x), x13 = ingot_odd_bytes(x);
        const int16x2_t w01 = (int16x2_t)ingot_word_at(weights), w23 = (int16x2_t)ingot_word_at(weights + 4);
        s0 = __smlabb(x02, w01, s0);
        s1 = __smlabt(x13, w01, s1);
        s2 = __smlatb(x02, w23, s2);
        s3 = __smlatt(x13, w23, s3);
    }
    result[0] = ingot_mac_result(s0, words[16], words[32], p->out_zero);
    result[1] = ingot_mac_result(s1, words[20], words[36], p->out_zero);
    result[2] = ingot_mac_result(s2, words[17], words[33], p->out_zero);
    result[3] = ingot_mac_result(s3, words[21], words[37], p->out_zero);
}

#endif
