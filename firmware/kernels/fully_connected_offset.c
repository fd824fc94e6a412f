/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED whose weights have a zero point: the sum of the vector, times the zero point, is taken from every sum. */
#define INGOT_ADJUSTED
#include "fully_connected_once.h"

INGOT_FULLY_CONNECTED(fully_connected_offset_s8, int8_t)
