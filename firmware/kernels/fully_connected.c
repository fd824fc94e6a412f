/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected_once.h"

INGOT_FULLY_CONNECTED(fully_connected_s8, int8_t)

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

void ingot_fully_connected_rows_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, void *scratch,
                                   const void *params, unsigned y, unsigned n)
{
    const ingot_mac_params *p = params;
    const unsigned chunks = k->depth / 16, bytes = 64 + chunks * 64;
    const int8_t *record = (const int8_t *)(p + 1);
    const int top = y == 0, bottom = y + n == k->rows;
    const int first = k->reverse ? bottom : top, last = k->reverse ? top : bottom;
    int32_t *kept = scratch;
    if (first && last && !k->in_ring) {
        one_vector(k, in, out, p);
        return;
    }
    for (unsigned c = 0; c < k->channels; c += 4, record += bytes, kept += 4) {
        const int32_t *scaling = (const int32_t *)(record + 16 + chunks * 64);
        int32_t sums[4];
        memcpy(sums, first ? (const int32_t *)record : kept, sizeof sums);
        add_rows(k, in, record, sums, y, n);
        if (!last)
            memcpy(kept, sums, sizeof sums);
        else
            for (unsigned lane = 0; lane < 4 && c + lane < k->channels; lane++) {
                const int32_t scaled = ingot_requantize_once(sums[lane], (uint32_t)scaling[lane],
                                                             (uint32_t)scaling[4 + lane], scaling[8 + lane]);
                out[c + lane] = (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
            }
    }
}
