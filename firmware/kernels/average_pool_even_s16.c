/* SPDX-License-Identifier: Apache-2.0 */
/* AVERAGE_POOL_2D of int16 with the arithmetic of QDQ models. */
#include "pool_average_even.h"

#include "average_pool_pixel_s16.h"

void ingot_average_pool_even_s16(const ingot_pool *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                                 unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 2, pixel);
}
