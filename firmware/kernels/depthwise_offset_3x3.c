/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D of 3x3 kernels whose weights have a zero point. */
#define INGOT_DEPTHWISE_OFFSET
#include "ingot_kernel.h"

#if INGOT_MVE
#include "depthwise_3x3_mve.h"
#else
#include "depthwise_any.h"
#endif

void ingot_depthwise_offset_3x3_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params,
                                   unsigned y, unsigned n)
{
#if INGOT_MVE
    rows_helium(k, in, out, params, y, n);
#else
    ingot_depthwise_rows(k, in, out, params, y, n, ingot_depthwise_row_any);
#endif
}
