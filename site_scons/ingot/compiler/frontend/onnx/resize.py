# SPDX-License-Identifier: Apache-2.0
"""Resize."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ingot.compiler.frontend.onnx.proto import Node
from ingot.compiler.frontend.onnx.reading import Reading, Result, ints, option, reads
from ingot.compiler.frontend.onnx.values import channels_last

_LINEAR: Mapping[str, tuple[bool, bool]] = {
    "half_pixel": (False, True),
    "pytorch_half_pixel": (False, True),
    "align_corners": (True, False),
    "asymmetric": (False, False),
}
"""How positions are counted -> align_corners, half_pixel_centers."""


@reads("Resize")
def resize(reading: Reading, node: Node) -> Sequence[Result]:
    """RESIZE_NEAREST_NEIGHBOR of whole factors, RESIZE_BILINEAR."""
    builder = reading.builder
    source = builder.ordered(reading.value(node), channels_last(4))
    if node.has(3):
        sizes = reading.integers(node, 3, "the sizes")
    else:
        scales = reading.constant(node, 2, "the scales").data.reshape(-1)
        exact = [float(np.float32(n) * s) for n, s in zip(source.shape, scales, strict=True)]
        sizes = [math.floor(n) for n in exact]
        if any(abs(n - size) > 1e-3 for n, size in zip(exact, sizes, strict=True)):
            raise reading.error(
                node, f"its scales make {exact} of {list(source.shape)}.", "Use scales that give whole extents."
            )
    mode = option(node, "mode", "nearest")
    position = option(node, "coordinate_transformation_mode", "half_pixel")
    rounding = option(node, "nearest_mode", "round_prefer_floor")
    whole = all(a and b % a == 0 for a, b in zip(source.shape, sizes, strict=True))
    nearest = (position == "asymmetric" and rounding == "floor") or (
        position == "half_pixel" and rounding.startswith("round_prefer")
    )
    images = tuple(sizes[:2]) == source.shape[:2]
    if mode == "nearest" and whole and nearest and images:
        kind, options = "RESIZE_NEAREST_NEIGHBOR", (False, False)
    elif mode == "linear" and position in _LINEAR and images and not option(node, "antialias", 0):
        kind, options = "RESIZE_BILINEAR", _LINEAR[position]
    else:
        raise reading.error(
            node,
            f"it resizes {list(source.shape)} to {sizes}: {mode}, {position}, {rounding}.",
            "Use mode linear, or nearest neighbours and a whole factor.",
        )
    attrs = dict(zip(("align_corners", "half_pixel_centers"), options, strict=True))
    inputs = (source.tensor, builder.constant(ints(sizes[2:])))
    return [builder.result(kind, inputs, tuple(sizes), source.order, attrs, node.outputs[0])]
