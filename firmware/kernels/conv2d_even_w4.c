/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D with the arithmetic of QDQ models and weights of four bits (w4.h). */
#define INGOT_EVEN
#define INGOT_W4
#include "conv2d.h"

#include "conv2d_rows.h"

void ingot_conv2d_even_w4_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                                unsigned n)
{
    ingot_conv2d_1x1_rows(k, in, out, params, y, n, ingot_dense_pixels);
}

void ingot_conv2d_even_w4_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params, unsigned y,
                            unsigned n)
{
    ingot_conv2d_rows(k, in, out, scratch, params, y, n, ingot_dense_pixels);
}
