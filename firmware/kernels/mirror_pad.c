/* SPDX-License-Identifier: Apache-2.0 */
#include "mirror_pad.h"

#include "bytes.h"

/* Where position i of the output comes from, in an input of `size` that starts at `before`. */
INGOT_INLINE int32_t mirrored(int32_t i, int32_t before, int32_t size, int32_t skip_edge)
{
    i -= before;
    return i < 0 ? skip_edge - 1 - i : i < size ? i : 2 * size - 1 - skip_edge - i;
}

/* One position of the level before `level`. Calls itself five deep at most. */
static void fill(const ingot_mirror_pad *k, unsigned level, const char *in, char *out)
{
    if (level == 5) {
        ingot_copy_bytes(out, in, k->run);
        return;
    }
    for (int32_t i = 0; i < k->extent[level]; i++) {
        const int32_t from = mirrored(i, k->before[level], k->size[level], k->skip_edge);
        fill(k, level + 1, in + (uint32_t)from * k->in_step[level], out + (uint32_t)i * k->out_step[level]);
    }
}

void ingot_mirror_pad_rows(const ingot_mirror_pad *k, const void *in, void *out, const void *params, unsigned y,
                           unsigned n)
{
    unsigned level = 0;
    (void)params;
    while (level < 5 && k->extent[level] == 1)
        level++;
    for (; n; n--, y++) {
        const unsigned from = (unsigned)mirrored((int32_t)y, k->top, k->in_rows, k->skip_edge);
        fill(k, level, (const char *)in + ingot_row_offset(from, k->in_ring, k->in_pitch),
             (char *)out + ingot_row_offset(y, k->out_ring, k->out_pitch));
    }
}
