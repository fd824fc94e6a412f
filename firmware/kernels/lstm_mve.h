/* SPDX-License-Identifier: Apache-2.0 */
/* A step of an LSTM with Helium. The gates of a cell lie side by side in a vector, which is two cells' in 16 bits, so that
 * few lanes stay empty. What compares lanes in assembly is a whole function: no asm statement can say that it changes
 * the predicates. */
#ifndef INGOT_LSTM_MVE_H
#define INGOT_LSTM_MVE_H

#include "dot.h"
#include "lstm.h"
#include "squash16_mve.h"
#include "vector.h"

enum { LSTM_CELLS = 32 }; /* at a time */

/* A vector of n bytes; its four rows of weights and biases for every cell; what scales the sums to Q3.12. */
typedef struct products {
    const int8_t *vector, *weights;
    const int32_t *bias;
    uint32_t n;
    int32_t left[4], multiplier[4], right[4]; /* right <= 0 */
} products;

#define LSTM_ROW(sum)                                                                                                  \
    "vldrb.8 q6, [r5]\n"                                                                                               \
    "vmladava.s8 " sum ", q0, q6\n"                                                                                    \
    "vldrb.8 q7, [r5, #16]\n"                                                                                          \
    "add r5, r7\n"                                                                                                     \
    "vmladava.s8 " sum ", q1, q7\n"

/* Vectors of at most 32 bytes, which stay in registers. Rows are read beyond their end, the last one into the biases;
 * there the vector is zero. Negative numbers are lowered by one before shifts, as in ingot_rdbypot_x4(). */
#define LSTM_SHORT_PRODUCTS(name, add)                                                                                 \
    __attribute__((naked, noinline)) static void name(                                                                 \
        const products *p __attribute__((unused)), int16_t *gates __attribute__((unused)),                             \
        uint32_t first __attribute__((unused)), uint32_t cells __attribute__((unused)))                                \
    {                                                                                                                  \
        __asm__ volatile("push {r4-r8, lr}\n"                                                                          \
                         "vpush {d8-d15}\n"                                                                            \
                         "ldm r0!, {r4-r7}\n"                                                                          \
                         "vldrw.32 q2, [r0]\n"                                                                         \
                         "mul r8, r7, r2\n"                                                                            \
                         "vldrw.32 q3, [r0, #16]\n"                                                                    \
                         "add r5, r5, r8, lsl #2\n"                                                                    \
                         "vldrw.32 q4, [r0, #32]\n"                                                                    \
                         "add r6, r6, r2, lsl #4\n"                                                                    \
                         "vshr.s32 q5, q4, #31\n"                                                                      \
                         "vctp.8 r7\n"                                                                                 \
                         "vpst\n"                                                                                      \
                         "vldrbt.8 q0, [r4]\n"                                                                         \
                         "sub r8, r7, #16\n"                                                                           \
                         "usat r8, #8, r8\n"                                                                           \
                         "vctp.8 r8\n"                                                                                 \
                         "vpst\n"                                                                                      \
                         "vldrbt.8 q1, [r4, #16]\n"                                                                    \
                         "dls lr, r3\n"                                                                                \
                         "1:\n"                                                                                        \
                         "ldm r6!, {r0, r2, r4, r8}\n"                                                                 \
                         LSTM_ROW("r0") LSTM_ROW("r2") LSTM_ROW("r4") LSTM_ROW("r8")                                   \
                         "vmov q6[2], q6[0], r0, r4\n"                                                                 \
                         "vmov q6[3], q6[1], r2, r8\n"                                                                 \
                         "vshl.s32 q6, q6, q2\n"                                                                       \
                         "vqrdmulh.s32 q6, q6, q3\n"                                                                   \
                         "vpt.s32 lt, q6, zr\n"                                                                        \
                         "vqaddt.s32 q6, q6, q5\n"                                                                     \
                         "vrshl.s32 q6, q6, q4\n"                                                                      \
                         add                                                                                           \
                         "vqmovnb.s32 q6, q6\n"                                                                        \
                         "vstrh.32 q6, [r1], #8\n"                                                                     \
                         "le lr, 1b\n"                                                                                 \
                         "vpop {d8-d15}\n"                                                                             \
                         "pop {r4-r8, pc}\n");                                                                         \
    }
