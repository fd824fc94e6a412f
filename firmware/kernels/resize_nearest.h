/* SPDX-License-Identifier: Apache-2.0 */
/* RESIZE_NEAREST_NEIGHBOR (ingot/compiler/kernels/resize_nearest.py), pixels of any type. */
#ifndef INGOT_RESIZE_NEAREST_H
#define INGOT_RESIZE_NEAREST_H

#include "ingot_kernel.h"

typedef struct ingot_resize_nearest {
    uint32_t batches;    /* images in a row of the schedule */
    uint32_t image_rows; /* output rows in a row of the schedule, of one batch */
    uint32_t pixel;      /* bytes */
    uint16_t in_height, in_width, out_width;
    uint32_t y_scale_bits, x_scale_bits; /* the float32 scales */
    uint8_t align_corners, half_pixel;
    uint16_t in_ring, out_ring;
} ingot_resize_nearest;

void ingot_resize_nearest_rows(const ingot_resize_nearest *k, const void *in, void *out, const void *params, unsigned y,
                               unsigned n);

#endif
