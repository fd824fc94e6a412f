/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D with the arithmetic of QDQ models and weights of four bits. */
#define INGOT_EVEN
#include "conv2d_w4.h"

void ingot_conv2d_even_w4_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                                unsigned y, unsigned n)
{
    ingot_conv2d_w4_1x1_rows(k, in, out, scratch, params, y, n);
}

void ingot_conv2d_even_w4_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params, unsigned y,
                            unsigned n)
{
    ingot_conv2d_w4_rows(k, in, out, scratch, params, y, n);
}
