/* SPDX-License-Identifier: Apache-2.0 */
/* AVERAGE_POOL_2D with the arithmetic of QDQ models. */
#include "pool_average_even.h"

#include "average_pool_pixel.h"

void ingot_average_pool_even_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                                unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, 1, pixel);
}
