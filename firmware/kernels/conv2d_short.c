/* SPDX-License-Identifier: Apache-2.0 */
/* conv2d.c for networks most of whose work is in windows of at most 32 numbers and many channels: see dense_short_mve.h. */
#define INGOT_DENSE_SHORT
#define ingot_conv2d_s8 ingot_conv2d_short_s8
#define ingot_conv2d_1x1_s8 ingot_conv2d_short_1x1_s8
#include "conv2d.c"
