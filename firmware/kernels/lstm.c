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

/* A gate of one cell before its activation function, Q3.12. */
static int16_t gate(const ingot_lstm *k, const layout *l, unsigned which, uint32_t cell, const int8_t *in,
                    const int8_t *state)
{
    const ingot_lstm_gate *scale = &l->p->gate[which];
    const uint32_t row = which * k->cells + cell;
    int32_t x = ingot_dot_s8(l->input_bias[row], l->input_weights + row * k->inputs, in, k->inputs);
    int32_t h = ingot_dot_s8(l->recurrent_bias[row], l->recurrent_weights + row * k->cells, state, k->cells);
    x = ingot_clamp(ingot_requantize(x, scale->input_multiplier, scale->input_shift), INT16_MIN, INT16_MAX);
    h = ingot_requantize(h, scale->recurrent_multiplier, scale->recurrent_shift);
    return (int16_t)ingot_clamp(x + h, INT16_MIN, INT16_MAX);
}

/* One step of one batch. The new output is only written to out: every cell needs the whole old state. */
static void step(const ingot_lstm *k, const layout *l, const int8_t *in, const int8_t *state, int16_t *cell_state,
                 int8_t *out)
{
    const ingot_lstm_params *p = l->p;
    for (uint32_t c = 0; c < k->cells; c++) {
        const int16_t forget = ingot_logistic16(gate(k, l, FORGET, c, in, state));
        const int16_t update = ingot_tanh16(gate(k, l, CELL, c, in, state), 3);
        const int16_t input =
            k->coupled ? (int16_t)(INT16_MAX - forget) : ingot_logistic16(gate(k, l, INPUT, c, in, state));
        int32_t cell = (int16_t)ingot_rdbypot(forget * cell_state[c], 15);
        cell += (int16_t)ingot_rdbypot(input * update, 30 + p->cell_scale);
        cell = ingot_clamp(cell, INT16_MIN, INT16_MAX);
        if (p->cell_clip > 0)
            cell = ingot_clamp(cell, -p->cell_clip, p->cell_clip);
        cell_state[c] = (int16_t)cell;
        const int16_t open = ingot_logistic16(gate(k, l, OUTPUT, c, in, state));
        const int16_t squashed = ingot_tanh16((int16_t)cell, 15 + p->cell_scale);
        const int32_t x = ingot_requantize(open * squashed, p->hidden_multiplier, p->hidden_shift);
        out[c] = (int8_t)ingot_clamp(x + p->hidden_zero_point, INT8_MIN, INT8_MAX);
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
