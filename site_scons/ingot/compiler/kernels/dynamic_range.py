# SPDX-License-Identifier: Apache-2.0
"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of dynamic range: float32 data, int8 weights, the data quantized when
the layer runs (firmware/kernels/dynamic_range.h).

Each becomes three operators of the kinds below, so that the plan sees the stored numbers and fused regions keep some
rows of them only:
    dynamic_range     (data) -> (groups, 3): scale, its inverse and zero point of each image or vector
    dynamic_quantize  (data, scales) -> int8
    dynamic_<layer>   (int8, weights, bias, scales) -> float32

Formulas: LiteRT's kernels/conv.cc, depthwise_conv.cc and fully_connected.cc (their Hybrid functions),
internal/reference/portable_tensor_utils.cc for the scales. What was compared: docs/verification.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.graph.arithmetic import DYNAMIC, WEIGHTS_BITS, is_dynamic_range
from ingot.compiler.kernels.activation_range import float_range
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, elements, lowers, packs, vectors
from ingot.compiler.kernels.rows import one_row, row_window, same_rows
from ingot.compiler.kernels.window_fields import window_fields
from ingot.compiler.kernels.window_gathering import choose_gathering

packs(dynamic_range=1, dynamic_conv2d=1, dynamic_fully_connected=1)

_RANGE, _QUANTIZE, _FULLY_CONNECTED = f"{DYNAMIC}range", f"{DYNAMIC}quantize", f"{DYNAMIC}fully_connected"
_ASYMMETRIC, _MARKS_ZEROS = 1, 2
_DATA, _WEIGHTS, _BIAS, _SCALES = range(4)
_STEP = 4
"""The weights of a channel fill a multiple of so many bytes."""


def dynamic_range_weights(graph: Graph, op: Operator) -> bool:
    """Weights of float32 data are float32, or int8 or int4 with zero point 0 ("dynamic range"), with one scale or one a
    channel; those of a DEPTHWISE_CONV_2D are int8 with one a channel, those of a CONV_2D with groups have scales that
    differ. The rest is undefined in LiteRT: convert the model again with a representative data set."""
    if not is_dynamic_range(graph, op):
        return True
    data, weights = (graph.tensors[op.inputs[i] or 0] for i in (_DATA, _WEIGHTS))
    others = [graph.tensors[t].dtype for t in (*op.inputs[_BIAS:], *op.outputs) if t is not None]
    if weights.quant is None or set(others) != {DType.FLOAT32}:
        return False
    if op.kind == "DEPTHWISE_CONV_2D":
        return op.attrs.get(WEIGHTS_BITS) != 4 and weights.quant.scale.size == weights.shape[3]
    return op.kind != "CONV_2D" or data.shape[3] == weights.shape[3] or _scales_differ(weights)


def _scales_differ(weights: Tensor) -> bool:
    assert weights.quant is not None
    return bool((weights.quant.scale != weights.quant.scale[0]).any())


def with_dynamic_range(graph: Graph) -> Graph:
    """The graph with every layer of dynamic range as three operators.

    Layers that quantize one tensor alike share the first two, but where that follows from values: how it is quantized
    is part of the parameter blocks, and the operators follow from kinds, shapes and options."""
    if not any(is_dynamic_range(graph, op) for op in graph.operators):
        return graph
    tensors, operators = list(graph.tensors), list[Operator]()
    made: dict[tuple[int, ...], tuple[int, int]] = {}
    for op in graph.operators:
        if not is_dynamic_range(graph, op):
            operators.append(op)
            continue
        source = op.inputs[_DATA]
        assert source is not None
        data, weights = tensors[source], tensors[op.inputs[_WEIGHTS] or 0]
        groups = data.elements // weights.shape[1] if op.kind == "FULLY_CONNECTED" else data.shape[0]
        flags = _flags(op, data, weights)
        alike = (source, groups, flags) if _is_structural(op, data, weights) else op.outputs
        if alike not in made:
            scales, stored = len(tensors), len(tensors) + 1
            made[alike] = scales, stored
            tensors += [
                Tensor(f"{data.name}/scales", (groups, 3), DType.FLOAT32),
                Tensor(f"{data.name}/quantized", data.shape, DType.INT8),
            ]
            attrs = {"groups": groups, "flags": flags}
            operators.append(Operator(_RANGE, (source,), (scales,), attrs, origin=op.origin))
            operators.append(Operator(_QUANTIZE, (source, scales), (stored,), attrs, origin=op.origin))
        scales, stored = made[alike]
        inputs = (stored, op.inputs[_WEIGHTS], *(*op.inputs[_BIAS:], None)[:1], scales)
        operators.append(replace(op, kind=f"{DYNAMIC}{op.kind.lower()}", inputs=inputs))
    return replace(graph, tensors=tuple(tensors), operators=tuple(operators))


def _is_structural(op: Operator, data: Tensor, weights: Tensor) -> bool:
    """Whether _flags() looks at no values."""
    assert weights.quant is not None
    return op.kind != "CONV_2D" or data.shape[3] != weights.shape[3] or not weights.quant.per_channel


def _flags(op: Operator, data: Tensor, weights: Tensor) -> int:
    """How the data are quantized. A convolution takes the smallest and the largest number where scales differ a channel
    (conv.cc: is_hybrid_per_channel), which a retrained model may change: it is data of the kernel."""
    if op.kind == "FULLY_CONNECTED":
        return _MARKS_ZEROS | (_ASYMMETRIC if op.attrs.get("asymmetric_quantize_inputs") else 0)
    by_channel = op.kind == "DEPTHWISE_CONV_2D" or data.shape[3] != weights.shape[3] or _scales_differ(weights)
    return _ASYMMETRIC if by_channel else 0


