/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise_window.h"
#if INGOT_MVE
#include "depthwise_mve.h"
#elif INGOT_DSP
#include "depthwise_dsp.h"
#endif

static void row(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
#if INGOT_MVE
    ingot_depthwise_row_mve(k, image, to, p, y);
#elif INGOT_DSP
    const int8_t *set = (const int8_t *)(p + 1);
    for (unsigned i = 0; i < k->multiplier; i++, set += ingot_depthwise_set_bytes(k))
        ingot_depthwise_row_dsp(k, image, to + i, p, y, set, k->multiplier);
#else
    ingot_depthwise_row_portable(k, image, to, p, y);
#endif
}

void ingot_depthwise_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                        unsigned n)
{
    ingot_depthwise_rows(k, in, out, params, y, n, row);
}
