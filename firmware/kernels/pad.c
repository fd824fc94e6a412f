/* SPDX-License-Identifier: Apache-2.0 */
#include "pad.h"

#include "bytes.h"

/* Writes one position of dimension `level` - 1 at `out`; returns how far it has read. Calls itself five deep at most. */
static const char *frame(const ingot_pad *k, unsigned level, const char *in, char *out, uint32_t pattern)
{
    const uint32_t step = k->step[level], before = k->before[level] * step, after = k->after[level] * step;
    if (before)
        ingot_fill_bytes(out, pattern, before);
    out += before;
    if (level == 4) {
        ingot_copy_bytes(out, in, k->size[4]);
        in += k->size[4];
        out += k->size[4];
    } else {
        for (uint32_t i = k->size[level]; i; i--, out += step)
            in = frame(k, level + 1, in, out, pattern);
    }
    if (after)
        ingot_fill_bytes(out, pattern, after);
    return in;
}

void ingot_pad_rows(const ingot_pad *k, const void *in, void *out, const void *params, unsigned y, unsigned n)
{
    const uint32_t pattern = ((const ingot_pad_params *)params)->pattern;
    unsigned level = 0;
    while (level < 4 && k->size[level] == 1 && !k->before[level] && !k->after[level])
        level++;
    for (; n; n--, y++) {
        char *to = (char *)out + ingot_row_offset(y, k->out_ring, k->out_pitch);
        if (y - k->top < k->in_rows)
            frame(k, level, (const char *)in + ingot_row_offset(y - k->top, k->in_ring, k->in_pitch), to, pattern);
        else
            ingot_fill_bytes(to, pattern, k->out_pitch);
    }
}