LSTM_SHORT_PRODUCTS(lstm_short_products, "")
LSTM_SHORT_PRODUCTS(lstm_more_short_products, "vldrh.s32 q7, [r1]\nvadd.i32 q6, q6, q7\n")

/* Of vectors of any length. */
__attribute__((noinline)) static void lstm_long_products(const products *p, int16_t *gates, uint32_t first,
                                                         uint32_t cells, int more)
{
    const int32x4_t multiplier = vld1q_s32(INGOT_ALIGNED(p->multiplier));
    const int32x4_t shift = vaddq_s32(vld1q_s32(INGOT_ALIGNED(p->left)), vld1q_s32(INGOT_ALIGNED(p->right)));
    const int8_t *weights = p->weights + 4 * first * p->n;
    for (const int32_t *bias = p->bias + 4 * first; cells--; bias += 4, weights += 4 * p->n, gates += 4) {
        int32_t sums[4];
        memcpy(sums, bias, sizeof sums);
        ingot_four_dots_s8(p->vector, weights, p->n, p->n, sums);
        int32x4_t sum = ingot_requantize_lanes(vld1q_s32(INGOT_ALIGNED(sums)), multiplier, shift);
        if (more)
            sum = vaddq_s32(sum, vldrhq_s32(INGOT_ALIGNED(gates)));
        vstrhq_s32(INGOT_ALIGNED(gates), vreinterpretq_s32_s16(vqmovnbq_s32(vreinterpretq_s16_s32(sum), sum)));
    }
}

/* gates = products of `cells` cells, saturated, and what is there if there is more. */
INGOT_INLINE void gates_of(const products *p, int16_t *gates, uint32_t first, uint32_t cells, int more)
{
    INGOT_CHECK_ALIGNED(p->bias, 4);
    INGOT_CHECK_ALIGNED(gates, 2);
    if (p->n > 32)
        lstm_long_products(p, gates, first, cells, more);
    else if (more)
        lstm_more_short_products(p, gates, first, cells);
    else
        lstm_short_products(p, gates, first, cells);
}

/* The functions of two cells' gates: input, forget, cell, output. */
static const ingot_squash lstm_gates = {
    .bits = {3, 3, 4, 3, 3, 3, 4, 3},
    .places = {0, 0, 1, 0, 0, 0, 1, 0},
    .start = {0, 0, 1 << 13, 0, 0, 0, 1 << 13, 0},
    .left = {1, 1, 2, 1, 1, 1, 2, 1},
    .top = {INT16_MAX, INT16_MAX, 0, INT16_MAX, INT16_MAX, INT16_MAX, 0, INT16_MAX},
};

/* TANH in all lanes, of numbers with bits - 1 bits before the point. A function, as begin() is, so that their vectors
 * need no room in the frame under the steps. */
__attribute__((noinline)) static void lstm_tanh(ingot_squash *all, int32_t bits)
{
    vst1q_s16(INGOT_ALIGNED(all->bits), vdupq_n_s16((int16_t)bits));
    vst1q_s16(INGOT_ALIGNED(all->places), vdupq_n_s16((int16_t)(bits - 3)));
    vst1q_s16(INGOT_ALIGNED(all->start), vdupq_n_s16(1 << 13));
    vst1q_s16(INGOT_ALIGNED(all->left), vdupq_n_s16(2));
    vst1q_s16(INGOT_ALIGNED(all->top), vdupq_n_s16(0));
}

