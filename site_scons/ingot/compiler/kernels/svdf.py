# SPDX-License-Identifier: Apache-2.0
"""SVDF (firmware/kernels/svdf.c). Formulas: LiteRT's kernels/svdf.cc and EvalIntegerSVDF() of its reference."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(svdf=1)

_INPUT, _FEATURES, _TIME, _BIAS, _STATE = range(5)


def svdf_of_integers(graph: Graph, op: Operator) -> bool:
    """The data are integers: sums of float32 are added in the order of the host's vectors in LiteRT, which no firmware
    equals. Convert the model again with a representative data set."""
    return graph.tensors[op.inputs[_INPUT] or 0].dtype is not DType.FLOAT32


def svdf_types(graph: Graph, op: Operator) -> bool:
    """Input, feature weights and output are int8, time weights and state int16, the bias int32 or absent. (A state of
    int8 is of TensorFlow Lite Micro alone: LiteRT takes its bytes for int16, and nothing says what is right.)"""
    tensors = [None if t is None else graph.tensors[t] for t in (*op.inputs, op.outputs[0])]
    wanted = (DType.INT8, DType.INT8, DType.INT16, DType.INT32, DType.INT16, DType.INT8)
    return len(tensors) == 6 and all(
        (t is None and i == _BIAS) or (t is not None and t.dtype is dtype)
        for i, (t, dtype) in enumerate(zip(tensors, wanted, strict=True))
    )


def svdf_constants(graph: Graph, op: Operator) -> bool:
    """Weights and bias are constant, the state is a variable, all quantized tensors have one scale; those of weights
    and state have zero point 0."""
    tensors = [None if t is None else graph.tensors[t] for t in op.inputs]
    constant = all(t is None or t.is_constant for t in (tensors[_FEATURES], tensors[_TIME], tensors[_BIAS]))
    state = tensors[_STATE]
    scales = [t for i, t in enumerate(tensors) if t is not None and i != _BIAS]
    symmetric = [tensors[i] for i in (_FEATURES, _TIME, _STATE)]
    return (
        constant
        and all(t is not None and t.quant is not None and not np.any(t.quant.zero_point) for t in symmetric)
        and state is not None
        and state.is_variable
        and all(t.quant is not None and not t.quant.per_channel for t in (*scales, graph.tensors[op.outputs[0]]))
    )


@lowers("SVDF", constraints=(svdf_of_integers, svdf_types, svdf_constants))
def lower_svdf(site: Site) -> Call:
    """ingot_svdf_s8(); the state persists."""
    source, features, time, state = (site.input(i) for i in (_INPUT, _FEATURES, _TIME, _STATE))
    output, rank = site.output(), int(site.op.attrs.get("rank", 1))
    filters, inputs = features.shape
    memory = time.shape[1]
    # Products and quotients of scales are float32, as in LiteRT.
    scale = [np.float32(t.scale) for t in (source, features, time, state, output)]
    words = [
        *quantize_multiplier(float(scale[0] * scale[1] / scale[3])),
        *quantize_multiplier(float(scale[3] * scale[2] / scale[4])),
        output.zero_point,
    ]
    weights = np.asarray(features.data)
    feature_bias = -source.zero_point * weights.astype(np.int64).sum(axis=1)
    bias = np.asarray(site.input(_BIAS).data) if site.has_input(_BIAS) else np.zeros(filters // rank, np.int32)
    batches = source.shape[0]
    return Call(
        kernel="svdf_s8",
        descriptor="svdf",
        inputs=(_INPUT, _STATE),
        outputs=(0,),
        fields={"batches": batches, "inputs": inputs, "units": filters // rank, "rank": rank, "memory": memory},
        params=(
            Param("scaling", np.asarray(words, np.int32)),
            Param("bias", bias.astype(np.int32)),
            Param("feature_bias", feature_bias.astype(np.int32)),
            Param("time_weights", np.asarray(time.data)),
            Param("feature_weights", weights),
        ),
        windows=(None, None),
    )
