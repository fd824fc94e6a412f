/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED of dynamic range (dynamic.h): a group is a vector. Weights: (channels, depth), the depth filled up to
 * four bytes. */
#ifndef INGOT_DYNAMIC_FULLY_CONNECTED_H
#define INGOT_DYNAMIC_FULLY_CONNECTED_H

#include "dynamic.h"

typedef struct ingot_dynamic_fully_connected {
    uint32_t depth;    /* input elements of a vector */
    uint32_t channels; /* output elements of a vector */
    uint32_t vectors;  /* of a row */
    uint16_t in0_ring, in1_ring, out_ring;
} ingot_dynamic_fully_connected;

void ingot_dynamic_fully_connected_s8(const ingot_dynamic_fully_connected *k, const int8_t *in,
                                      const ingot_dynamic_scale *scales, float *out, const void *params, unsigned y,
                                      unsigned n);

#endif
