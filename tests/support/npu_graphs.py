# SPDX-License-Identifier: Apache-2.0
"""Small quantized models of layers that the NPU's generator knows."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from support.tflite_builder import Builder

Shape = tuple[int, int, int]


@dataclass
class Small:
    """A model while it is built: each method appends a layer to `last`. Scales are such that results fill int8.

    trained: 0, or by how many powers of two the scales of weights and results are off these, as chance has it. Then
    zero points other than -128 are any.
    """

    shape: Shape
    zero: int = -128
    seed: int = 1
    trained: float = 0
    builder: Builder = field(default_factory=Builder)

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(self.seed)
        self.scale, self.zero = self._trained(0.02, self.zero)
        self.last = self.builder.input((1, *self.shape), "int8", self.scale, self.zero)

    def _result(self, shape: Shape, scale: float, zero: int) -> int:
        self.shape, self.scale, self.zero = shape, scale, zero
        return self.builder.tensor((1, *shape), "int8", scale, zero)

    def _trained(self, scale: float, zero: int) -> tuple[float, int]:
        """What a training makes of a scale and a zero point."""
        if not self.trained:
            return scale, zero
        factor = 2.0 ** self.chance.uniform(-self.trained, self.trained)
        return scale * factor, zero if zero == -128 else int(self.chance.integers(-127, 128))

    def _weights(self, shape: tuple[int, ...], axis: int, fan: int) -> tuple[int, int, float]:
        count = shape[axis]
        scales = self.chance.uniform(0.004, 0.02, count).astype(np.float32)
        if self.trained:
            scales *= np.exp2(self.chance.uniform(-self.trained, self.trained, count)).astype(np.float32)
        weights = self.chance.integers(-127, 128, shape).astype(np.int8)
        bias = self.chance.integers(-900, 900, count).astype(np.int32)
        w = self.builder.constant(weights, [float(scale) for scale in scales], axis=axis)
        b = self.builder.constant(bias, [self.scale * float(scale) for scale in scales], axis=0)
        return w, b, self.scale * 0.012 * 80 * float(np.sqrt(fan)) * 2

    def convolve(
        self,
        outputs: int,
        size: int = 1,
        stride: int = 1,
        zero: int = -128,
        *,
        depthwise: bool = False,
        pads: tuple[int, int, int, int] | None = None,
        like: tuple[float, int] | None = None,
    ) -> Small:
        """A convolution with SAME padding, or behind a PAD at the top, bottom, left, right; ReLU where the result's
        zero point is -128. like: scale and zero point of the result."""
        if pads:
            self._pad(*pads)
        height, width, channels = self.shape
        outputs = channels if depthwise else outputs
        shape = (1, size, size, channels) if depthwise else (outputs, size, size, channels)
        w, b, scale = self._weights(shape, 3 if depthwise else 0, size * size * (1 if depthwise else channels))
        less = size - 1 if pads else 0
        made = -(-(height - less) // stride), -(-(width - less) // stride), outputs
        inputs = [self.last, w, b]
        self.last = self._result(made, *(like or self._trained(scale, zero)))
        kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        activation = "RELU" if self.zero == -128 else "NONE"
        options: dict[str, Any] = {"stride_h": stride, "stride_w": stride, "padding": "VALID" if pads else "SAME"}
        self.builder.operator(kind, inputs, [self.last], fused_activation_function=activation, **options)
        return self

    def _pad(self, top: int, bottom: int, left: int, right: int) -> None:
        height, width, channels = self.shape
        sides = self.builder.constant(np.array([[0, 0], [top, bottom], [left, right], [0, 0]], np.int32))
        inputs = [self.last, sides]
        self.last = self._result((height + top + bottom, width + left + right, channels), self.scale, self.zero)
        self.builder.operator("PAD", inputs, [self.last])

    def dense(self, outputs: int, zero: int = 3) -> Small:
        """A fully connected layer on a tensor of 1x1 pixels."""
        fan = self.shape[2]
        flat = self.builder.tensor((1, fan), "int8", self.scale, self.zero)
        shape = self.builder.constant(np.array([1, fan], np.int32))
        self.builder.operator("RESHAPE", [self.last, shape], [flat], new_shape=[1, fan])
        w, b, scale = self._weights((outputs, fan), 0, fan)
        self.shape, (self.scale, self.zero) = (1, 1, outputs), self._trained(scale, zero)
        self.last = self.builder.tensor((1, outputs), "int8", self.scale, self.zero)
        self.builder.operator("FULLY_CONNECTED", [flat, w, b], [self.last])
        return self

    def add(self, zero: int = 5, activation: str = "NONE", *, by_cpu: bool = False) -> Small:
        """The last tensor plus a second input. by_cpu: of which a layer that the generator does not know is made."""
        scale, point = self._trained(0.7 * self.scale, -7)
        other = self.builder.input((1, *self.shape), "int8", scale, point)
        if by_cpu:
            given, other = other, self.builder.tensor((1, *self.shape), "int8", scale, point)
            self.builder.operator("HARD_SWISH", [given], [other])
        return self._sum(self.last, other, zero, activation)

    def _sum(self, one: int, other: int, zero: int, activation: str) -> Small:
        self.last = self._result(self.shape, *self._trained(1.3 * self.scale, zero))
        self.builder.operator("ADD", [one, other], [self.last], fused_activation_function=activation)
        return self

    def residual(self, wide: int, zero: int = 4, activation: str = "NONE") -> Small:
        """A block of MobileNet v2: expand, depthwise, project, and the sum with what it began with."""
        before, channels = self.last, self.shape[2]
        self.convolve(wide).convolve(0, 3, depthwise=True).convolve(channels, zero=6)
        return self._sum(before, self.last, zero, activation)

    def requantize(self, ratio: float, zero: int) -> Small:
        """The same numbers with another scale and zero point."""
        inputs = [self.last]
        self.last = self._result(self.shape, *self._trained(ratio * self.scale, zero))
        self.builder.operator("QUANTIZE", inputs, [self.last])
        return self

    def mean(self, zero: int = -9) -> Small:
        """The average of each channel."""
        inputs = [self.last, self.builder.constant(np.array([1, 2], np.int32))]
        self.last = self._result((1, 1, self.shape[2]), *self._trained(0.3 * self.scale, zero))
        self.builder.operator("MEAN", inputs, [self.last], keep_dims=True)
        return self

    def largest(self) -> Small:
        """The largest of windows of 2x2."""
        height, width, channels = self.shape
        inputs = [self.last]
        self.last = self._result((height // 2, width // 2, channels), self.scale, self.zero)
        sizes = {"filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 2, "padding": "VALID"}
        self.builder.operator("MAX_POOL_2D", inputs, [self.last], **sizes)
        return self

    def multiply(self, zero: int = 5, other_zero: int = -7) -> Small:
        """The last tensor times a second input."""
        other = self.builder.input((1, *self.shape), "int8", *self._trained(0.01, other_zero))
        inputs = [self.last, other]
        self.last = self._result(self.shape, *self._trained(1.1 * self.scale, zero))
        self.builder.operator("MUL", inputs, [self.last])
        return self

    def join(self, axis: int = 3, channels: int = 8) -> Small:
        """The last tensor and a second input, one behind the other."""
        shape = [1, *self.shape]
        shape[axis] = channels
        other = self.builder.input(tuple(shape), "int8", self.scale, self.zero)
        inputs = [self.last, other]
        joined = [1, *self.shape]
        joined[axis] += channels
        self.last = self._result((joined[1], joined[2], joined[3]), self.scale, self.zero)
        self.builder.operator("CONCATENATION", inputs, [self.last], axis=axis)
        return self

    def branches(self, axis: int, outputs: tuple[int, ...], zero: int = -128, *, chained: bool = False) -> Small:
        """Convolutions of the last tensor, joined. chained: each one but the first of the one before; 3x3."""
        source, parts = (self.last, self.shape, self.scale, self.zero), []
        like: tuple[float, int] | None = None
        for count in outputs:
            if not chained:
                self.last, self.shape, self.scale, self.zero = source
            self.convolve(count, 3 if chained and parts else 1, 1, zero, like=like)
            like = self.scale, self.zero
            parts.append((self.last, self.shape))
        return self._joined(axis, parts)

    def halves(self, outputs: int, zero: int = 4) -> Small:
        """A convolution of 1x1, both halves of its channels, a convolution of the second half: joined."""
        self.convolve(outputs, 1, 1, zero)
        whole, (height, width, channels), scale = self.last, self.shape, self.scale
        half, parts = channels // 2, []
        for first in (0, half):
            self.last, self.shape = whole, (height, width, channels)
            self.slice((0, 0, first), (height, width, half))
            parts.append((self.last, self.shape))
        self.convolve(half, 3, 1, zero, like=(scale, self.zero))
        return self._joined(3, [*parts, (self.last, self.shape)])

    def _joined(self, axis: int, parts: list[tuple[int, Shape]]) -> Small:
        shape = [1, *parts[0][1]]
        shape[axis] = sum((1, *size)[axis] for _, size in parts)
        self.last = self._result((shape[1], shape[2], shape[3]), self.scale, self.zero)
        self.builder.operator("CONCATENATION", [part for part, _ in parts], [self.last], axis=axis)
        return self

    def slice(self, begin: tuple[int, int, int], size: Shape) -> Small:
        """A part of the last tensor."""
        ends = np.array([1, *(one + more for one, more in zip(begin, size, strict=True))], np.int32)
        places = [np.array([0, *begin], np.int32), ends, np.ones(4, np.int32)]
        inputs = [self.last, *map(self.builder.constant, places)]
        self.last = self._result(size, self.scale, self.zero)
        self.builder.operator("STRIDED_SLICE", inputs, [self.last])
        return self

    def function(self, kind: str = "LOGISTIC") -> Small:
        """A function of each number: 1/256 and 1/128 are the scales that LiteRT asks for."""
        inputs = [self.last]
        self.last = self._result(self.shape, *((1 / 256, -128) if kind == "LOGISTIC" else (1 / 128, 0)))
        self.builder.operator(kind, inputs, [self.last])
        return self

    def other(self) -> Small:
        """A layer that the generator does not know."""
        inputs = [self.last]
        self.last = self._result(self.shape, self.scale, self.zero)
        self.builder.operator("HARD_SWISH", inputs, [self.last])
        return self

    def write(self, folder: Path) -> Path:
        """The file."""
        path = folder / "model.tflite"
        path.write_bytes(self.builder.finish([self.last]))
        return path


def random_graph(seed: int, trained: float = 0, values: int | None = None) -> Small:
    """A few layers of any kind and size, whether public builds have them or not. values: seed of their numbers."""
    chance = random.Random(seed)
    pick = chance.choice
    side = chance.randint(1, 9)
    shape = side, side, pick([1, 3, 8, 12, 16, 24, 32, 48])
    if chance.random() < 0.15:
        shape = chance.randint(1, 4), chance.randint(110, 700), pick([1, 3, 4, 8, 16])
    small = Small(shape, pick([-128, -5, 0, 30]), chance.randint(0, 99))
    if values is not None:
        small = Small(small.shape, small.zero, values, trained)
    for _ in range(chance.randint(1, 4)):
        kind = pick(
            ["convolve", "depthwise", "add", "mean", "largest", "other", "multiply", "join", "slice", "function"]
            + ["branches", "chained", "halves", "residual", "convolve, function"]
        )
        height, width, channels = small.shape
        zero = pick([-128, -128, 4])
        if kind == "convolve":
            small.convolve(pick([8, 10, 16, 24, 32, 80]), pick([1, 1, 3]), pick([1, 1, 2]), zero)
        elif kind == "depthwise":
            small.convolve(0, 3, pick([1, 2]), zero, depthwise=True)
        elif kind == "multiply":
            small.multiply(zero, pick([-128, -7, 50]))
        elif kind == "join":
            small.join(pick([1, 2, 3]), pick([1, 8, 40]))
        elif kind in ("branches", "chained"):
            axis, most = pick([1, 2, 3, 3]), pick([8, 16, 24])
            counts = [most if axis < 3 else pick([8, 16, 40]) for _ in range(chance.randint(2, 3))]
            small.branches(axis, tuple(counts), zero, chained=kind == "chained")
        elif kind == "halves":
            small.halves(pick([16, 32, 64]), zero)
        elif kind == "slice":
            first = chance.randrange(height), chance.randrange(width), chance.randrange(channels)
            small.slice(first, (height - first[0], width - first[1], channels - first[2]))
        elif kind == "residual":
            small.residual(pick([24, 48, 96]), *pick([(4, "NONE"), (-9, "NONE"), (-128, "NONE"), (-128, "RELU")]))
        elif kind == "convolve, function":
            small.convolve(pick([8, 16, 24]), zero=4).function(pick(["LOGISTIC", "TANH"]))
        elif kind == "function":
            small.function(pick(["LOGISTIC", "TANH"]))
        elif kind != "largest":
            getattr(small, kind)()
        elif min(height, width) > 1:
            small.largest()
    return small.add()
