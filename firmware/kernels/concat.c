/* SPDX-License-Identifier: Apache-2.0 */
#include "concat.h"

#include "bytes.h"

/* inputs: the activations; rings: theirs. */
static void concat(const ingot_concat *k, const void *const *activations, const uint16_t *rings, void *out,
                   const void *params, unsigned y, unsigned n)
{
    const unsigned end = y + n;
    const char *constant = params;
    unsigned activation = 0, first_row = 0, at = 0;
    for (unsigned i = 0; i < k->inputs; i++) {
        const uint32_t part = k->part[i];
        const uint32_t pitch = k->along_rows ? k->out_pitch : part * k->groups;
        const uint32_t rows = k->along_rows ? part : k->rows;
        const char *in = constant;
        unsigned ring = 0;
        if (k->constants >> i & 1) {
            constant += (rows * pitch + 3) & ~3u;
        } else {
            in = activations[activation];
            ring = rings[activation++];
        }
        /* Rows that touch in the input and in the output are one copy. */
        const unsigned touching = k->along_rows && !(ring | k->out_ring);
        for (unsigned row = y < first_row ? first_row : y; row < end && row - first_row < rows; row++) {
            const char *from = in + ingot_row_offset(row - first_row, ring, pitch);
            char *to = (char *)out + ingot_row_offset(row, k->out_ring, k->out_pitch) + at;
            if (touching) {
                const unsigned last = end - first_row < rows ? end : first_row + rows;
                ingot_copy_bytes(to, from, (last - row) * pitch);
                break;
            }
            if (k->along_rows) {
                ingot_copy_bytes(to, from, pitch);
                continue;
            }
            const uint32_t step = k->out_pitch / k->groups;
            for (uint32_t g = k->groups; g; g--, to += step, from += part)
                ingot_copy_bytes(to, from, part);
        }
        if (k->along_rows)
            first_row += rows;
        else
            at += part;
    }
}

#define NAMES_1 in0
#define NAMES_2 NAMES_1, in1
#define NAMES_3 NAMES_2, in2
#define NAMES_4 NAMES_3, in3
#define NAMES_5 NAMES_4, in4
#define NAMES_6 NAMES_5, in5
#define NAMES_7 NAMES_6, in6
#define NAMES_8 NAMES_7, in7
#define NAMES_9 NAMES_8, in8
#define NAMES_10 NAMES_9, in9
#define NAMES_11 NAMES_10, in10
#define NAMES_12 NAMES_11, in11
#define NAMES_13 NAMES_12, in12
#define NAMES_14 NAMES_13, in13
#define NAMES_15 NAMES_14, in14
#define NAMES_16 NAMES_15, in15
#define DEFINE(m, rings)                                                                                              \
    INGOT_CONCAT(concat_##m, INGOT_CONCAT_IN_##m)                                                                     \
    {                                                                                                                 \
        const void *const inputs[] = {NAMES_##m};                                                                     \
        concat(k, inputs, rings, out, params, y, n);                                                                  \
    }

DEFINE(1, &k->in_ring)
DEFINE(2, &k->in0_ring)
DEFINE(3, &k->in0_ring)
DEFINE(4, &k->in0_ring)
DEFINE(5, &k->in0_ring)
DEFINE(6, &k->in0_ring)
DEFINE(7, &k->in0_ring)
DEFINE(8, &k->in0_ring)
DEFINE(9, &k->in0_ring)
DEFINE(10, &k->in0_ring)
DEFINE(11, &k->in0_ring)
DEFINE(12, &k->in0_ring)
DEFINE(13, &k->in0_ring)
DEFINE(14, &k->in0_ring)
DEFINE(15, &k->in0_ring)
DEFINE(16, &k->in0_ring)
