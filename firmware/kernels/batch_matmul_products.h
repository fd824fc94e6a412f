/* SPDX-License-Identifier: Apache-2.0 */
/* Products of int8 matrices: with LiteRT's requantization or, with INGOT_EVEN, that of QDQ models, whose multiplier is the
 * bits of a float. */
#ifndef INGOT_BATCH_MATMUL_PRODUCTS_H
#define INGOT_BATCH_MATMUL_PRODUCTS_H

#include "batch_matmul.h"

#include "dot.h"
#ifdef INGOT_EVEN
#include "requantize_even.h"
#endif
#include "vector.h"

typedef struct numbers {
    int32_t left_zero, right_zero, out_zero, multiplier, shift, low, high, reserved;
} numbers;

/* A sum as a number of the output, not clamped. */
INGOT_INLINE int32_t scaled(int32_t sum, const numbers *p)
{
#ifdef INGOT_EVEN
    return ingot_requantize_even(sum, 0, p->multiplier, p->out_zero);
#else
    return ingot_requantize_one(sum, p->multiplier, p->shift) + p->out_zero;
#endif
}

#if INGOT_MVE
INGOT_INLINE int32x4_t scaled_x4(int32x4_t sum, const numbers *p)
{
#ifdef INGOT_EVEN
    return ingot_requantize_even_x4(sum, p->multiplier, p->out_zero);
#else
    return vaddq_n_s32(ingot_requantize_x4(sum, p->multiplier, p->shift), p->out_zero);
#endif
}
#endif

/* Puts `count` neighbouring columns, whose elements are `step` apart, behind each other. */
static void gather(int8_t *to, const int8_t *from, uint32_t step, uint32_t depth, uint32_t count)
{
#if INGOT_MVE
    const uint32x4_t places = vmulq_n_u32(vidupq_n_u32(0, 1), depth);
    for (int left = (int)count; left > 0; left -= 4, from += 4, to += 4 * depth) {
        const mve_pred16_t some = vctp32q((uint32_t)left);
        for (uint32_t d = 0; d < depth; d++)
            vstrbq_scatter_offset_p_s32(to + d, places, vldrbq_s32(from + d * step), some);
    }
#else
    for (; count; count--, from++)
        for (uint32_t d = 0; d < depth; d++)
            *to++ = from[d * step];
#endif
}

/* Multipliers and shifts of the columns; null where all have that of the numbers. */
typedef struct column_scaling {
    const int32_t *multipliers, *shifts;
} column_scaling;

static void store_results(const int32_t *sums, int8_t *out, uint32_t count, const numbers *given, column_scaling each)
{
    const numbers p = *given; /* out may be anything, to the compiler */
#if INGOT_MVE
    for (int left = (int)count; left > 0; left -= 4, sums += 4, out += 4) {
        const mve_pred16_t some = vctp32q((uint32_t)left);
        int32x4_t x = vld1q_s32(INGOT_ALIGNED(sums));
        if (each.multipliers) {
            x = ingot_requantize_lanes(x, vldrwq_z_s32(INGOT_ALIGNED(each.multipliers), some),
                                       vldrwq_z_s32(INGOT_ALIGNED(each.shifts), some));
            each.multipliers += 4;
            each.shifts += 4;
            x = vaddq_n_s32(x, p.out_zero);
        } else {
            x = scaled_x4(x, &p);
        }
        x = vminq_s32(vmaxq_s32(x, vdupq_n_s32(p.low)), vdupq_n_s32(p.high));
        vstrbq_p_s32(out, x, some);
    }
#else
    for (uint32_t i = 0; i < count; i++) {
        const int32_t x = each.multipliers
                              ? ingot_requantize_one(sums[i], each.multipliers[i], each.shifts[i]) + p.out_zero
                              : scaled(sums[i], &p);
        out[i] = (int8_t)ingot_clamp(x, p.low, p.high);
    }
#endif
}

/* One product, a few columns at a time:
 * sum((a - left_zero) * (b - right_zero)) = a . b - right_zero * sum(a) - left_zero * sum(b) + constant. */
static void product(const ingot_batch_matmul *k, const int8_t *left, const int8_t *right, int8_t *out, void *scratch,
                    const numbers *p, const int32_t *scaling)
{
    const uint32_t depth = k->depth;
    int32_t *const of_column = scratch, *const sums = of_column + k->at_once;
    int8_t *const gathered_row = (int8_t *)(sums + k->at_once);
    int8_t *const gathered = gathered_row + (k->left_step == 1 ? 0 : depth);
    for (uint32_t first = 0, count; first < k->columns; first += count) {
        const int8_t *columns = right + first * k->right_column;
        count = k->columns - first < k->at_once ? k->columns - first : k->at_once;
        const column_scaling each = {scaling ? scaling + first : 0, scaling ? scaling + k->columns + first : 0};
        if (k->right_step != 1) {
            gather(gathered, columns, k->right_step, depth, count);
            columns = gathered;
        }
        for (uint32_t c = 0; c < count; c++)
            of_column[c] = p->left_zero * ((int32_t)depth * p->right_zero - ingot_sum_s8(columns + c * depth, depth));
        for (uint32_t i = 0; i < k->rows; i++) {
            const int8_t *row = left + i * k->left_row;
            if (k->left_step != 1) {
                gather(gathered_row, row, k->left_step, depth, 1);
                row = gathered_row;
            }
            const int32_t of_row = p->right_zero ? p->right_zero * ingot_sum_s8(row, depth) : 0;
            for (uint32_t c = 0; c < count; c++)
                sums[c] = of_column[c] - of_row;
            ingot_dots_s8(row, columns, depth, depth, sums, count);
            store_results(sums, out + i * k->columns + first, count, p, each);
        }
    }
}

static void products(const ingot_batch_matmul *k, const int8_t *left, const int8_t *right, int8_t *out, void *scratch,
                     const numbers *p, const int32_t *scaling)
{
    for (uint32_t a = 0; a < k->batches[0]; a++)
        for (uint32_t b = 0; b < k->batches[1]; b++)
            for (uint32_t c = 0; c < k->batches[2]; c++, out += k->rows * k->columns)
                product(k, left + a * k->left_batch[0] + b * k->left_batch[1] + c * k->left_batch[2],
                        right + a * k->right_batch[0] + b * k->right_batch[1] + c * k->right_batch[2], out, scratch, p,
                        scaling);
}

#endif
