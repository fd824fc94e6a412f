/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED with the arithmetic of QDQ models. Records as in dense.h with INGOT_EVEN, channels in natural order. */
#define INGOT_EVEN
#include "fully_connected_sums.h"
#include "mac_result.h"

static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
    const unsigned chunks = (k->depth + 15) / 16, bytes = 48 + chunks * 64;
    const int8_t *record = (const int8_t *)(p + 1);
#if INGOT_MVE
    const int32x4_t low = vdupq_n_s32(p->low), high = vdupq_n_s32(p->high);
    for (int left = (int)k->channels; left > 0; left -= 8, record += 2 * bytes) {
        const int8_t *records[2] = {record, left > 4 ? record + bytes : record};
        int32_t sums[8];
        INGOT_CHECK_ALIGNED(record, 4);
        eight_sums(in, records[0], records[1], chunks, sums);
        for (int i = 0; i < 8 && i < left; i += 4, out += 4) {
            const int32_t *words = (const int32_t *)(records[i / 4] + 16 + chunks * 64);
            int32x4_t sum = vqaddq_s32(vld1q_s32(INGOT_ALIGNED(sums + i)), vld1q_s32(INGOT_ALIGNED(words)));
            sum = ingot_requantize_even_lanes(sum, vld1q_f32(INGOT_ALIGNED((const float *)(words + 4))), p->out_zero);
            vstrbq_p_s32(out, vminq_s32(vmaxq_s32(sum, low), high), vctp32q((uint32_t)(left - i)));
        }
    }
#else
    for (unsigned c = 0; c < k->channels; c += 4, record += bytes) {
        const int32_t *words = (const int32_t *)(record + 16 + chunks * 64);
        int32_t sums[4];
        four_sums(in, k->depth, record, sums);
        for (unsigned lane = 0; lane < 4 && c + lane < k->channels; lane++) {
            const int32_t result = ingot_mac_result(sums[lane], words[lane], words[4 + lane], p->out_zero);
            out[c + lane] = (int8_t)ingot_clamp(result, p->low, p->high);
        }
    }
#endif
}

INGOT_FULLY_CONNECTED(fully_connected_even_s8, int8_t)
