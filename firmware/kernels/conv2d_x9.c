/* SPDX-License-Identifier: Apache-2.0 */
/* conv2d.c for windows of 129 bytes and more, unrolled. Needs dense_any.c. */
#define INGOT_X 9
#include "conv2d_unrolled.h"

INGOT_CONV2D_UNROLLED(ingot_conv2d_x9_s8, ingot_conv2d_x9_1x1_s8)
