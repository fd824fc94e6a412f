/* FULLY_CONNECTED of int8 vectors (ingot/kernels/fully_connected.py). LiteRT's reference rounds once here.
 *
 * Parameter block: as conv2d.h with one segment of `depth` bytes.
 */
#ifndef INGOT_FULLY_CONNECTED_H
#define INGOT_FULLY_CONNECTED_H

#include "mac_params.h"

typedef struct ingot_fully_connected {
    uint32_t depth;    /* input elements of a vector */
    uint32_t channels; /* output elements of a vector */
    uint32_t vectors;
    uint16_t in_ring, out_ring; /* always 0: the input is one row */
} ingot_fully_connected;

void ingot_fully_connected_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const void *params,
                              unsigned y, unsigned n);

#endif
