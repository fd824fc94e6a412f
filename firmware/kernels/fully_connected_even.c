/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED with the arithmetic of QDQ models. Records as in dense.h with INGOT_EVEN, channels in natural order. */
#define INGOT_EVEN
#include "fully_connected_sums.h"
#include "mac_result.h"

#if INGOT_MVE
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

static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
    const unsigned chunks = (k->depth + 15) / 16, bytes = 48 + chunks * 64;
    const int8_t *record = (const int8_t *)(p + 1);
#if INGOT_MVE
    INGOT_CHECK_ALIGNED(record, 4);
    job j = {in, chunks, record, bytes, out, p->out_zero, k->channels, p->low, p->high, 0};
    vector_results(&j);
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
