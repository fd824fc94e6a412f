/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED with weights of four bits: records as in fully_connected.h, their weights as in w4.h. */
#define INGOT_W4
#include "fully_connected_once.h"

INGOT_FULLY_CONNECTED(fully_connected_w4_s8, int8_t)