/* What the cells' states and outputs are computed with. The shifts to the right are negative. */
typedef struct numbers {
    int32_t clip, coupled; /* 0: not */
    int32_t state_right;   /* of the input gate times tanh() */
    int32_t state_left;    /* of the argument of the next tanh() */
    uint32_t count;        /* of cells, > 0 */
    int32_t multiplier, left, right, zero; /* of outputs */
} numbers;

/* New states of `count` cells, which go to `squashed`, too, to be squashed. The output gates become the first gates.
 * Ties go away from zero: what is rounded is the products' sizes. A state of -2^15 has none, so the forget gate changes
 * its sign, not the state; tanh() is above -2^15. The input gate times tanh() is shifted by at least 15 and fits. */
__attribute__((naked, noinline)) static void
lstm_new_states(const numbers *p __attribute__((unused)), int16_t *gates __attribute__((unused)),
                int16_t *state __attribute__((unused)), int16_t *squashed __attribute__((unused)))
{
    __asm__ volatile("push {r4-r7, lr}\n"
                     "vpush {d8-d15}\n"
                     "ldm r0, {r4-r7, r12}\n"
                     "mov r0, r1\n"
                     "1:\n"
                     "vld40.16 {q4, q5, q6, q7}, [r0]\n"
                     "vld41.16 {q4, q5, q6, q7}, [r0]\n"
                     "vld42.16 {q4, q5, q6, q7}, [r0]\n"
                     "vld43.16 {q4, q5, q6, q7}, [r0]!\n"
                     "vctp.16 r12\n"
                     "vpst\n"
                     "vldrht.u16 q0, [r2]\n"
                     "vstrh.16 q7, [r1], #16\n"
                     "cbz r5, 2f\n"
                     "vmvn.i16 q4, #0x8000\n"
                     "vsub.i16 q4, q4, q5\n"
                     "2:\n"
                     "vabs.s16 q1, q6\n"
                     "vmullb.s16 q2, q4, q1\n"
                     "vmullt.s16 q1, q4, q1\n"
                     "vrshl.s32 q2, r6\n"
                     "vrshl.s32 q1, r6\n"
                     "vpt.s16 lt, q0, zr\n"
                     "vnegt.s16 q5, q5\n"
                     "vqrdmulh.s16 q3, q5, q0\n"
                     "vmovnt.i32 q2, q1\n"
                     "vpt.s16 lt, q0, zr\n"
                     "vnegt.s16 q3, q3\n"
                     "vpte.s16 lt, q6, zr\n"
                     "vqsubt.s16 q3, q3, q2\n"
                     "vqadde.s16 q3, q3, q2\n"
                     "cbz r4, 3f\n"
                     "vdup.16 q0, r4\n"
                     "vmin.s16 q3, q3, q0\n"
                     "vneg.s16 q0, q0\n"
                     "vmax.s16 q3, q3, q0\n"
                     "3:\n"
                     "vctp.16 r12\n"
                     "vpst\n"
                     "vstrht.16 q3, [r2], #16\n"
                     "vqshl.s16 q3, r7\n"
                     "vstrh.16 q3, [r3], #16\n"
                     "subs r12, #8\n"
                     "bgt 1b\n"
                     "vpop {d8-d15}\n"
                     "pop {r4-r7, pc}\n");
}

