# SPDX-License-Identifier: Apache-2.0
"""Turns options that depend on shapes into plain numbers: explicit padding, non-negative axes, depth multipliers.

Two kinds are others under another name: EMBEDDING_LOOKUP is a GATHER, FILL with a computed value a BROADCAST_TO.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ingot.compiler.frontend.arguments import Args, Shape
from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.frontend.padding import explicit_padding, output_extent
from ingot.compiler.graph import Operator

POOLS = ("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D")
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV")
LARGEST_STEP = 1 << 16
"""Strides, dilations and windows beyond are damage; it also keeps products small."""


def resolve_attrs(args: Args) -> Operator:
    """The operator with shape-dependent options resolved. Raises Mismatch at the first that makes no sense."""
    op = args.op
    if op.kind in POOLS or op.kind in CONVOLUTIONS:
        return replace(op, attrs=_windowed(args))
    if op.kind == "EMBEDDING_LOOKUP" and len(op.inputs) == 2:
        attrs = {**op.attrs, "axis": 0, "batch_dims": 0}
        return replace(op, kind="GATHER", inputs=(op.inputs[1], op.inputs[0]), attrs=attrs)
    if op.kind == "FILL" and args.values(0) is not None and not _is_constant(args, 1):
        return replace(op, kind="BROADCAST_TO", inputs=(op.inputs[1], op.inputs[0]), attrs={})
    if "axis" in op.attrs and op.inputs and op.kind != "ONE_HOT":
        return replace(op, attrs=_axes(args))
    return op


def _is_constant(args: Args, position: int) -> bool:
    tensor = args.tensor(position)
    return tensor is not None and tensor.is_constant


def _windowed(args: Args) -> dict[str, Any]:
    op, attrs = args.op, dict(args.op.attrs)
    padding = attrs.pop("padding")
    image = args.rank4(2 if op.kind == "TRANSPOSE_CONV" else 0)
    window = None if op.kind in POOLS else args.rank4(1)
    if window is not None:
        attrs["filter_h"], attrs["filter_w"] = window[1:3]
    steps = {"dilation_h": 1, "dilation_w": 1} | attrs
    for name in ("stride_h", "stride_w", "dilation_h", "dilation_w", "filter_h", "filter_w"):
        if not 1 <= steps[name] <= LARGEST_STEP:
            raise Mismatch(f"{name} is {steps[name]}; it must be at least 1")
    if op.kind == "DEPTHWISE_CONV_2D":
        attrs["depth_multiplier"] = _depth_multiplier(attrs, image, window or ())
    # TRANSPOSE_CONV is the convolution that maps its output onto its input.
    wide = _transposed(args) if op.kind == "TRANSPOSE_CONV" else image
    for axis, name, before, after in ((1, "h", "pad_top", "pad_bottom"), (2, "w", "pad_left", "pad_right")):
        size, filter_, stride, dilation = wide[axis], steps[f"filter_{name}"], steps[f"stride_{name}"], 1
        if op.kind != "TRANSPOSE_CONV":
            dilation = steps[f"dilation_{name}"]
        extent = output_extent(size, filter_, stride, dilation, padding)
        if extent <= 0 or (op.kind == "TRANSPOSE_CONV" and extent != image[axis]):
            output = f" for an output {list(wide)}" if op.kind == "TRANSPOSE_CONV" else ""
            raise Mismatch(
                f"its input {list(image)} does not fit a window of {filter_}, stride {stride}, dilation {dilation}, "
                f"padding {padding}{output}"
            )
        attrs[before], attrs[after] = explicit_padding(size, extent, filter_, stride, dilation)
    if window is None:
        return attrs
    # The extents of a convolution's window are those of its weights.
    del attrs["filter_h"], attrs["filter_w"]
    return attrs


def _transposed(args: Args) -> Shape:
    """The output's shape of a TRANSPOSE_CONV, which is its first input."""
    values = args.values(0)
    shape = args.output().shape if values is None else tuple(values)
    if len(shape) != 4:
        raise Mismatch(f"its output shape {list(shape)} must have 4 dimensions")
    return shape


def _depth_multiplier(attrs: dict[str, Any], image: Shape, weights: Shape) -> int:
    channels, out_channels = image[3], weights[3]
    if channels == 0 or out_channels % channels or attrs["depth_multiplier"] not in (0, out_channels // channels):
        raise Mismatch(
            f"depth_multiplier {attrs['depth_multiplier']} does not fit {channels} input channels and "
            f"{out_channels} filters"
        )
    return out_channels // channels


def _axes(args: Args) -> dict[str, Any]:
    rank = len(args.shape()) + (args.op.kind == "PACK")
    axis = args.op.attrs["axis"]
    if not -rank <= axis < rank:
        raise Mismatch(f"axis {axis} does not exist among {rank} dimensions")
    attrs = {**args.op.attrs, "axis": axis % rank}
    if "batch_dims" in attrs:
        indexes = args.shape(1)
        if not -len(indexes) <= attrs["batch_dims"] <= min(len(indexes), attrs["axis"]):
            raise Mismatch(f"batch_dims {attrs['batch_dims']} is out of range")
        attrs["batch_dims"] += len(indexes) if attrs["batch_dims"] < 0 else 0
    return attrs
