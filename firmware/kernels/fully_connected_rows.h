/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED of one vector whose elements come as the rows of an image, some at a time. */
#ifndef INGOT_FULLY_CONNECTED_ROWS_H
#define INGOT_FULLY_CONNECTED_ROWS_H

#include "fully_connected_sums.h"

/* A lane's number of the output; words: of the lane, the first behind its record's weights. */
typedef int8_t ingot_lane_result(int32_t sum, const int32_t *words, const ingot_mac_params *p);

/* Adds rows y, y + 1, ... of the input to the four sums of a record. */
static void add_rows(const ingot_fully_connected *k, const int8_t *in, const int8_t *record, int32_t sums[4],
                     unsigned y, unsigned n)
{
    const unsigned chunks = k->row / 16;
    while (n) {
        const unsigned slot = k->in_ring ? y % k->in_ring : y, room = k->in_ring ? k->in_ring - slot : n;
        const unsigned run = n < room ? n : room; /* rows that lie one behind the other */
        add_products(in + slot * k->row, record + 16 + y * chunks * 64, run * chunks, sums);
        y += run;
        n -= run;
    }
}

/* words: bytes of a record that are no weights. scratch keeps the sums between calls; of all rows at once it is not needed:
 * one_vector(). */
INGOT_INLINE void ingot_fully_connected_rows(const ingot_fully_connected *k, const int8_t *in, int8_t *out,
                                             int32_t *scratch, const ingot_mac_params *p, unsigned y, unsigned n,
                                             unsigned words, ingot_lane_result *result)
{
    const unsigned chunks = k->depth / 16, bytes = words + chunks * 64;
    const int8_t *record = (const int8_t *)(p + 1);
    const int top = y == 0, bottom = y + n == k->rows;
    const int first = k->reverse ? bottom : top, last = k->reverse ? top : bottom;
    for (unsigned c = 0; c < k->channels; c += 4, record += bytes, scratch += 4) {
        const int32_t *behind = (const int32_t *)(record + 16 + chunks * 64);
        int32_t sums[4];
        memcpy(sums, first ? (const int32_t *)record : scratch, sizeof sums);
        add_rows(k, in, record, sums, y, n);
        if (!last)
            memcpy(scratch, sums, sizeof sums);
        else
            for (unsigned lane = 0; lane < 4 && c + lane < k->channels; lane++)
                out[c + lane] = result(sums[lane], behind + lane, p);
    }
}

/* Whether a call has the whole vector, in one piece. */
INGOT_INLINE int ingot_is_one_vector(const ingot_fully_connected *k, unsigned y, unsigned n)
{
    return y == 0 && n == k->rows && !k->in_ring;
}

#endif
