/* SPDX-License-Identifier: Apache-2.0 */
/* A row of any depthwise convolution, in the quickest form for the core. */
#ifndef INGOT_DEPTHWISE_ANY_H
#define INGOT_DEPTHWISE_ANY_H

#include "depthwise_window.h"
#if INGOT_MVE
#include "depthwise_mve.h"
#elif INGOT_DSP
#include "depthwise_dsp.h"
#endif

static void ingot_depthwise_row_any(const ingot_depthwise *k, const int8_t *image, int8_t *to,
                                    const ingot_mac_params *p, int y)
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

#endif
