# SPDX-License-Identifier: Apache-2.0
"""Every rule of these operators refuses a graph that breaks it, with its own text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.graph import DType, Graph, Operator, Quantization, Tensor
from ingot.compiler.kernels import (
    add,
    arg_extreme,
    batch_matmul,
    batch_space,
    broadcast,
    concat,
    conv2d,
    dynamic_range,
    gather,
    indexed,
    l2_normalization,
    log_softmax,
    lstm,
    minmax,
    mirror_pad,
    move,
    pad,
    pairs,
    pooling,
    prelu,
    quantize,
    reduce,
    resize_bilinear,
    resize_nearest,
    select,
    sigmoid16,
    softmax,
    squared_difference,
    svdf,
    table,
    transpose_conv,
    unary,
)
from ingot.compiler.kernels.lower import check_supported, load_operators
from ingot.compiler.kernels.registry import OPERATORS

Spec = Tensor | None


def t(shape: Sequence[int] = (1, 4, 4, 8), dtype: str = "int8", scale: Any = 0.5, zero: int = 0, **more: Any) -> Tensor:
    """A tensor; scale None leaves it unquantized."""
    quant = None
    if scale is not None and dtype in ("int8", "uint8", "int16"):
        scales = np.atleast_1d(np.asarray(scale, np.float32))
        quant = Quantization(scales, np.full(scales.shape, zero, np.int64))
    return Tensor("t", tuple(shape), DType(dtype), quant, **more)


def c(values: Any, dtype: str = "int32", **more: Any) -> Tensor:
    """A constant."""
    array = np.asarray(values).astype(dtype)
    return t(array.shape, dtype, data=array, **more)


F, I16, I32 = t(dtype="float32"), t(dtype="int16"), t(dtype="int32")
LSTM_WEIGHT, LSTM_BIAS = c(np.zeros((4, 4)), "int8"), c(np.zeros(4))
LSTM_INPUTS: tuple[Spec, ...] = (
    t((1, 2, 4)), *[LSTM_WEIGHT] * 8, None, None, None, *[LSTM_BIAS] * 4, None, None,
    t((1, 4), is_variable=True), t((1, 4), "int16", 2.0**-11, is_variable=True),
)  # fmt: skip
SVDF_INPUTS: tuple[Spec, ...] = (
    t((1, 4)), c(np.zeros((2, 4)), "int8"), c(np.zeros((2, 3)), "int16"), None, t((1, 6), "int16", is_variable=True),
)  # fmt: skip
DEEP = t((2,) * 6, "float32")
KERNEL, FLOAT_KERNEL = (c(np.ones((8, 3, 3, 8)), dtype) for dtype in ("int8", "float32"))
HIDDEN = {"intermediate_scales": (1.0,) * 5, "intermediate_zero_points": (0,) * 5}


def put(inputs: tuple[Spec, ...], position: int, tensor: Spec) -> tuple[Spec, ...]:
    return (*inputs[:position], tensor, *inputs[position + 1 :])


# rule -> (operator, inputs, outputs, attributes) that break it and no rule before it
BROKEN: dict[Any, tuple[str, tuple[Spec, ...], tuple[Tensor, ...], dict[str, Any]]] = {
    add.one_type: ("ADD", (t(), I16), (t(),), {}),
    add.quantized_numbers_have_scales: ("ADD", (t(scale=None), t()), (t(),), {}),
    add.known_activation: ("ADD", (t(), t()), (t(),), {"activation": "SIGN_BIT"}),
    add.int16_is_symmetric: ("MUL", (t(dtype="int16", zero=1), I16), (I16,), {}),
    add.one_input_has_the_output_scale: ("ADD", (I16, I16), (t(dtype="int16", scale=2.0),), {}),
    broadcast.fits_broadcast: (
        "ADD",
        (t((2, 1, 2, 1, 2, 1)), t((1, 2, 1, 2, 1, 2))),
        (t((2, 2, 2, 2, 2, 2)),),
        {},
    ),
    minmax.one_scale: ("MAXIMUM", (t(scale=0.25), t()), (t(),), {}),
    squared_difference.difference_types: ("SQUARED_DIFFERENCE", (I16, I16), (I16,), {}),
    prelu.prelu_types: ("PRELU", (I16, I16), (I16,), {}),
    softmax.softmax_types: ("SOFTMAX", (I32,), (I32,), {}),
    softmax.softmax_output_scale: ("SOFTMAX", (t(),), (t(),), {}),
    softmax.softmax_input_scale: ("SOFTMAX", (t(scale=(0.5, 0.25)),), (t(scale=1 / 256, zero=-128),), {}),
    log_softmax.log_softmax_types: ("LOG_SOFTMAX", (t(),), (t(),), {}),
    l2_normalization.l2_types: ("L2_NORMALIZATION", (t(),), (t(),), {}),
    concat.no_activation: ("L2_NORMALIZATION", (F,), (F,), {"activation": "RELU"}),
    concat.concat_types: ("CONCATENATION", (t(scale=0.25), t()), (t((1, 4, 4, 16)),), {"axis": 3}),
    move.one_type_and_scale: ("TRANSPOSE", (t(), c([0, 1, 2, 3])), (t(scale=0.25),), {}),
    move.steps_are_constant: ("TRANSPOSE", (t(), t((4,), "int32")), (t(),), {}),
    move.no_new_axes: ("STRIDED_SLICE", (t(), *[c([0, 0, 0, 0])] * 3), (t(),), {"new_axis_mask": 1}),
    move.movable: (
        "TILE",
        (t((2,) * 5), c([2] * 5)),
        (t((4,) * 5),),
        {},
    ),
    batch_space.three_or_four_dimensions: (
        "SPACE_TO_BATCH_ND",
        (t((1, 4, 4, 4, 1)), c([1, 1, 1]), c(np.zeros((3, 2)))),
        (t((1, 4, 4, 4, 1)),),
        {},
    ),
    pad.paddings_are_constant: ("PAD", (t(), t((4, 2), "int32")), (t(),), {}),
    pad.pad_rank: ("PAD", (t((1,) * 6), c(np.zeros((6, 2)))), (t((1,) * 6),), {}),
    pad.pad_types: ("PAD", (t(), c(np.zeros((4, 2)))), (t(scale=0.25),), {}),
    mirror_pad.mirror_fits: (
        "MIRROR_PAD",
        (t((1, 2, 2, 1)), c([[0, 0], [2, 0], [0, 0], [0, 0]])),
        (t((1, 4, 2, 1)),),
        {"mode": "REFLECT"},
    ),
    gather.gather_types: ("GATHER", (t(), t((2,), "int64")), (t(),), {}),
    gather.indexes_exist: ("GATHER", (t((3,)), c([3])), (t((1,)),), {"axis": 0}),
    resize_bilinear.resize_types: ("RESIZE_BILINEAR", (t((4, 4, 8)), c([4, 4])), (t((4, 4, 8)),), {}),
    resize_bilinear.positions_stay_inside: (
        "RESIZE_BILINEAR",
        (t((1, 3, 3, 1)), c([2000, 2000])),
        (t((1, 2000, 2000, 1)),),
        {},
    ),
    resize_nearest.same_type_and_scale: ("RESIZE_NEAREST_NEIGHBOR", (t(), c([4, 4])), (t(scale=0.25),), {}),
    quantize.quantize_types: ("QUANTIZE", (I32,), (F,), {}),
    quantize.dequantize_types: ("DEQUANTIZE", (t(),), (I32,), {}),
    quantize.quantized_per_tensor: ("QUANTIZE", (F,), (t(scale=(0.5, 0.25)),), {}),
    reduce.reduce_types: ("MEAN", (t(dtype="uint8"), c([1])), (t(dtype="uint8"),), {}),
    reduce.axes_are_constant: ("MEAN", (t(), t((1,), "int32")), (t(),), {}),
    reduce.reduce_scales: ("REDUCE_MAX", (t(), c([1])), (t(scale=0.25),), {}),
    reduce.few_alternations: ("SUM", (t((2,) * 9), c([0, 2, 4, 6, 8])), (t((2,) * 4),), {}),
    arg_extreme.arg_types: ("ARG_MAX", (t(), c(0)), (t(),), {}),
    sigmoid16.symmetric_int16: ("LOGISTIC", (t(dtype="int16", zero=1),), (I16,), {}),
    unary.float_or_int16: ("TANH", (I32,), (I32,), {}),
    unary.one_float_type: ("SQUARE", (I16,), (I16,), {}),
    lstm.plain_lstm: ("UNIDIRECTIONAL_SEQUENCE_LSTM", put(LSTM_INPUTS, 9, I16), (t((1, 2, 4)),), HIDDEN),
    lstm.lstm_of_integers: ("UNIDIRECTIONAL_SEQUENCE_LSTM", put(LSTM_INPUTS, 0, F), (t((1, 2, 4)),), HIDDEN),
    lstm.lstm_types: ("UNIDIRECTIONAL_SEQUENCE_LSTM", put(LSTM_INPUTS, 0, I16), (t((1, 2, 4)),), HIDDEN),
    lstm.lstm_states: ("UNIDIRECTIONAL_SEQUENCE_LSTM", put(LSTM_INPUTS, 18, t((1, 4))), (t((1, 2, 4)),), HIDDEN),
    lstm.knows_hidden_scale: ("UNIDIRECTIONAL_SEQUENCE_LSTM", LSTM_INPUTS, (t((1, 2, 4)),), {}),
    dynamic_range.dynamic_range_weights: ("CONV_2D", (F, t((8, 3, 3, 8), scale=None)), (F,), {}),
    transpose_conv.weights_as_data: ("TRANSPOSE_CONV", (c([1, 4, 4, 8]), KERNEL, F), (F,), {}),
    conv2d.one_scale_of_uint8: (
        "CONV_2D",
        (t(), c(np.ones((8, 3, 3, 8)), "int8", scale=[0.5] * 8)),
        (t(),),
        {"from_uint8": True},
    ),
    unary.float_or_rescaled: ("RELU", (I32,), (I32,), {}),
    table.of_truths: ("LOGICAL_NOT", (I32,), (I32,), {}),
    pairs.pair_types: ("LESS", (F, I32), (t(dtype="bool"),), {}),
    pairs.compared_scales: ("EQUAL", (t(scale=2.0), t()), (t(dtype="bool"),), {}),
    pairs.no_constant_zero: ("DIV", (I32, c(np.zeros(8))), (I32,), {}),
    select.one_type_selected: ("SELECT", (I32, F, F), (F,), {}),
    select.few_extents: ("SELECT_V2", (t((2,) * 6, "bool"), DEEP, DEEP), (DEEP,), {}),
    indexed.indexes_of_int32: ("GATHER_ND", (F, t((1, 2), "int64")), (t((1, 4, 8), "float32"),), {}),
    indexed.scattered_types: ("SCATTER_ND", (c([[1]]), t((1,), "bool"), c([4])), (t((4,), "bool"),), {}),
    indexed.top_types: ("TOPK_V2", (t((4,), "bool"), c(2)), (t((2,), "bool"), t((2,), "int32")), {}),
    indexed.constant_but_indexes: ("ONE_HOT", (t((4,), "int64"), c(3), c(1), c(0)), (t((4, 3), "int32"),), {}),
    indexed.summed_types: ("CUMSUM", (I16, c(1)), (I16,), {}),
    indexed.updated_types: ("DYNAMIC_UPDATE_SLICE", (F, F, t((4,), "int64")), (F,), {}),
    indexed.turned_types: ("REVERSE_SEQUENCE", (F, t((4,), "int64")), (F,), {}),
    conv2d.layer_of_one_type: ("CONV_2D", (t(), FLOAT_KERNEL), (t(),), {}),
    conv2d.constant_weights: ("CONV_2D", (F, FLOAT_KERNEL, t((8,), "float32")), (F,), {}),
    conv2d.symmetric_weights: ("DEPTHWISE_CONV_2D", (t(), c(np.ones((1, 3, 3, 8)), "int8", zero=1)), (t(),), {}),
    conv2d.known_activation: ("CONV_2D", (F, FLOAT_KERNEL), (F,), {"activation": "SIGN_BIT"}),
    pooling.image_of_one_type: ("MAX_POOL_2D", (F,), (t(),), {}),
    transpose_conv.image_and_weights: ("TRANSPOSE_CONV", (c([1, 4, 4, 8]), FLOAT_KERNEL, t()), (t(),), {}),
    batch_matmul.matrices_as_each_other: ("BATCH_MATMUL", (F, t()), (F,), {}),
    batch_matmul.matrices_of_one_type: ("BATCH_MATMUL", (t(), F), (F,), {}),
    batch_matmul.few_batches: ("BATCH_MATMUL", (DEEP, DEEP), (DEEP,), {}),
    batch_matmul.scale_per_column: ("BATCH_MATMUL", (t((2, 2)), t((2, 2), scale=(0.5, 0.25))), (t((2, 2)),), {}),
    svdf.svdf_of_integers: ("SVDF", put(SVDF_INPUTS, 0, F), (t((1, 2)),), {}),
    svdf.svdf_types: ("SVDF", put(SVDF_INPUTS, 0, I16), (t((1, 2)),), {}),
    svdf.svdf_constants: ("SVDF", put(SVDF_INPUTS, 4, t((1, 6), "int16")), (t((1, 2)),), {}),
}


def graph_with(kind: str, inputs: tuple[Spec, ...], outputs: tuple[Tensor, ...], attrs: dict[str, Any]) -> Graph:
    tensors = [x for x in (*inputs, *outputs) if x is not None]
    ids: list[int | None] = []
    for x in inputs:
        ids.append(None if x is None else sum(i is not None for i in ids))
    first = len(tensors) - len(outputs)
    results = tuple(range(first, len(tensors)))
    sources = tuple(i for i in ids if i is not None and tensors[i].data is None)
    return Graph("model", tuple(tensors), (Operator(kind, tuple(ids), results, attrs, 0),), sources, results)


@pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: rule.__name__)
def test_broken(rule: Any) -> None:
    """The message names the operator and says what the rule says."""
    graph = graph_with(*BROKEN[rule])
    assert not rule(graph, graph.operators[0])
    with pytest.raises(IngotError) as caught:
        check_supported(graph)
    assert f"{graph.operators[0].place(graph)}: not met: {' '.join(rule.__doc__.split())}" in str(caught.value)


def test_every_rule_is_tested() -> None:
    """A rule that an operator gets is added here, whatever its file."""
    load_operators()
    rules = {rule for entry in OPERATORS.values() for rule in entry.constraints}
    assert {f"{rule.__module__}.{rule.__name__}" for rule in rules - BROKEN.keys()} == set()


def test_uint8_is_not_rescaled_to_no_scale() -> None:
    """By the scale that is not there LiteRT divides, and gives zeros."""
    byte = t(dtype="uint8", zero=128)
    graph = graph_with("CONCATENATION", (byte, byte), (t((1, 4, 4, 16), "uint8", None),), {"axis": 3})
    assert not concat.concat_types(graph, graph.operators[0])
