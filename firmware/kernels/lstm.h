/* SPDX-License-Identifier: Apache-2.0 */
/* UNIDIRECTIONAL_SEQUENCE_LSTM of int8 with an int16 cell state (ingot/compiler/kernels/lstm.py); without projection, peepholes and
 * layer normalization. Both states last from one inference to the next.
 */
#ifndef INGOT_LSTM_H
#define INGOT_LSTM_H

#include "ingot_kernel.h"

typedef struct ingot_lstm {
    uint32_t batches, steps, inputs, cells;
    uint8_t time_major; /* input (steps, batches, inputs), else (batches, steps, inputs) */
    uint8_t coupled;    /* the input gate is 1 - the forget gate */
    uint16_t in0_ring, in1_ring, in2_ring, out_ring;
} ingot_lstm;

/* Scaling of a gate's two products to Q3.12. */
typedef struct ingot_lstm_gate {
    int32_t input_multiplier, input_shift;
    int32_t recurrent_multiplier, recurrent_shift;
} ingot_lstm_gate;

/* The block: this; for the gates input, forget, cell, output: int8 input_weights[cells][4][inputs],
 * recurrent_weights[cells][4][cells]; int32 input_bias[cells][4], recurrent_bias[cells][4], which include zero points
 * times weights, and stand last because the rows of weights are read beyond their end. A coupled input gate's parts are
 * there, and zero. */
typedef struct ingot_lstm_params {
    ingot_lstm_gate gate[4];
    int32_t hidden_multiplier, hidden_shift, hidden_zero_point;
    int32_t cell_scale; /* logarithm, base 2, of the cell state's scale */
    int32_t cell_clip;  /* 0: none */
} ingot_lstm_params;

/* in1: output state (batches, cells); in2: cell state (batches, cells); both are changed. */
void ingot_lstm_s8(const ingot_lstm *k, const int8_t *in0, int8_t *in1, int16_t *in2, int8_t *out, const void *params,
                   unsigned y, unsigned n);

#endif
