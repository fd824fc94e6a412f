/* SPDX-License-Identifier: Apache-2.0 */
/* The same for weights of four bits (w4.h). */
#define INGOT_W4
#include "fully_connected_even_once.h"

INGOT_FULLY_CONNECTED(fully_connected_even_w4_s8, int8_t)
