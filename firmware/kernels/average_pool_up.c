/* SPDX-License-Identifier: Apache-2.0 */
/* AVERAGE_POOL_2D of numbers that were uint8: their sums were positive, so halves are rounded up. */
#include "pool_window.h"

INGOT_INLINE int32_t ingot_pool_average(int32_t sum, int32_t count, const int32_t *block)
{
    (void)block;
    return (sum + count * 128 + count / 2) / count - 128;
}

#include "average_pool_pixel.h"

INGOT_AVERAGE_POOL(average_pool_up)
