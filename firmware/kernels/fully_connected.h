/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED of int8 vectors, of int16 vectors with int8 weights, of float32 (ingot/compiler/kernels/fully_connected.py).
 *
 * LiteRT's reference multiplies the sum by a double and rounds once, half away from zero. For int8 that is
 *     sign(sum) * floor(|sum| * m / 2^(63 + right) + 1/2),     m = high * 2^32 + low,
 * with m chosen so that every sum gives the same result (ingot/compiler/kernels/exact_multiplier.py).
 *
 * Parameter block: ingot_mac_params, then for every four output channels a record
 *     int32 bias[4];                                as dense.h
 *     int8 weights[chunks][4 channels][16 bytes];
 *     int32 high[4]; uint32 low[4]; int32 right[4];
 *
 * Of weights with four bits (w4.h) a record has half as many bytes between bias and high.
 *
 * For int16 the double is used itself: sums have 64 bits and results 16, and one product a result costs little.
 * Parameter block: int32 low, high, 0, 0, then for every output channel
 *     double scale; int64 bias; int8 weights[depth], filled up with zeros to eight bytes
 *
 * For float32: float low, high, 0, 0, then for every output channel float bias, weights[depth].
 */
#ifndef INGOT_FULLY_CONNECTED_H
#define INGOT_FULLY_CONNECTED_H

#include "mac_params.h"

enum {
    INGOT_FULLY_CONNECTED_SHORT = 4, /* all of low[] is 0 and all of right[] at least 1 */
};

typedef struct ingot_fully_connected {
    uint32_t depth;    /* input elements of a vector */
    uint32_t channels; /* output elements of a vector */
    uint32_t vectors;  /* of a row */
    uint16_t in_ring, out_ring;
    uint32_t row;      /* of fully_connected_rows: bytes of a row of its input, whole chunks */
    uint16_t rows;     /* of its input */
    uint16_t reverse;  /* the last row comes first */
} ingot_fully_connected;

void ingot_fully_connected_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const void *params,
                              unsigned y, unsigned n);
/* One vector whose elements come as the rows of its input, some at a time; scratch keeps the sums of all records. */
void ingot_fully_connected_rows_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, void *scratch,
                                   const void *params, unsigned y, unsigned n);
void ingot_fully_connected_w4_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const void *params,
                                 unsigned y, unsigned n);
void ingot_fully_connected_offset_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const void *params,
                                     unsigned y, unsigned n);
void ingot_fully_connected_even_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const void *params,
                                   unsigned y, unsigned n);
void ingot_fully_connected_even_rows_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, void *scratch,
                                        const void *params, unsigned y, unsigned n);
void ingot_fully_connected_even_w4_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out,
                                      const void *params, unsigned y, unsigned n);
void ingot_fully_connected_s16(const ingot_fully_connected *k, const int16_t *in, int16_t *out, const void *params,
                               unsigned y, unsigned n);
void ingot_fully_connected_f32(const ingot_fully_connected *k, const float *in, float *out, const void *params,
                               unsigned y, unsigned n);

/* The kernel of one type: one_vector(k, in, out, params) for every vector of its rows. One alone keeps no registers. */
#define INGOT_FULLY_CONNECTED(name, type)                                                                              \
    __attribute__((noinline)) static void name##_rows(const ingot_fully_connected *k, const type *in, type *out,       \
                                                      const void *params, unsigned y, unsigned n)                      \
    {                                                                                                                  \
        for (; n; n--, y++) {                                                                                          \
            const type *from = in + ingot_row_offset(y, k->in_ring, k->vectors * k->depth);                            \
            type *to = out + ingot_row_offset(y, k->out_ring, k->vectors * k->channels);                               \
            for (unsigned left = k->vectors; left; left--, from += k->depth, to += k->channels)                        \
                one_vector(k, from, to, params);                                                                       \
        }                                                                                                              \
    }                                                                                                                  \
    void ingot_##name(const ingot_fully_connected *k, const type *in, type *out, const void *params, unsigned y,       \
                      unsigned n)                                                                                      \
    {                                                                                                                  \
        if (k->vectors * n == 1 && !k->in_ring && !k->out_ring)                                                        \
            one_vector(k, in + y * k->depth, out + y * k->channels, params);                                           \
        else                                                                                                           \
            name##_rows(k, in, out, params, y, n);                                                                     \
    }

#endif
