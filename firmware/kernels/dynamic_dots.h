/* SPDX-License-Identifier: Apache-2.0 */
/* Results that are dot products, of layers of dynamic range (dynamic.h). */
#ifndef INGOT_DYNAMIC_DOTS_H
#define INGOT_DYNAMIC_DOTS_H

#include "dot.h"
#include "dynamic.h"

#define INGOT_DYNAMIC_TOGETHER 8

/* The results of channels first..first+count-1, each of `depth` numbers. */
static void ingot_dynamic_dots(const ingot_dynamic_params *p, const ingot_dynamic_channels *all, const int8_t *in,
                               unsigned depth, unsigned first, unsigned count, const ingot_dynamic_scale *scale,
                               float *out)
{
    const unsigned step = (depth + 3) / 4 * 4, end = first + count;
    for (unsigned c = first, some; c < end; c += some) {
        int32_t sums[INGOT_DYNAMIC_TOGETHER];
        some = end - c < INGOT_DYNAMIC_TOGETHER ? end - c : INGOT_DYNAMIC_TOGETHER;
        for (unsigned i = 0; i < INGOT_DYNAMIC_TOGETHER; i++)
            sums[i] = 0;
        ingot_dots_s8(in, all->weights + (uintptr_t)c * step, step, depth, sums, some);
        for (unsigned i = 0; i < some; i++)
            *out++ = ingot_dynamic_result(p, all, c + i, sums[i], scale);
    }
}

#endif
