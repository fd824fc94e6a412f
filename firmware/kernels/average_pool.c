/* SPDX-License-Identifier: Apache-2.0 */
#include "pool_window.h"

INGOT_INLINE int32_t ingot_pool_average(int32_t sum, int32_t count, const int32_t *block)
{
    (void)block;
    return ingot_average(sum, count);
}

#include "average_pool_pixel.h"

INGOT_AVERAGE_POOL(average_pool)
