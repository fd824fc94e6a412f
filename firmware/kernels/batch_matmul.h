/* SPDX-License-Identifier: Apache-2.0 */
/* BATCH_MATMUL of int8 and float32 matrices (ingot/compiler/kernels/batch_matmul.py): out[b] = left[b] x right[b], either
 * transposed.
 *
 * Parameter block: int32 left_zero, right_zero, out_zero, multiplier, shift, low, high, 0; nothing for float32.
 * With a scale a column: int32 multiplier[columns], shift[columns] behind the numbers, whose own are 0.
 * Scratch of int8: int32[2][at_once]; a row of the left matrix if its elements are apart; `at_once` columns of the right
 * one if theirs are.
 */
#ifndef INGOT_BATCH_MATMUL_H
#define INGOT_BATCH_MATMUL_H

#include "ingot_kernel.h"

typedef struct ingot_batch_matmul {
    uint32_t rows, columns, depth;             /* of one product */
    uint32_t left_row, left_step;              /* elements from one row of the left matrix to the next, along the depth */
    uint32_t right_column, right_step;         /* the same for the columns of the right matrix */
    uint32_t at_once;                          /* columns that are multiplied with all rows before the next ones are */
    uint32_t batches[3];                       /* outermost first */
    uint32_t left_batch[3], right_batch[3];    /* elements from one matrix to the next; 0: broadcast */
    uint16_t in0_ring, in1_ring, in_ring, out_ring; /* always 0: matrices are one row */
} ingot_batch_matmul;

void ingot_batch_matmul_s8(const ingot_batch_matmul *k, const int8_t *left, const int8_t *right, int8_t *out,
                           void *scratch, const void *params, unsigned y, unsigned n);
/* The right matrices stand in the parameter block, behind the numbers. */
void ingot_batch_matmul_const_s8(const ingot_batch_matmul *k, const int8_t *left, int8_t *out, void *scratch,
                                 const void *params, unsigned y, unsigned n);
/* The same with a scale for every column of the right matrices, which stand behind the multipliers and shifts. */
void ingot_batch_matmul_columns_s8(const ingot_batch_matmul *k, const int8_t *left, int8_t *out, void *scratch,
                                   const void *params, unsigned y, unsigned n);

/* With the arithmetic of QDQ models: the multiplier is the bits of a float. */
void ingot_batch_matmul_even_s8(const ingot_batch_matmul *k, const int8_t *left, const int8_t *right, int8_t *out,
                                void *scratch, const void *params, unsigned y, unsigned n);
void ingot_batch_matmul_even_s8_const(const ingot_batch_matmul *k, const int8_t *left, int8_t *out, void *scratch,
                                      const void *params, unsigned y, unsigned n);

void ingot_batch_matmul_even_s16(const ingot_batch_matmul *k, const int16_t *left, const int16_t *right, int16_t *out,
                                 const void *params, unsigned y, unsigned n);
void ingot_batch_matmul_even_s16_const(const ingot_batch_matmul *k, const int16_t *left, int16_t *out,
                                       const void *params, unsigned y, unsigned n);

/* Of int16, whose zero points are 0; sums have 64 bits. */
void ingot_batch_matmul_s16(const ingot_batch_matmul *k, const int16_t *left, const int16_t *right, int16_t *out,
                            const void *params, unsigned y, unsigned n);
void ingot_batch_matmul_s16_columns(const ingot_batch_matmul *k, const int16_t *left, int16_t *out, const void *params,
                                    unsigned y, unsigned n);
void ingot_batch_matmul_s16_const(const ingot_batch_matmul *k, const int16_t *left, int16_t *out, const void *params,
                                  unsigned y, unsigned n);

void ingot_batch_matmul_f32(const ingot_batch_matmul *k, const float *left, const float *right, float *out,
                            const void *params, unsigned y, unsigned n);
/* The parameter block is the right matrices. */
void ingot_batch_matmul_f32_const(const ingot_batch_matmul *k, const float *left, float *out, const void *params,
                                  unsigned y, unsigned n);

#endif
