/* SPDX-License-Identifier: Apache-2.0 */
/* AVERAGE_POOL_2D with the arithmetic of QDQ models. */
#include "pool_average_even.h"

#include "average_pool_pixel.h"

INGOT_AVERAGE_POOL(average_pool_even)
