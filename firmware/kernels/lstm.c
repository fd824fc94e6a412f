/* SPDX-License-Identifier: Apache-2.0 */
#include "lstm.h"

#include "bytes.h"
#if INGOT_MVE
#include "lstm_mve.h"
#else
#include "dot.h"
#include "fixed16.h"
#endif

#if !INGOT_MVE
enum { INPUT, FORGET, CELL, OUTPUT };

/* A vector, its four rows of weights and biases for every cell. */
typedef struct products {
    const int8_t *vector, *weights;
    const int32_t *bias;
} products;

typedef struct layout {
    const ingot_lstm_params *p;
    products input, recurrent;
} layout;

static void begin(layout *l, const ingot_lstm *k, const void *params)
{
    l->p = params;
    l->input.weights = (const int8_t *)(l->p + 1);
    l->recurrent.weights = l->input.weights + 4 * k->cells * k->inputs;
    l->input.bias = (const int32_t *)(l->recurrent.weights + 4 * k->cells * k->cells);
    l->recurrent.bias = l->input.bias + 4 * k->cells;
}

/* The gates of one cell before their activation functions, Q3.12. */
static void gates_of(const ingot_lstm *k, const layout *l, uint32_t cell, int16_t gates[4])
{
    int32_t x[4], h[4];
    memcpy(x, l->input.bias + 4 * cell, sizeof x);
    memcpy(h, l->recurrent.bias + 4 * cell, sizeof h);
    ingot_dots_s8(l->input.vector, l->input.weights + 4 * cell * k->inputs, k->inputs, k->inputs, x, 4);
    ingot_dots_s8(l->recurrent.vector, l->recurrent.weights + 4 * cell * k->cells, k->cells, k->cells, h, 4);
    for (unsigned g = 0; g < 4; g++) {
        const ingot_lstm_gate *scale = &l->p->gate[g];
        const int32_t input = ingot_requantize_one(x[g], scale->input_multiplier, scale->input_shift);
        const int32_t recurrent = ingot_requantize_one(h[g], scale->recurrent_multiplier, scale->recurrent_shift);
        gates[g] = ingot_saturate16(ingot_saturate16(input) + recurrent);
    }
}

/* The gates become the new cell state and output of a cell. */
static void update(const ingot_lstm *k, const ingot_lstm_params *p, const int16_t gate[4], int16_t *cell_state,
                   int8_t *out)
{
    const int16_t forget = ingot_logistic16(gate[FORGET]);
    const int16_t input = k->coupled ? (int16_t)(INT16_MAX - forget) : ingot_logistic16(gate[INPUT]);
    int16_t cell = ingot_product16(input, ingot_tanh16(gate[CELL], 3), 30 + p->cell_scale);
    cell = ingot_saturate16(ingot_product16(forget, *cell_state, 15) + cell);
    if (p->cell_clip > 0)
        cell = ingot_clamp16(cell, -p->cell_clip, p->cell_clip);
    const int16_t squashed = ingot_tanh16(cell, 15 + p->cell_scale);
    const int16_t x = ingot_requantized_product16(ingot_logistic16(gate[OUTPUT]), squashed, p->hidden_multiplier,
                                                  p->hidden_shift);
    *cell_state = cell;
    *out = (int8_t)ingot_clamp(x + p->hidden_zero_point, INT8_MIN, INT8_MAX);
}

/* One step of one batch. The new output is only written to out: every cell needs the whole old state. */
static void step(const ingot_lstm *k, const layout *l, int16_t *cell_state, int8_t *out)
{
    int16_t gates[4];
    for (uint32_t c = 0; c < k->cells; c++) {
        gates_of(k, l, c, gates);
        update(k, l->p, gates, cell_state + c, out + c);
    }
}
#endif

void ingot_lstm_s8(const ingot_lstm *k, const int8_t *in0, int8_t *in1, int16_t *in2, int8_t *out, const void *params,
                   unsigned y, unsigned n)
{
    layout l;
    (void)y;
    if (!n)
        return;
    begin(&l, k, params);
    const uint32_t step_rows = k->time_major ? k->batches : 1; /* between two steps of a batch */
    for (uint32_t b = 0; b < k->batches; b++, in1 += k->cells, in2 += k->cells) {
        const uint32_t first = k->time_major ? b : b * k->steps;
        int8_t *to = out + first * k->cells;
        l.input.vector = in0 + first * k->inputs;
        l.recurrent.vector = in1;
        for (uint32_t t = k->steps; t--; to += step_rows * k->cells) {
            step(k, &l, in2, to);
            l.input.vector += step_rows * k->inputs;
            l.recurrent.vector = to; /* copied once, after the last step */
        }
        ingot_copy_bytes(in1, l.recurrent.vector, k->cells);
    }
}
