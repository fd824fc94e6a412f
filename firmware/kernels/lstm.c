/* SPDX-License-Identifier: Apache-2.0 */
#include "lstm.h"

#include "dot.h"
#include "fixed16.h"

enum { INPUT, FORGET, CELL, OUTPUT };

/* Where the arrays of the block begin. */
typedef struct layout {
    const ingot_lstm_params *p;
    const int32_t *input_bias, *recurrent_bias;
    const int8_t *input_weights, *recurrent_weights;
} layout;

/* The gates of one cell before their activation functions, Q3.12. */
static void gates_of(const ingot_lstm *k, const layout *l, uint32_t cell, const int8_t *in, const int8_t *state,
                     int16_t gates[4])
{
    int32_t x[4], h[4];
    for (unsigned g = 0; g < 4; g++) {
        x[g] = l->input_bias[g * k->cells + cell];
        h[g] = l->recurrent_bias[g * k->cells + cell];
    }
    ingot_dots_s8(in, l->input_weights + cell * k->inputs, k->cells * k->inputs, k->inputs, x, 4);
    ingot_dots_s8(state, l->recurrent_weights + cell * k->cells, k->cells * k->cells, k->cells, h, 4);
#if INGOT_MVE
    const int32x4x4_t scale = vld4q_s32(INGOT_ALIGNED(&l->p->gate[0].input_multiplier));
    int32x4_t sum = ingot_requantize_lanes(vld1q_s32(INGOT_ALIGNED(x)), scale.val[0], scale.val[1]);
    sum = vminq_s32(vmaxq_s32(sum, vdupq_n_s32(INT16_MIN)), vdupq_n_s32(INT16_MAX));
    sum = vaddq_s32(sum, ingot_requantize_lanes(vld1q_s32(INGOT_ALIGNED(h)), scale.val[2], scale.val[3]));
    vstrhq_s32(INGOT_ALIGNED(gates), vminq_s32(vmaxq_s32(sum, vdupq_n_s32(INT16_MIN)), vdupq_n_s32(INT16_MAX)));
#else
    for (unsigned g = 0; g < 4; g++) {
        const ingot_lstm_gate *scale = &l->p->gate[g];
        const int32_t input = ingot_requantize_one(x[g], scale->input_multiplier, scale->input_shift);
        const int32_t recurrent = ingot_requantize_one(h[g], scale->recurrent_multiplier, scale->recurrent_shift);
        gates[g] = ingot_clamp16(ingot_clamp(input, INT16_MIN, INT16_MAX) + recurrent, INT16_MIN, INT16_MAX);
    }
#endif
}

/* As many cells as fixed16.h computes at a time: the gates become the new cell states and outputs of `count` of them. */
static void update(const ingot_lstm *k, const ingot_lstm_params *p, const int16_t *gates, int16_t *cell_state,
                   int8_t *out, uint32_t count)
{
    ingot_int16 gate[4], old;
#if INGOT_MVE
    const mve_pred16_t some = vctp16q(count);
    const int16x8x4_t all = vld4q_s16(INGOT_ALIGNED(gates));
    memcpy(gate, all.val, sizeof gate);
    old = vldrhq_z_s16(INGOT_ALIGNED(cell_state), some);
#else
    (void)count;
    memcpy(gate, gates, sizeof gate);
    old = *cell_state;
#endif
    const ingot_int16 forget = ingot_logistic16(gate[FORGET]);
    const ingot_int16 input =
        k->coupled ? ingot_sub16(ingot_all16(INT16_MAX), forget) : ingot_logistic16(gate[INPUT]);
    ingot_int16 cell = ingot_product16(input, ingot_tanh16(gate[CELL], 3), 30 + p->cell_scale);
    cell = ingot_add16(ingot_product16(forget, old, 15), cell);
    if (p->cell_clip > 0)
        cell = ingot_clamp16(cell, -p->cell_clip, p->cell_clip);
    const ingot_int16 squashed = ingot_tanh16(cell, 15 + p->cell_scale);
    ingot_int16 x = ingot_requantized_product16(ingot_logistic16(gate[OUTPUT]), squashed, p->hidden_multiplier,
                                                p->hidden_shift);
    x = ingot_clamp16(ingot_add16(x, ingot_all16(p->hidden_zero_point)), INT8_MIN, INT8_MAX);
#if INGOT_MVE
    vstrhq_p_s16(INGOT_ALIGNED(cell_state), cell, some);
    vstrbq_p_s16(out, x, some);
#else
    *cell_state = cell;
    *out = (int8_t)x;
#endif
}

/* One step of one batch. The new output is only written to out: every cell needs the whole old state. */
static void step(const ingot_lstm *k, const layout *l, const int8_t *in, const int8_t *state, int16_t *cell_state,
                 int8_t *out)
{
    int16_t gates[INGOT_LANES16][4] = {0};
    for (uint32_t c = 0, count; c < k->cells; c += count) {
        count = k->cells - c < INGOT_LANES16 ? k->cells - c : INGOT_LANES16;
        for (uint32_t i = 0; i < count; i++)
            gates_of(k, l, c + i, in, state, gates[i]);
        update(k, l->p, gates[0], cell_state + c, out + c, count);
    }
}

void ingot_lstm_s8(const ingot_lstm *k, const int8_t *in0, int8_t *in1, int16_t *in2, int8_t *out, const void *params,
                   unsigned y, unsigned n)
{
    layout l = {.p = params};
    l.input_bias = (const int32_t *)(l.p + 1);
    l.recurrent_bias = l.input_bias + 4 * k->cells;
    l.input_weights = (const int8_t *)(l.recurrent_bias + 4 * k->cells);
    l.recurrent_weights = l.input_weights + 4 * k->cells * k->inputs;
    (void)y;
    if (!n)
        return;
    for (uint32_t b = 0; b < k->batches; b++)
        for (uint32_t t = 0; t < k->steps; t++) {
            const uint32_t at = k->time_major ? t * k->batches + b : b * k->steps + t;
            int8_t *to = out + at * k->cells;
            step(k, &l, in0 + at * k->inputs, in1 + b * k->cells, in2 + b * k->cells, to);
            memcpy(in1 + b * k->cells, to, k->cells);
        }
}
