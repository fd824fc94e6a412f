# SPDX-License-Identifier: Apache-2.0
"""Strides, dilations and paddings of operators with a window, and the image that they see."""

from __future__ import annotations

import math
from typing import Any

from ingot.compiler.frontend.onnx.proto import Node
from ingot.compiler.frontend.onnx.reading import Reading, option
from ingot.compiler.frontend.onnx.values import Shape, Value, channels_last


def image_of(reading: Reading, node: Node, source: Value, *, pointwise: bool = False) -> tuple[Value, int]:
    """The input as an image, channels last; and how many dimensions it had: a line is an image one high.

    pointwise: height and width may change places, as no pixel looks at its neighbours.
    """
    rank = len(source.shape)
    if rank not in (3, 4):
        raise reading.error(node, f"its input has {rank} dimensions; images (4) and lines (3) are known.")
    if not (pointwise and rank == 4 and source.order == (0, 3, 2, 1)):
        source = reading.builder.ordered(source, channels_last(rank))
    if rank == 3:
        batch, channels, length = source.shape
        source = reading.builder.reshaped(source, (batch, channels, 1, length))
    return source, rank


def window_attrs(
    reading: Reading, node: Node, image: Shape, window: Shape, *, dilated: bool = True
) -> tuple[dict[str, Any], tuple[int, int]]:
    """Strides, dilations and paddings as TFLite's options, and height and width of the result.

    image: (batch, channels, height, width). window: height and width.
    """
    stride, dilation = _pair(reading, node, "strides"), _pair(reading, node, "dilations")
    pads = list(option(node, "pads", ()))
    if len(pads) == 2:
        pads = [0, pads[0], 0, pads[1]]
    pads = pads or [0, 0, 0, 0]
    automatic = option(node, "auto_pad", "NOTSET")
    attrs: dict[str, Any] = {"stride_h": stride[0], "stride_w": stride[1]}
    if dilated:
        attrs |= {"dilation_h": dilation[0], "dilation_w": dilation[1]}
    elif dilation != (1, 1):
        raise reading.error(node, "it has dilations.")
    extents = []
    for axis, (before, after) in enumerate((("pad_top", "pad_bottom"), ("pad_left", "pad_right"))):
        size, step, reach = image[2 + axis], stride[axis], (window[axis] - 1) * dilation[axis] + 1
        low, high = pads[axis], pads[2 + axis]
        if automatic in ("SAME_UPPER", "SAME_LOWER"):
            total = max((math.ceil(size / step) - 1) * step + reach - size, 0)
            low = total // 2 if automatic == "SAME_UPPER" else total - total // 2
            high = total - low
        elif automatic == "VALID":
            low = high = 0
        if min(low, high) < 0 or low >= reach or (high >= reach and high > 0):
            raise reading.error(node, f"its pads {list(pads)} do not fit a window of {reach}.")
        room = size + low + high - reach
        if room < 0 or step < 1:
            raise reading.error(node, f"a window of {reach}, stride {step}, does not fit {size} elements.")
        extent = (math.ceil(room / step) if option(node, "ceil_mode", 0) else room // step) + 1
        if (extent - 1) * step >= size + low:  # such a window would lie behind the image
            extent -= 1
        attrs[before], attrs[after] = low, max((extent - 1) * step + reach - size - low, 0)
        extents.append(extent)
    return attrs, (extents[0], extents[1])


def _pair(reading: Reading, node: Node, name: str) -> tuple[int, int]:
    values = [int(n) for n in option(node, name, (1, 1))]
    if len(values) == 1:
        values = [1, *values]
    if len(values) != 2 or min(values) < 1:
        raise reading.error(node, f"its {name} are {values}.")
    return values[0], values[1]
