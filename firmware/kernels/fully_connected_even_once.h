/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED of int8 vectors with the arithmetic of QDQ models; with INGOT_W4 for weights of four bits. Records as in
 * dense.h with INGOT_EVEN, channels in natural order; biases of weights of four bits are those of others. */
#ifndef INGOT_FULLY_CONNECTED_EVEN_ONCE_H
#define INGOT_FULLY_CONNECTED_EVEN_ONCE_H

#define INGOT_EVEN
#include "fully_connected_sums.h"
#include "mac_result.h"

#if INGOT_MVE
#define WORDS "32"
#define FOUR_RESULTS(sums, record)                                                                                     \
    "vldrw.32 q2, [" record "]\n"                                                                                      \
    "vqadd.s32 q2, " sums ", q2\n"                                                                                     \
    "vldrw.32 q3, [" record ", #16]\n"                                                                                 \
    "vcvt.f32.s32 q2, q2\n"                                                                                            \
    "vmul.f32 q2, q2, q3\n"                                                                                            \
    "vcvtn.s32.f32 q2, q2\n"                                                                                           \
    "vqadd.s32 q2, q2, r0\n"                                                                                           \
    "vmax.s32 q2, q2, q5\n"                                                                                            \
    "vmin.s32 q2, q2, q6\n"                                                                                            \
    "vctp.32 r9\n"                                                                                                     \
    "vpst\n"                                                                                                           \
    "vstrbt.32 q2, [r2], #4\n"

#include "fully_connected_vector_mve.h"
#endif

INGOT_INLINE int8_t lane_result(int32_t sum, const int32_t *words, const ingot_mac_params *p)
{
    return (int8_t)ingot_clamp(ingot_mac_result(sum, words[0], words[4], p->out_zero), p->low, p->high);
}

static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
#if INGOT_MVE
    INGOT_CHECK_ALIGNED(p + 1, 4);
    vector_results(k, in, out, p, 0);
#else
    const unsigned chunks = (k->depth + 15) / 16, bytes = 48 + chunks * 4 * INGOT_LANE_BYTES;
    const int8_t *record = (const int8_t *)(p + 1);
    for (unsigned c = 0; c < k->channels; c += 4, record += bytes) {
        const int32_t *words = (const int32_t *)(record + 16 + chunks * 4 * INGOT_LANE_BYTES);
        int32_t sums[4];
        four_sums(in, k->depth, record, sums);
        for (unsigned lane = 0; lane < 4 && c + lane < k->channels; lane++)
            out[c + lane] = lane_result(sums[lane], words + lane, p);
    }
#endif
}

#endif
