# SPDX-License-Identifier: Apache-2.0
"""UNIDIRECTIONAL_SEQUENCE_LSTM of int8 with an int16 cell state (firmware/kernels/lstm.c).

Formulas: LiteRT's kernels/unidirectional_sequence_lstm.cc, PopulateQuantizedLstmParams8x8_16(), and lstm_eval.cc.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.kernels.powers_of_two import exact_log2
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(lstm=2)

_INPUT, _OUTPUT_STATE, _CELL_STATE = 0, 18, 19
_INPUT_WEIGHTS, _RECURRENT_WEIGHTS, _BIASES = 1, 5, 12  # of the input gate; forget, cell and output follow
_GATES = 4


def lstm_of_integers(graph: Graph, op: Operator) -> bool:
    """The data are integers: of float32 the functions of the gates are approximations of the host's vectors in LiteRT,
    which no firmware equals. Convert the model again with a representative data set."""
    return graph.tensors[op.inputs[_INPUT] or 0].dtype is not DType.FLOAT32


def lstm_types(graph: Graph, op: Operator) -> bool:
    """Input, weights, output state and output are int8, the cell state int16, the biases int32."""
    weights = [*range(_INPUT_WEIGHTS, _INPUT_WEIGHTS + _GATES), *range(_RECURRENT_WEIGHTS, _RECURRENT_WEIGHTS + _GATES)]
    bytes_ = [_present(graph, op, i) for i in (_INPUT, _OUTPUT_STATE, *weights)]
    biases = [_present(graph, op, i) for i in range(_BIASES, _BIASES + _GATES)]
    cell = _present(graph, op, _CELL_STATE)
    return (
        all(t is None or t.dtype is DType.INT8 for t in (*bytes_, graph.tensors[op.outputs[0]]))
        and all(t is None or t.dtype is DType.INT32 for t in biases)
        and cell is not None
        and cell.dtype is DType.INT16
    )


def plain_lstm(graph: Graph, op: Operator) -> bool:
    """No projection, peepholes or layer normalization; the input gate may be coupled to the forget gate."""
    extras = [9, 10, 11, 16, 17, 20, 21, 22, 23]
    needed = [_INPUT, 2, 3, 4, 6, 7, 8, 13, 14, 15, _OUTPUT_STATE, _CELL_STATE]
    coupled = [_present(graph, op, i) is None for i in (_INPUT_WEIGHTS, _RECURRENT_WEIGHTS)]
    return (
        all(_present(graph, op, i) is None for i in extras)
        and all(_present(graph, op, i) is not None for i in needed)
        and len(set(coupled)) == 1
    )


def lstm_states(graph: Graph, op: Operator) -> bool:
    """Weights and biases are constant, states are variables; the cell state has a scale of 2^-15 to 2^-9. Weights and
    cell state have zero point 0."""
    tensors = {i: t for i in range(20) if (t := _present(graph, op, i)) is not None}
    if _CELL_STATE not in tensors or tensors[_CELL_STATE].quant is None:
        return False
    log = exact_log2(tensors[_CELL_STATE].scale)
    states = all(tensors[i].is_variable for i in (_OUTPUT_STATE, _CELL_STATE) if i in tensors)
    constant = all(t.is_constant for i, t in tensors.items() if i not in (_INPUT, _OUTPUT_STATE, _CELL_STATE))
    gates = (*range(_INPUT_WEIGHTS, _INPUT_WEIGHTS + _GATES), *range(_RECURRENT_WEIGHTS, _RECURRENT_WEIGHTS + _GATES))
    symmetric = [tensors[i].quant for i in (*gates, _CELL_STATE) if i in tensors]
    if any(quant is not None and np.any(quant.zero_point) for quant in symmetric):
        return False
    return states and constant and log is not None and -15 <= log <= -9


def knows_hidden_scale(graph: Graph, op: Operator) -> bool:
    """The model gives the scale of the hidden result (its fifth intermediate tensor)."""
    return len(op.attrs.get("intermediate_scales", ())) == 5


_RULES = (lstm_of_integers, plain_lstm, lstm_types, lstm_states, knows_hidden_scale)


@lowers("UNIDIRECTIONAL_SEQUENCE_LSTM", constraints=_RULES)
def lower_lstm(site: Site) -> Call:
    """ingot_lstm_s8(); both states persist."""
    source, state, cell = (site.input(i) for i in (_INPUT, _OUTPUT_STATE, _CELL_STATE))
    time_major = bool(site.op.attrs.get("time_major", False))
    batches, steps = (source.shape[1], source.shape[0]) if time_major else source.shape[:2]
    cells, inputs = cell.shape[-1], source.shape[-1]
    input_weights = _stack(site, _INPUT_WEIGHTS, (cells, inputs))
    recurrent_weights = _stack(site, _RECURRENT_WEIGHTS, (cells, cells))
    biases = np.stack([_data(site, _BIASES + g, (cells,)) for g in range(_GATES)]).astype(np.int64)
    input_bias = biases - source.zero_point * input_weights.astype(np.int64).sum(axis=2)
    recurrent_bias = -state.zero_point * recurrent_weights.astype(np.int64).sum(axis=2)
    coupled = not site.has_input(_INPUT_WEIGHTS)
    if coupled:
        input_bias[0] = 0
    return Call(
        kernel="lstm_s8",
        descriptor="lstm",
        inputs=(_INPUT, _OUTPUT_STATE, _CELL_STATE),
        outputs=(0,),
        fields={
            "batches": batches,
            "steps": steps,
            "inputs": inputs,
            "cells": cells,
            "time_major": int(time_major),
            "coupled": int(coupled),
        },
        params=(
            Param("scaling", np.asarray(_scaling(site, source, state, cell), np.int32)),
            Param("input_weights", _of_cells(input_weights)),
            Param("recurrent_weights", _of_cells(recurrent_weights)),
            Param("input_bias", _of_cells(input_bias).astype(np.int32)),
            Param("recurrent_bias", _of_cells(recurrent_bias).astype(np.int32)),
        ),
        windows=(None, None, None),
    )


def _present(graph: Graph, op: Operator, position: int) -> Tensor | None:
    tensor = op.inputs[position] if position < len(op.inputs) else None
    return None if tensor is None else graph.tensors[tensor]


def _data(site: Site, position: int, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """A constant input; zeros where it is absent."""
    return np.asarray(site.input(position).data) if site.has_input(position) else np.zeros(shape, np.int8)


def _stack(site: Site, first: int, shape: tuple[int, int]) -> npt.NDArray[np.int8]:
    return np.stack([_data(site, first + g, shape) for g in range(_GATES)]).astype(np.int8)


def _of_cells(stack: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What is (gates, cells, ...) as (cells, gates, ...)."""
    return np.ascontiguousarray(stack.swapaxes(0, 1))


def _scaling(site: Site, source: Tensor, state: Tensor, cell: Tensor) -> list[int]:
    """ingot_lstm_params. Products and quotients of scales are float32 where they are in LiteRT."""
    words: list[int] = []
    for g in range(_GATES):
        for position, tensor in ((_INPUT_WEIGHTS + g, source), (_RECURRENT_WEIGHTS + g, state)):
            weight = np.float32(site.input(position).scale if site.has_input(position) else 1.0)
            words += quantize_multiplier(float(weight * np.float32(tensor.scale) / np.float32(2.0**-12)))
    hidden = float(np.float32(site.op.attrs["intermediate_scales"][4]))
    words += quantize_multiplier(float(np.float32(2.0**-15 / hidden * 2.0**-15)))
    words.append(int(site.op.attrs["intermediate_zero_points"][4]))
    words.append(exact_log2(cell.scale) or 0)
    clip = np.float32(site.op.attrs.get("cell_clip", 0.0))
    limit = np.clip(clip / np.float32(cell.scale), np.float32(-32768), np.float32(32767)) if clip > 0 else 0
    words.append(int(limit))
    return words
