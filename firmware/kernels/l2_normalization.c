/* SPDX-License-Identifier: Apache-2.0 */
#include "l2_normalization.h"

#include "real.h"

#define OUTPUT_BITS 7 /* the output's scale is 1/128 */

/* 1 / sqrt(x) as multiplier * 2^(-*right - 31), LiteRT's five Newton steps on a number between 1 and 4. */
static int32_t inverse_root(int32_t x, int *right)
{
    *right = 0;
    if (x <= 1)
        return INT32_MAX;
    *right = 11;
    while (x >= 1 << 29) {
        x /= 4;
        ++*right;
    }
    int pairs = (__builtin_clz((uint32_t)x) - 1) / 2 - 1;
    *right -= pairs;
    x <<= 2 * pairs;
    const int32_t half = ingot_rdbypot(x >> 1, 1);         /* Q3.28 */
    const int32_t three_halves = (1 << 28) + (1 << 27);    /* Q3.28 */
    int32_t root = 1 << 28;                                /* Q3.28 */
    for (int i = 0; i < 5; i++) {
        int32_t cube = ingot_srdhm(ingot_srdhm(root, root), root); /* Q9.22 */
        cube = cube > INT32_MAX >> 6 ? INT32_MAX : cube * 64;
        const int32_t next = ingot_srdhm(three_halves, root) - ingot_srdhm(half, cube); /* Q6.25 */
        root = next > INT32_MAX >> 3 ? INT32_MAX : next < INT32_MIN >> 3 ? INT32_MIN : next * 8;
    }
    int32_t multiplier = ingot_srdhm(root, 1518500250); /* sqrt(1/2) */
    if (*right < 0) {
        multiplier = (int32_t)((uint32_t)multiplier << -*right);
        *right = 0;
    }
    return multiplier;
}

void ingot_l2_normalization_s8(const ingot_l2_normalization *k, const int8_t *in, int8_t *out, const void *params,
                               unsigned y, unsigned n)
{
    const int32_t zero_point = ((const ingot_l2_normalization_params *)params)->zero_point;
    const uint32_t depth = k->depth, pitch = k->groups * depth;
    for (; n; n--, y++) {
        const int8_t *from = in + ingot_row_offset(y, k->in_ring, pitch);
        int8_t *to = out + ingot_row_offset(y, k->out_ring, pitch);
        for (uint32_t g = k->groups; g; g--, from += depth, to += depth) {
            int32_t sum = 0;
            int right;
            for (uint32_t i = 0; i < depth; i++)
                sum += (from[i] - zero_point) * (from[i] - zero_point);
            const int32_t multiplier = inverse_root(sum, &right);
            for (uint32_t i = 0; i < depth; i++) {
                const int32_t x = ingot_requantize(from[i] - zero_point, multiplier, OUTPUT_BITS - right);
                to[i] = (int8_t)ingot_clamp(x, INT8_MIN, INT8_MAX);
            }
        }
    }
}

void ingot_l2_normalization_f32(const ingot_l2_normalization *k, const float *in, float *out, const void *params,
                                unsigned y, unsigned n)
{
    const uint32_t depth = k->depth, pitch = k->groups * depth;
    (void)params;
    for (; n; n--, y++) {
        const float *from = in + ingot_row_offset(y, k->in_ring, pitch);
        float *to = out + ingot_row_offset(y, k->out_ring, pitch);
        for (uint32_t g = k->groups; g; g--, from += depth, to += depth) {
            float sum = 0;
            for (uint32_t i = 0; i < depth; i++)
                sum += from[i] * from[i];
            float norm = ingot_sqrtf(sum);
            norm = norm < 1e-6f ? 1e-6f : norm;
            for (uint32_t i = 0; i < depth; i++)
                to[i] = from[i] / norm;
        }
    }
}