@lowers(_RANGE)
def lower_range(site: Site) -> Call:
    """One call of ingot_dynamic_range_f32()."""
    groups = site.op.attrs["groups"]
    return Call(
        kernel="dynamic_range_f32",
        descriptor="dynamic_range",
        inputs=(0,),
        outputs=(0,),
        fields={"groups": groups, "elements": site.input(0).elements // groups},
        params=(Param("flags", np.asarray([site.op.attrs["flags"]], np.uint32)),),
        windows=(None,),
    )


@lowers(_QUANTIZE, pieces=elements)
def lower_quantize(site: Site) -> Call:
    """One call of ingot_dynamic_range_quantize_f32()."""
    target = site.rows_out()
    low = -128 if site.op.attrs["flags"] & _ASYMMETRIC else -127
    return Call(
        kernel="dynamic_range_quantize_f32",
        descriptor="dynamic_range_quantize",
        inputs=(0, 1),
        outputs=(0,),
        fields={"row_elements": target.row_bytes, "elements": site.input(0).elements // site.op.attrs["groups"]},
        params=(Param("low", np.asarray([low], np.int32)),),
        windows=(same_rows(site.rows_in(0), target), one_row(site.rows_in(1), target)),
    )


@lowers(_FULLY_CONNECTED, pieces=vectors)
def lower_fully_connected(site: Site) -> Call:
    """One call of ingot_dynamic_fully_connected_s8()."""
    weights, target = np.asarray(site.input(_WEIGHTS).data), site.rows_out()
    channels, depth = weights.shape
    return Call(
        kernel="dynamic_fully_connected_s8",
        descriptor="dynamic_fully_connected",
        inputs=(_DATA, _SCALES),
        outputs=(0,),
        fields={"depth": depth, "channels": channels, "vectors": vectors(site.output()) // target.rows},
        params=_params(site, _filled_up(weights), weights.astype(np.int32).sum(axis=1), in_turn=False),
        windows=(same_rows(site.rows_in(_DATA), target), one_row(site.rows_in(_SCALES), target)),
    )


@lowers(f"{DYNAMIC}conv_2d")
def lower_conv2d(site: Site) -> Call:
    """One call of ingot_dynamic_conv2d_s8()."""
    weights = np.asarray(site.input(_WEIGHTS).data)
    rows = weights.reshape(len(weights), -1)
    groups = site.input(_DATA).shape[3] // weights.shape[3]
    # LiteRT multiplies by the two scales in turn where those of the weights differ, else by their product.
    in_turn = groups > 1 or _scales_differ(site.input(_WEIGHTS))
    params = _params(site, _filled_up(rows), rows.astype(np.int32).sum(axis=1), in_turn=in_turn)
    return _conv_call(site, "dynamic_conv2d_s8", groups, params)


@lowers(f"{DYNAMIC}depthwise_conv_2d")
def lower_depthwise(site: Site) -> Call:
    """One call of ingot_dynamic_conv2d_depthwise_s8()."""
    weights = np.asarray(site.input(_WEIGHTS).data)
    taps = weights.reshape(-1, weights.shape[3])
    params = _params(site, taps, taps.astype(np.int32).sum(axis=0), in_turn=False)
    return _conv_call(site, "dynamic_conv2d_depthwise_s8", 1, params)


def _conv_call(site: Site, kernel: str, groups: int, params: tuple[Param, ...]) -> Call:
    image, output, weights, attrs = site.input(_DATA), site.output(), site.input(_WEIGHTS), site.op.attrs
    kernel_h, kernel_w = weights.shape[1:3]
    gathering = choose_gathering(
        (kernel_h, kernel_w), image.shape[3] // groups, attrs["stride_w"], output.shape[2], columns_possible=False
    )
    source, target = site.rows_in(_DATA), site.rows_out()
    reach = (kernel_h - 1) * attrs["dilation_h"]

    def first_last(y: int) -> tuple[int, int]:
        top = y * attrs["stride_h"] - attrs["pad_top"]
        return top, top + reach

    single = image.shape[0] == 1
    return Call(
        kernel=kernel,
        descriptor="dynamic_conv2d",
        inputs=(_DATA, _SCALES),
        outputs=(0,),
        fields={
            **window_fields(image, output, weights, attrs),
            "groups": groups,
            "batches": image.shape[0],
            "patches": gathering.windows,
        },
        params=params,
        windows=(
            row_window(source, target, image.shape[1], first_last) if single else None,
            one_row(site.rows_in(_SCALES), target),
        ),
        scratch=gathering.scratch,
    )


def _filled_up(rows: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """(channels, depth) with zeros up to whole steps."""
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % _STEP)))


def _params(
    site: Site, weights: npt.NDArray[np.int8], sums: npt.NDArray[np.int32], *, in_turn: bool
) -> tuple[Param, ...]:
    """ingot_dynamic_params and what is of each channel."""
    quant = site.input(_WEIGHTS).quant
    assert quant is not None
    bias = np.asarray(site.input(_BIAS).data, np.float32).reshape(-1) if site.has_input(_BIAS) else np.zeros(len(sums))
    if site.op.kind == _FULLY_CONNECTED and site.op.attrs["activation"] in ("RELU", "RELU6"):
        bias = bias + np.float32(0)  # LiteRT's maximum of 0.0 and -0.0 is 0.0, where the bias is all there is
    head = np.zeros(4, np.int32)
    head[:2] = np.asarray(float_range(site.op.attrs["activation"]), np.float32).view(np.int32)
    head[2] = in_turn
    return (
        Param("head", head),
        Param("bias", bias.astype(np.float32)),
        Param("scale", np.broadcast_to(quant.scale, sums.shape).astype(np.float32)),
        Param("sums", sums.astype(np.int32)),
        Param("weights", weights),
    )
