/* SPDX-License-Identifier: Apache-2.0 */
#include "indexed.h"

static uint32_t within(int32_t index, uint32_t extent)
{
    return index < 0 ? 0 : (uint32_t)index < extent ? (uint32_t)index : extent - 1;
}

/* The unit that an index of several numbers stands for. */
static size_t place(const ingot_indexed *k, const int32_t *index)
{
    size_t at = 0;
    for (uint32_t i = 0; i < k->depth; i++)
        at += (size_t)within(index[i], k->extent[i]) * k->stride[i];
    return at;
}

void ingot_indexed_gather_nd(const ingot_indexed *k, const void *in, const int32_t *indexes, void *out,
                             const void *params, unsigned y, unsigned n)
{
    char *to = out;
    (void)params, (void)y, (void)n;
    for (uint32_t left = k->count; left; left--, indexes += k->depth, to += k->unit)
        memcpy(to, (const char *)in + place(k, indexes) * k->unit, k->unit);
}

#define SCATTER(name, type, sum)                                                                                      \
    void ingot_indexed_scatter_nd_##name(const ingot_indexed *k, const int32_t *indexes, const type *updates,         \
                                         type *out, const void *params, unsigned y, unsigned n)                       \
    {                                                                                                                 \
        (void)params, (void)y, (void)n;                                                                               \
        memset(out, 0, k->out_bytes);                                                                                 \
        for (uint32_t left = k->count; left; left--, indexes += k->depth) {                                           \
            type *to = out + place(k, indexes) * k->inner;                                                            \
            for (uint32_t i = k->inner; i; i--, to++, updates++)                                                      \
                *to = (type)(sum);                                                                                    \
        }                                                                                                             \
    }

SCATTER(s8, int8_t, *to + *updates)
SCATTER(s32, int32_t, (uint32_t)*to + (uint32_t)*updates)
SCATTER(f32, float, *to + *updates)

/* Each result is the best of those that are worse than the last one. */
#define TOP_K(name, type)                                                                                             \
    void ingot_indexed_top_k_##name(const ingot_indexed *k, const type *in, type *values, int32_t *indexes,           \
                                    const void *params, unsigned y, unsigned n)                                       \
    {                                                                                                                 \
        (void)params, (void)y, (void)n;                                                                               \
        for (uint32_t o = k->outer; o; o--, in += k->axis)                                                            \
            for (uint32_t taken = 0, last = 0; taken < k->count; taken++) {                                           \
                uint32_t best = k->axis;                                                                              \
                for (uint32_t i = 0; i < k->axis; i++) {                                                              \
                    const int later = !taken || in[i] < in[last] || (in[i] == in[last] && i > last);                  \
                    if (later && (best == k->axis || in[i] > in[best]))                                               \
                        best = i;                                                                                     \
                }                                                                                                     \
                last = best < k->axis ? best : last;                                                                  \
                *values++ = in[last];                                                                                 \
                *indexes++ = (int32_t)last;                                                                           \
            }                                                                                                         \
    }

TOP_K(f32, float)
TOP_K(s32, int32_t)
TOP_K(s16, int16_t)
TOP_K(s8, int8_t)
TOP_K(u8, uint8_t)

void ingot_indexed_one_hot(const ingot_indexed *k, const int32_t *indexes, void *out, const void *params, unsigned y,
                           unsigned n)
{
    char *to = out;
    (void)y, (void)n;
    for (uint32_t o = 0; o < k->outer; o++)
        for (uint32_t d = 0; d < k->axis; d++)
            for (uint32_t i = 0; i < k->inner; i++, to += k->unit) {
                const int32_t index = indexes[o * k->inner + i];
                memcpy(to, (const char *)params + (index >= 0 && (uint32_t)index == d ? 0 : k->unit), k->unit);
            }
}

#define CUMSUM(name, type, wide)                                                                                      \
    void ingot_indexed_cumsum_##name(const ingot_indexed *k, const type *in, type *out, const void *params,           \
                                     unsigned y, unsigned n)                                                          \
    {                                                                                                                 \
        (void)params, (void)y, (void)n;                                                                               \
        for (uint32_t o = 0; o < k->outer; o++)                                                                       \
            for (uint32_t i = 0; i < k->inner; i++) {                                                                 \
                wide sum = 0;                                                                                         \
                for (uint32_t step = 0; step < k->axis; step++) {                                                     \
                    const uint32_t a = k->reverse ? k->axis - 1 - step : step;                                        \
                    const size_t at = ((size_t)o * k->axis + a) * k->inner + i;                                       \
                    const type x = in[at];                                                                            \
                    if (k->exclusive)                                                                                 \
                        out[at] = (type)sum;                                                                          \
                    sum += (wide)x;                                                                                   \
                    if (!k->exclusive)                                                                                \
                        out[at] = (type)sum;                                                                          \
                }                                                                                                     \
            }                                                                                                         \
    }

CUMSUM(f32, float, float)
CUMSUM(s32, int32_t, uint32_t)

void ingot_indexed_update(const ingot_indexed *k, const void *in, const void *update, const int32_t *start, void *out,
                          const void *params, unsigned y, unsigned n)
{
    uint32_t begin[INGOT_INDEXED_DEPTH], at[INGOT_INDEXED_DEPTH] = {0};
    const char *from = update;
    (void)params, (void)y, (void)n;
    memcpy(out, in, k->out_bytes);
    for (uint32_t i = 0; i < k->depth; i++)
        begin[i] = within(start[i], k->extent[i] - k->second[i] + 1);
    for (uint32_t left = k->count; left; left--, from += k->unit) {
        size_t to = 0;
        for (uint32_t i = 0; i < k->depth; i++)
            to += (size_t)(begin[i] + at[i]) * k->stride[i];
        memcpy((char *)out + to * k->unit, from, k->unit);
        for (uint32_t i = k->depth; i-- && ++at[i] == k->second[i];)
            at[i] = 0;
    }
}

/* extent: of the dimensions before, between and behind the two axes, outermost first: [0] before, [1] the first axis,
 * [2] between, [3] the second axis; unit: bytes behind. reverse: the batch comes first. */
void ingot_indexed_reverse(const ingot_indexed *k, const void *in, const int32_t *lengths, void *out,
                           const void *params, unsigned y, unsigned n)
{
    const char *from = in;
    char *to = out;
    (void)params, (void)y, (void)n;
    for (uint32_t a = 0; a < k->extent[0]; a++)
        for (uint32_t b = 0; b < k->extent[1]; b++)
            for (uint32_t c = 0; c < k->extent[2]; c++)
                for (uint32_t d = 0; d < k->extent[3]; d++, to += k->unit) {
                    const uint32_t batch = k->reverse ? b : d, step = k->reverse ? d : b;
                    const uint32_t length = lengths[batch] < 0 ? 0 : (uint32_t)lengths[batch];
                    const uint32_t taken = step < length ? length - 1 - step : step;
                    const uint32_t first = k->reverse ? b : taken, second = k->reverse ? taken : d;
                    const size_t at = ((size_t)(a * k->extent[1] + first) * k->extent[2] + c) * k->extent[3] + second;
                    memcpy(to, from + at * k->unit, k->unit);
                }
}
