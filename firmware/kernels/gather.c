/* SPDX-License-Identifier: Apache-2.0 */
#include "gather.h"

#include "bytes.h"

/* The output in order is units of k->unit bytes; a row may begin and end inside one. */
static void gather(const ingot_gather *k, const char *in, const int32_t *index, void *out, unsigned y, unsigned n)
{
    for (; n; n--, y++) {
        char *to = (char *)out + ingot_row_offset(y, k->out_ring, k->row_bytes);
        uint32_t unit = y * k->row_bytes / k->unit, skip = y * k->row_bytes % k->unit;
        for (uint32_t left = k->row_bytes; left; unit++, skip = 0) {
            const uint32_t slice = unit / k->indexes, batch = slice / k->outer;
            uint32_t at = (uint32_t)index[batch * k->indexes + unit % k->indexes];
            uint32_t bytes = k->unit - skip;
            at = at < k->axis ? at : k->axis - 1;
            bytes = bytes < left ? bytes : left;
            ingot_copy_bytes(to, in + ((size_t)slice * k->axis + at) * k->unit + skip, bytes);
            to += bytes;
            left -= bytes;
        }
    }
}

void ingot_gather_constant(const ingot_gather *k, const void *in, void *out, const void *params, unsigned y, unsigned n)
{
    gather(k, in, params, out, y, n);
}

void ingot_gather_table(const ingot_gather *k, const int32_t *in, void *out, const void *params, unsigned y, unsigned n)
{
    gather(k, params, in, out, y, n);
}

void ingot_gather_s32(const ingot_gather *k, const void *in0, const int32_t *in1, void *out, const void *params,
                      unsigned y, unsigned n)
{
    (void)params;
    gather(k, in0, in1, out, y, n);
}
