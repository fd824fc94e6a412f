/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise_window.h"

#if INGOT_MVE
#include "depthwise_3x3_mve.h"
#endif
#if INGOT_DSP
#include "depthwise_3x3_dsp.h"
#else
static void row(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
    ingot_depthwise_row_portable(k, image, to, p, y);
}
#endif

void ingot_depthwise_3x3_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                            unsigned n)
{
#if INGOT_MVE
    if (!(((const ingot_mac_params *)params)->flags & INGOT_MAC_WIDE)) {
        rows_helium(k, in, out, params, y, n);
        return;
    }
#endif
#if INGOT_DSP
    ingot_depthwise_3x3_dsp(k, in, out, params, y, n);
#else
    ingot_depthwise_rows(k, in, out, params, y, n, row);
#endif
}
