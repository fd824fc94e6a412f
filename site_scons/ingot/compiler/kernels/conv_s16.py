# SPDX-License-Identifier: Apache-2.0
"""CONV_2D and DEPTHWISE_CONV_2D of int16 with int8 weights (firmware/kernels/conv_s16.c).

Formulas: LiteRT's internal/reference/integer_ops/conv.h and depthwise_conv.h for int16: sums of 64 bits, zero points 0,
and a multiplier that is rounded to 16 bits (internal/common.h); with a bias of int32 sums of 32 bits and the whole
multiplier.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.kernels.activation_range import quantized_range
from ingot.compiler.kernels.mac_block import output_scaling
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multipliers
from ingot.compiler.kernels.registry import Site, packs
from ingot.compiler.kernels.rows import Window
from ingot.compiler.kernels.window_fields import window_fields
from ingot.compiler.kernels.window_gathering import window_bytes

packs(conv_s16=2)


def int16_layer(graph: Graph, op: Operator) -> bool:
    """Input and output are int16 with zero point 0, weights int8, the bias as in int16_bias()."""
    source, weights = op.inputs[:2]
    assert source is not None and weights is not None
    ends = [graph.tensors[source], graph.tensors[op.outputs[0]]]
    return (
        all(t.dtype is DType.INT16 and t.quant is not None and t.zero_point == 0 for t in ends)
        and graph.tensors[weights].dtype is DType.INT8
        and int16_bias(graph, op, 2)
    )


def int16_bias(graph: Graph, op: Operator, position: int) -> bool:
    """The bias is absent, int32 where the option quantized_bias_type says so, else int64: LiteRT goes by the option."""
    bias = op.inputs[position] if len(op.inputs) > position else None
    told = DType.INT32 if op.attrs.get("quantized_bias_type") == "int32" else DType.INT64
    return bias is None or graph.tensors[bias].dtype is told


def lower_conv_s16(site: Site, window: Window | None) -> Call:
    """One call of ingot_conv_s16_windows() for CONV_2D or DEPTHWISE_CONV_2D. window: the rows of its windows."""
    image, weights = site.input(0), site.input(1)
    batches, in_c = image.shape[0], image.shape[3]
    data = np.asarray(weights.data, np.int8)
    if site.op.kind == "DEPTHWISE_CONV_2D":
        data = np.ascontiguousarray(data.transpose(3, 1, 2, 0))
    fields = window_fields(image, site.output(), weights, site.op.attrs)
    return _call(site, data, fields | {"groups": in_c // data.shape[3], "batches": batches}, window)


def _call(site: Site, data: npt.NDArray[np.int8], fields: dict[str, int], window: Window | None) -> Call:
    image = site.input(0)
    return Call(
        kernel="conv_s16_windows",
        descriptor="conv_s16",
        inputs=(0,),
        outputs=(0,),
        fields=fields,
        params=int16_channels(site, data, image, 2),
        windows=(window,),
        scratch=window_bytes(data.shape[1:3], image.shape[3] * image.dtype.size),
    )


def int16_channels(site: Site, data: npt.NDArray[np.int8], image: Tensor, bias_position: int) -> tuple[Param, ...]:
    """The parameter block of firmware/kernels/conv_s16.h. data: weights, (channels, ...)."""
    output, weights = site.output(), site.input(1)
    channels = data.shape[0]
    multipliers, shifts = quantize_multipliers(output_scaling(image, weights, output, channels))
    bias = np.zeros(channels, np.int64)
    if site.has_input(bias_position):
        bias = np.asarray(site.input(bias_position).data, np.int64).reshape(-1)
    narrow = site.has_input(bias_position) and site.input(bias_position).dtype is DType.INT32
    clamps = [*quantized_range(site.op.attrs.get("activation", "NONE"), output), 0, int(narrow)]
    taps = data.reshape(channels, -1)
    padded = np.zeros((channels, -(-taps.shape[1] // 4) * 4), np.int8)
    padded[:, : taps.shape[1]] = taps
    words = np.ascontiguousarray(np.stack([multipliers, shifts], axis=1), np.int32)
    records = np.concatenate(
        [bias.astype("<i8")[:, None].view(np.uint8), words.view(np.uint8), padded.view(np.uint8)], axis=1
    )
    return Param("clamps", np.asarray(clamps, np.int32)), Param("weights", records)
