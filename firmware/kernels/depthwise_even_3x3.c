/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D of 3x3 kernels with the arithmetic of QDQ models. */
#define INGOT_EVEN
#include "depthwise_any.h"

#if INGOT_MVE
#include "depthwise_3x3_mve.h"
#endif

void ingot_depthwise_even_3x3_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                                 unsigned n)
{
#if INGOT_MVE
    if (!(((const ingot_mac_params *)params)->flags & INGOT_MAC_WIDE)) {
        rows_helium(k, in, out, params, y, n);
        return;
    }
#endif
    ingot_depthwise_rows(k, in, out, params, y, n, ingot_depthwise_row_any);
}
