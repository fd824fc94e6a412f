# SPDX-License-Identifier: Apache-2.0
"""A detector with heads at two scales, whose boxes and scores are joined."""

from __future__ import annotations

import numpy as np

from support.tflite_builder import Builder

QUANT = (0.1, -3)
BOX = 24
"""Numbers of a box."""


class _Detector:
    def __init__(self) -> None:
        self.builder, self.random = Builder(), np.random.default_rng(0)

    def convolution(self, source: int, side: int, channels: int, outputs: int, stride: int) -> int:
        weights = self.random.integers(-127, 128, (outputs, 3, 3, channels)).astype(np.int8)
        biases = self.random.integers(-500, 500, outputs).astype(np.int32)
        inputs = [
            source,
            self.builder.constant(weights, [0.004] * outputs, axis=0),
            self.builder.constant(biases, [0.0004] * outputs),
        ]
        result = self.builder.tensor((1, side // stride, side // stride, outputs), "int8", *QUANT)
        self.builder.operator(
            "CONV_2D",
            inputs,
            [result],
            padding="SAME",
            stride_h=stride,
            stride_w=stride,
            fused_activation_function="RELU6" if stride > 1 else "NONE",
        )
        return result

    def head(self, source: int, side: int, channels: int, anchors: int, numbers: int) -> int:
        """Of each anchor of each pixel some numbers, as one row."""
        image = self.convolution(source, side, channels, anchors * numbers, 1)
        shape = (1, side * side * anchors, numbers)
        flat = self.builder.tensor(shape, "int8", *QUANT)
        self.builder.operator("RESHAPE", [image, self.builder.constant(np.array(shape, np.int32))], [flat])
        return flat


def two_heads() -> bytes:
    """32 x 32 pixels; 4 anchors a pixel of 8 x 8, 8 a pixel of 4 x 4: 384 boxes of BOX numbers, and 384 scores."""
    d = _Detector()
    large = d.convolution(d.builder.input((1, 32, 32, 3), "int8", 0.1, -3), 32, 3, 8, 2)
    large = d.convolution(large, 16, 8, 16, 2)
    first = [d.head(large, 8, 16, 4, numbers) for numbers in (BOX, 1)]
    small = d.convolution(large, 8, 16, 32, 2)
    second = [d.head(small, 4, 32, 8, numbers) for numbers in (BOX, 1)]
    outputs = []
    for parts, numbers in zip(zip(first, second, strict=True), (BOX, 1), strict=True):
        outputs.append(d.builder.tensor((1, 384, numbers), "int8", *QUANT))
        d.builder.operator("CONCATENATION", list(parts), outputs[-1:], axis=1)
    return d.builder.finish(outputs)
