/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of depthwise convolutions with the DSP instructions of Cortex-M4, M7 and M33: four channels at a time, bytes
 * widened in pairs. */
#ifndef INGOT_DEPTHWISE_DSP_H
#define INGOT_DEPTHWISE_DSP_H

#include "depthwise_window.h"
#include "mac_result.h"

#ifdef INGOT_DEPTHWISE_OFFSET
#include "depthwise_offset_dsp.h"
#else
/* One output of each of the four input channels from c on. taps: pixels under the window, zero points outside. */
INGOT_INLINE void ingot_depthwise_four(const int8_t *const taps[], unsigned count, unsigned c, const int8_t *group,
                                       const ingot_mac_params *p, int32_t result[4])
{
    const int8_t *weights = group + c % 16;
    /* Channels c, c + 1, c + 2, c + 3 stand at 0, 8, 4, 12 (ingot_depthwise_slot). */
    const int32_t *words = (const int32_t *)(group + 16 * count) + c % 16 / 4;
    int32_t s0 = words[0], s1 = words[8], s2 = words[4], s3 = words[12];
    for (; count; count--, taps++, weights += 16) {
        uint32_t x, w;
        memcpy(&x, *taps + c, 4);
        memcpy(&w, weights, 4);
        const int16x2_t x02 = ingot_even_bytes(x), x13 = ingot_odd_bytes(x);
        const int16x2_t w02 = ingot_even_bytes(w), w13 = ingot_odd_bytes(w);
        s0 = __smlabb(x02, w02, s0);
        s2 = __smlatt(x02, w02, s2);
        s1 = __smlabb(x13, w13, s1);
        s3 = __smlatt(x13, w13, s3);
    }
    result[0] = ingot_mac_result(s0, words[16], words[32], p->out_zero);
    result[1] = ingot_mac_result(s1, words[24], words[40], p->out_zero);
    result[2] = ingot_mac_result(s2, words[20], words[36], p->out_zero);
    result[3] = ingot_mac_result(s3, words[28], words[44], p->out_zero);
}
#endif

/* One set of a row of one image, to every `apart`-th byte. Reads up to three bytes past each pixel. */
INGOT_INLINE void ingot_depthwise_row_dsp(const ingot_depthwise *k, const int8_t *image, int8_t *to,
                                          const ingot_mac_params *p, int y, const int8_t *set, unsigned apart)
{
    const unsigned count = k->kernel_h * k->kernel_w, channels = k->in_c;
    const unsigned group_bytes = ingot_depthwise_group_bytes(k);
    const int8_t *taps[count];
    int8_t zeros[channels + 3];
    memset(zeros, p->in_zero, channels + 3);
    for (int x = 0; x < k->out_w; x++, to += channels * apart) {
        ingot_depthwise_taps(k, channels, image, y, x, zeros, taps);
        for (unsigned c = 0; c < channels; c += 4) {
            int32_t result[4];
            ingot_depthwise_four(taps, count, c, set + c / 16 * group_bytes, p, result);
            for (unsigned i = 0; i < 4 && c + i < channels; i++)
                to[(c + i) * apart] = (int8_t)ingot_clamp(result[i], p->low, p->high);
        }
    }
}

#endif
