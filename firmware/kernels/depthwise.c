/* SPDX-License-Identifier: Apache-2.0 */
#include "depthwise_any.h"

void ingot_depthwise_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                        unsigned n)
{
    ingot_depthwise_rows_or_line(k, in, out, params, y, n, ingot_depthwise_row_any);
}
