/* SPDX-License-Identifier: Apache-2.0 */
/* conv2d.c for windows of 65 to 80 bytes, unrolled. Needs dense_any.c. */
#define INGOT_X 5
#include "conv2d_unrolled.h"

INGOT_CONV2D_UNROLLED(ingot_conv2d_x5_s8, ingot_conv2d_x5_1x1_s8)
