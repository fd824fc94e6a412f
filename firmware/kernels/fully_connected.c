/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_once.h"

#include "fully_connected_rows.h"

INGOT_FULLY_CONNECTED(fully_connected_s8, int8_t)

void ingot_fully_connected_rows_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, void *scratch,
                                   const void *params, unsigned y, unsigned n)
{
    if (ingot_is_one_vector(k, y, n))
        one_vector(k, in, out, params);
    else
        ingot_fully_connected_rows(k, in, out, scratch, params, y, n, 64, lane_result);
}
