/* SPDX-License-Identifier: Apache-2.0 */
#include "arg_extreme.h"

static void store(const ingot_arg_extreme *k, void *out, unsigned y, unsigned i, uint32_t index)
{
    char *row = (char *)out + ingot_row_offset(y, k->out_ring, k->row_elements * k->out_bytes);
    if (k->out_bytes == 8)
        ((int64_t *)(void *)row)[i] = index;
    else
        ((int32_t *)(void *)row)[i] = (int32_t)index;
}

/* A NaN is never chosen when there is a number. */
#define KERNEL(name, type)                                                                                            \
    INGOT_ARG_EXTREME(name, type)                                                                                     \
    {                                                                                                                 \
        (void)params;                                                                                                 \
        for (; n; n--, y++)                                                                                           \
            for (unsigned i = 0; i < k->row_elements; i++) {                                                          \
                const unsigned at = y * k->row_elements + i;                                                          \
                const type *x = in + (size_t)(at / k->inner) * k->axis * k->inner + at % k->inner;                    \
                type best = *x;                                                                                       \
                uint32_t index = 0;                                                                                   \
                for (uint32_t j = 1; j < k->axis; j++) {                                                              \
                    const type next = x[(size_t)j * k->inner];                                                        \
                    if (k->smallest ? next < best : next > best) {                                                    \
                        best = next;                                                                                  \
                        index = j;                                                                                    \
                    } else if (best != best && next == next) {                                                        \
                        best = next;                                                                                  \
                        index = j;                                                                                    \
                    }                                                                                                 \
                }                                                                                                     \
                store(k, out, y, i, index);                                                                           \
            }                                                                                                         \
    }

KERNEL(arg_extreme_s8, int8_t)
KERNEL(arg_extreme_u8, uint8_t)
KERNEL(arg_extreme_s16, int16_t)
KERNEL(arg_extreme_s32, int32_t)
KERNEL(arg_extreme_f32, float)