__attribute__((naked, noinline)) static void
lstm_outputs(const numbers *p __attribute__((unused)), const int16_t *gates __attribute__((unused)),
             const int16_t *squashed __attribute__((unused)), int8_t *out __attribute__((unused)))
{
    __asm__ volatile("push {r4-r8, lr}\n"
                     "add r0, #16\n"
                     "ldm r0, {r4-r8}\n"
                     "asr r0, r7, #31\n"
                     "1:\n"
                     "vldrh.u16 q0, [r1], #16\n"
                     "vldrh.u16 q1, [r2], #16\n"
                     "vmullb.s16 q2, q0, q1\n"
                     "vmullt.s16 q3, q0, q1\n"
                     "vshl.s32 q2, r6\n"
                     "vshl.s32 q3, r6\n"
                     "vqrdmulh.s32 q2, q2, r5\n"
                     "vqrdmulh.s32 q3, q3, r5\n"
                     "vpt.s32 lt, q2, zr\n"
                     "vqaddt.s32 q2, q2, r0\n"
                     "vpt.s32 lt, q3, zr\n"
                     "vqaddt.s32 q3, q3, r0\n"
                     "vrshl.s32 q2, r7\n"
                     "vrshl.s32 q3, r7\n"
                     "vqmovnb.s32 q1, q2\n"
                     "vqmovnt.s32 q1, q3\n"
                     "vqadd.s16 q1, q1, r8\n"
                     "vqmovnb.s16 q1, q1\n"
                     "vctp.16 r4\n"
                     "vpst\n"
                     "vstrbt.16 q1, [r3], #8\n"
                     "subs r4, #8\n"
                     "bgt 1b\n"
                     "pop {r4-r8, pc}\n");
}

/* What stays the same in all steps of a call. */
typedef struct layout {
    products input, recurrent;
    numbers cells;
    ingot_squash tanh;
} layout;

static void lstm_scaling(products *to, int32x4_t multiplier, int32x4_t shift)
{
    const int32x4_t right = vminq_s32(shift, vdupq_n_s32(0));
    vst1q_s32(INGOT_ALIGNED(to->left), vsubq_s32(shift, right));
    vst1q_s32(INGOT_ALIGNED(to->multiplier), multiplier);
    vst1q_s32(INGOT_ALIGNED(to->right), right);
}

__attribute__((noinline)) static void begin(layout *l, const ingot_lstm *k, const void *params)
{
    const ingot_lstm_params *p = params;
    const int32x4x4_t scale = vld4q_s32(INGOT_ALIGNED(&p->gate[0].input_multiplier));
    const int32_t bits = 16 + p->cell_scale;
    l->input.weights = (const int8_t *)(p + 1);
    l->recurrent.weights = l->input.weights + 4 * k->cells * k->inputs;
    l->input.bias = (const int32_t *)(l->recurrent.weights + 4 * k->cells * k->cells);
    l->recurrent.bias = l->input.bias + 4 * k->cells;
    l->input.n = k->inputs;
    l->recurrent.n = k->cells;
    lstm_scaling(&l->input, scale.val[0], scale.val[1]);
    lstm_scaling(&l->recurrent, scale.val[2], scale.val[3]);
    l->cells.clip = p->cell_clip;
    l->cells.coupled = k->coupled;
    l->cells.state_right = -14 - bits;
    l->cells.state_left = bits < 4 ? 0 : bits - 4;
    l->cells.multiplier = p->hidden_multiplier;
    l->cells.left = p->hidden_shift > 0 ? p->hidden_shift : 0;
    l->cells.right = p->hidden_shift - l->cells.left;
    l->cells.zero = p->hidden_zero_point;
    lstm_tanh(&l->tanh, bits < 4 ? bits : 4);
}

/* One step of one batch. The new output is only written to out: every cell needs the whole old state. */
static void step(const ingot_lstm *k, layout *l, int16_t *cell_state, int8_t *out)
{
    int16_t gates[4 * LSTM_CELLS], squashed[LSTM_CELLS];
    for (uint32_t c = 0, count; c < k->cells; c += count) {
        count = k->cells - c < LSTM_CELLS ? k->cells - c : LSTM_CELLS;
        gates_of(&l->input, gates, c, count, 0);
        gates_of(&l->recurrent, gates, c, count, 1);
        ingot_squash16(gates, &lstm_gates, (count + 1) / 2);
        INGOT_CHECK_ALIGNED(cell_state, 2);
        l->cells.count = count;
        lstm_new_states(&l->cells, gates, cell_state + c, squashed);
        ingot_squash16(squashed, &l->tanh, (count + 7) / 8);
        lstm_outputs(&l->cells, gates, squashed, out + c);
    }
}

#endif
