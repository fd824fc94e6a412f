/* SPDX-License-Identifier: Apache-2.0 */
/* depthwise_3x3.c where sixteen channels of a pixel begin before those in front of them are done: quicker, more code. */
#define INGOT_DEPTHWISE_TURNS
#define ingot_depthwise_3x3_s8 ingot_depthwise_3x3_x_s8
#include "depthwise_3x3.c"
