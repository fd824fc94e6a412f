/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D whose weights have a zero point: it is taken from them, which makes them 16-bit numbers. */
#define INGOT_DEPTHWISE_OFFSET
#include "depthwise_any.h"

static void row(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
#if INGOT_MVE
    if ((unsigned)k->kernel_h * k->kernel_w > INGOT_DEPTHWISE_MOST_TAPS) {
        ingot_depthwise_row_portable(k, image, to, p, y);
        return;
    }
#endif
    ingot_depthwise_row_any(k, image, to, p, y);
}

void ingot_depthwise_offset_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                               unsigned n)
{
    ingot_depthwise_rows_or_line(k, in, out, params, y, n, row);
}
