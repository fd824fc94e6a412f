/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of conv2d.h for windows of a known number of chunks of 16 bytes: quicker, and more code. */
#ifndef INGOT_CONV2D_UNROLLED_H
#define INGOT_CONV2D_UNROLLED_H

#include "conv2d.h"

#include "conv2d_rows.h"

#define INGOT_CONV2D_UNROLLED(any, pointwise)                                                                          \
    void pointwise(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, const void *params, unsigned y,           \
                   unsigned n)                                                                                         \
    {                                                                                                                  \
        ingot_conv2d_1x1_rows(k, in, out, params, y, n, ingot_dense_pixels);                                           \
    }                                                                                                                  \
                                                                                                                       \
    void any(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params, unsigned y,      \
             unsigned n)                                                                                               \
    {                                                                                                                  \
        ingot_conv2d_rows(k, in, out, scratch, params, y, n, ingot_dense_pixels);                                      \
    }

#endif
