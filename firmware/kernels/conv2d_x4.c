/* SPDX-License-Identifier: Apache-2.0 */
/* conv2d.c for windows of 49 to 64 bytes, unrolled. Needs dense_any.c. */
#define INGOT_X 4
#include "conv2d_unrolled.h"

INGOT_CONV2D_UNROLLED(ingot_conv2d_x4_s8, ingot_conv2d_x4_1x1_s8)
