/* SPDX-License-Identifier: Apache-2.0 */
#include "sigmoid16.h"

/* sigmoid(|x|) with `bits` fraction bits between table entries, as Q0.(16 + bits). */
INGOT_INLINE uint32_t positive(const uint16_t *table, uint32_t x, unsigned bits)
{
    const uint32_t i = x >> bits;
    if (i >= 255)
        return 0xffffffffu;
    return ((uint32_t)table[i] << bits) + (x & ((1u << bits) - 1)) * (uint32_t)(table[i + 1] - table[i]);
}

INGOT_INLINE int32_t scaled(const ingot_sigmoid16_params *p, int32_t x)
{
    const int32_t half = p->right > 0 ? 1 << (p->right - 1) : 0;
    return (x * p->multiplier + half) >> p->right;
}

static int16_t logistic(const ingot_sigmoid16_params *p, int16_t in)
{
    const int32_t x = scaled(p, in);
    uint32_t result = positive(p->sigmoid, (uint32_t)(x < 0 ? -x : x), 9);
    if (result == 0xffffffffu)
        result = 0x7fffu << 10;
    result = x >= 0 ? result + (1u << 9) : (1u << 25) - result + (1u << 9) - 1;
    return (int16_t)(result >> 10);
}

static int16_t tanh16(const ingot_sigmoid16_params *p, int16_t in)
{
    const int32_t x = scaled(p, in);
    const uint32_t magnitude = positive(p->sigmoid, (uint32_t)(x < 0 ? -x : x), 8);
    int32_t result = magnitude == 0xffffffffu ? 0xffff << 8 : (int32_t)magnitude;
    result = x >= 0 ? result - (1 << 23) + (1 << 7) : -result + (1 << 23) + (1 << 7) - 1;
    return (int16_t)(result >> 8);
}

INGOT_INLINE void walk(const ingot_sigmoid16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                       unsigned n, int16_t (*function)(const ingot_sigmoid16_params *, int16_t))
{
    for (; n; n--, y++) {
        const int16_t *src = in + ingot_row_offset(y, k->in_ring, k->row_elements);
        int16_t *dst = out + ingot_row_offset(y, k->out_ring, k->row_elements);
        for (uint32_t left = k->row_elements; left; left--)
            *dst++ = function(params, *src++);
    }
}

void ingot_sigmoid16_logistic(const ingot_sigmoid16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                              unsigned n)
{
    walk(k, in, out, params, y, n, logistic);
}

void ingot_sigmoid16_tanh(const ingot_sigmoid16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                          unsigned n)
{
    walk(k, in, out, params, y, n, tanh16);
}
