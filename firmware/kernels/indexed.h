/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that choose, place or order elements along an axis (ingot/compiler/kernels/indexed.py). All inputs are in
 * memory as a whole, and so is the output.
 *
 * outer: slices before the axis. axis: its extent. inner: elements behind it, or bytes of a unit where nothing is
 * computed of them.
 */
#ifndef INGOT_INDEXED_H
#define INGOT_INDEXED_H

#include "ingot_kernel.h"

enum { INGOT_INDEXED_DEPTH = 6 };

typedef struct ingot_indexed {
    uint32_t outer, axis, inner;
    uint32_t count;                         /* results of an axis, or indexes */
    uint32_t unit;                          /* bytes of what is moved at a time */
    uint32_t depth;                         /* numbers of an index */
    uint32_t extent[INGOT_INDEXED_DEPTH];   /* of the dimensions that an index stands for */
    uint32_t stride[INGOT_INDEXED_DEPTH];   /* units from one position to the next */
    uint32_t second[INGOT_INDEXED_DEPTH];   /* extents of the smaller tensor, or its strides */
    uint32_t out_bytes;
    uint8_t exclusive, reverse;
} ingot_indexed;

/* Indexes beyond the ends take the nearest position. */
void ingot_indexed_gather_nd(const ingot_indexed *k, const void *in, const int32_t *indexes, void *out,
                             const void *params, unsigned y, unsigned n);
/* Zeros, and the units of `updates` at their places; those with one place are added up. */
void ingot_indexed_scatter_nd_s8(const ingot_indexed *k, const int32_t *indexes, const int8_t *updates, int8_t *out,
                                 const void *params, unsigned y, unsigned n);
void ingot_indexed_scatter_nd_s32(const ingot_indexed *k, const int32_t *indexes, const int32_t *updates, int32_t *out,
                                  const void *params, unsigned y, unsigned n);
void ingot_indexed_scatter_nd_f32(const ingot_indexed *k, const int32_t *indexes, const float *updates, float *out,
                                  const void *params, unsigned y, unsigned n);
/* The largest first, of equal ones that of the lower index. */
#define INGOT_TOP_K(name, type)                                                                                       \
    void ingot_indexed_top_k_##name(const ingot_indexed *k, const type *in, type *values, int32_t *indexes,           \
                                    const void *params, unsigned y, unsigned n);
INGOT_TOP_K(f32, float)
INGOT_TOP_K(s32, int32_t)
INGOT_TOP_K(s16, int16_t)
INGOT_TOP_K(s8, int8_t)
INGOT_TOP_K(u8, uint8_t)
/* The block: two values of `unit` bytes each, for the index and for all others. */
void ingot_indexed_one_hot(const ingot_indexed *k, const int32_t *indexes, void *out, const void *params, unsigned y,
                           unsigned n);
void ingot_indexed_cumsum_f32(const ingot_indexed *k, const float *in, float *out, const void *params, unsigned y,
                              unsigned n);
void ingot_indexed_cumsum_s32(const ingot_indexed *k, const int32_t *in, int32_t *out, const void *params, unsigned y,
                              unsigned n);
/* The first tensor with the second one over it; a start is moved so far that all of it fits. */
void ingot_indexed_update(const ingot_indexed *k, const void *in, const void *update, const int32_t *start, void *out,
                          const void *params, unsigned y, unsigned n);
/* lengths: how many of the first positions along the axis are turned round, for each position of the batch. */
void ingot_indexed_reverse(const ingot_indexed *k, const void *in, const int32_t *lengths, void *out,
                           const void *params, unsigned y, unsigned n);

#endif
