"""Turns options that depend on shapes into plain numbers: explicit padding, non-negative axes, depth multipliers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ingot.errors import IngotError
from ingot.frontend.arity import check_arity
from ingot.frontend.flatbuffer import DAMAGED
from ingot.frontend.padding import explicit_padding, output_extent
from ingot.graph import Graph, Operator, Tensor

POOLS = ("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D")
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV")
LARGEST_STEP = 1 << 16
"""Strides, dilations and windows beyond are damage; it also keeps products small."""


def resolve_attrs(graph: Graph, where: str) -> Graph:
    """The same graph with shape-dependent options resolved. Raises IngotError at the first that makes no sense."""
    check_arity(graph, where)
    operators = tuple(_resolve(graph, op, f"{where}: {op.place(graph)}") for op in graph.operators)
    return replace(graph, operators=operators)


def _resolve(graph: Graph, op: Operator, place: str) -> Operator:
    if op.kind in POOLS or op.kind in CONVOLUTIONS:
        return replace(op, attrs=_windowed(graph, op, place))
    if "axis" in op.attrs and op.inputs:
        return replace(op, attrs=_axes(graph, op, place))
    return op


def _tensor(graph: Graph, op: Operator, position: int) -> Tensor:
    t = op.inputs[position]
    assert t is not None  # check_arity
    return graph.tensors[t]


def _windowed(graph: Graph, op: Operator, place: str) -> dict[str, Any]:
    attrs = dict(op.attrs)
    padding = attrs.pop("padding")
    image = _tensor(graph, op, 2 if op.kind == "TRANSPOSE_CONV" else 0)
    output = graph.tensors[op.outputs[0]]
    window = None if op.kind in POOLS else _tensor(graph, op, 1)
    for tensor in (image, output, window):
        if tensor is not None and len(tensor.shape) != 4:
            raise IngotError(
                f"'{tensor.name}' must have 4 dimensions, not {list(tensor.shape)}.", where=place, remedy=DAMAGED
            )
    if window is not None:
        attrs["filter_h"], attrs["filter_w"] = window.shape[1:3]
    steps = {"dilation_h": 1, "dilation_w": 1} | attrs
    for name in ("stride_h", "stride_w", "dilation_h", "dilation_w", "filter_h", "filter_w"):
        if not 1 <= steps[name] <= LARGEST_STEP:
            raise IngotError(f"{name} is {steps[name]}; it must be at least 1.", where=place, remedy=DAMAGED)
    if op.kind == "DEPTHWISE_CONV_2D":
        attrs["depth_multiplier"] = _depth_multiplier(attrs, image, window, place)
    # TRANSPOSE_CONV is the convolution that maps its output onto its input.
    wide, narrow = (output, image) if op.kind == "TRANSPOSE_CONV" else (image, output)
    for axis, name, before, after in ((1, "h", "pad_top", "pad_bottom"), (2, "w", "pad_left", "pad_right")):
        size, filter_, stride, dilation = wide.shape[axis], steps[f"filter_{name}"], steps[f"stride_{name}"], 1
        if op.kind != "TRANSPOSE_CONV":
            dilation = steps[f"dilation_{name}"]
        extent = output_extent(size, filter_, stride, dilation, padding)
        if extent != narrow.shape[axis] or extent <= 0:
            raise IngotError(
                f"the shapes {list(image.shape)} and {list(output.shape)} do not fit a window of {filter_}, "
                f"stride {stride}, dilation {dilation}, padding {padding}.",
                where=place,
                remedy=DAMAGED,
            )
        attrs[before], attrs[after] = explicit_padding(size, extent, filter_, stride, dilation)
    if window is None:
        return attrs
    # The extents of a convolution's window are those of its weights.
    del attrs["filter_h"], attrs["filter_w"]
    return attrs


def _depth_multiplier(attrs: dict[str, Any], image: Tensor, weights: Tensor | None, place: str) -> int:
    assert weights is not None
    channels, out_channels = image.shape[3], weights.shape[3]
    if channels == 0 or out_channels % channels or attrs["depth_multiplier"] not in (0, out_channels // channels):
        raise IngotError(
            f"depth_multiplier {attrs['depth_multiplier']} does not fit {channels} input channels and "
            f"{out_channels} filters.",
            where=place,
            remedy=DAMAGED,
        )
    return out_channels // channels


def _axes(graph: Graph, op: Operator, place: str) -> dict[str, Any]:
    rank = len(_tensor(graph, op, 0).shape) + (op.kind == "PACK")
    axis = op.attrs["axis"]
    if not -rank <= axis < rank:
        raise IngotError(f"axis {axis} does not exist among {rank} dimensions.", where=place, remedy=DAMAGED)
    attrs = {**op.attrs, "axis": axis % rank}
    if "batch_dims" in attrs:
        indexes = _tensor(graph, op, 1)
        if not -len(indexes.shape) <= attrs["batch_dims"] <= min(len(indexes.shape), attrs["axis"]):
            raise IngotError(f"batch_dims {attrs['batch_dims']} is out of range.", where=place, remedy=DAMAGED)
        attrs["batch_dims"] += len(indexes.shape) if attrs["batch_dims"] < 0 else 0
    return attrs
