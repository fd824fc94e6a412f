# SPDX-License-Identifier: 0BSD
"""A small network in NumPy, and how it is trained: convolutions, then dense layers.

network = Network((24, 24, 3), [Conv(8), Conv(16), Dense(5, relu=False)])
network.fit(inputs, numbers, softmax_slope)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Conv:
    """A convolution with SAME padding. kernel: (height, width). stride: of both axes."""

    filters: int
    kernel: tuple[int, int] = (3, 3)
    stride: int = 2
    relu: bool = True


@dataclass(frozen=True)
class Dense:
    """A product of all values with weights."""

    units: int
    relu: bool = True


class Network:
    """Layers one behind the other. shape: (height, width, channels) of an input."""

    def __init__(self, shape: tuple[int, int, int], layers: Sequence[Conv | Dense], seed: int = 1) -> None:
        random = np.random.default_rng(seed)
        self.shape, self.layers = shape, tuple(layers)
        self.weights: list[Array] = []
        height, width, channels = shape
        for layer in layers:
            if isinstance(layer, Conv):
                fan_in, outputs = layer.kernel[0] * layer.kernel[1] * channels, layer.filters
                height, width, channels = -(-height // layer.stride), -(-width // layer.stride), layer.filters
            else:
                fan_in, outputs = height * width * channels, layer.units
                height, width, channels = 1, 1, layer.units
            spread = np.sqrt((2 if layer.relu else 1) / fan_in)
            self.weights.append(random.normal(0, spread, (fan_in, outputs)).astype(np.float32))
        self.biases = [np.zeros(weight.shape[1], np.float32) for weight in self.weights]
        self._random = random

    def fit(
        self,
        inputs: Array,
        targets: Array,
        slope: Callable[[Array, Array], Array],
        epochs: int = 8,
        batch: int = 50,
        rate: float = 3e-3,
    ) -> None:
        """Trains by Adam. inputs: (n, *shape). slope: of the loss, from the outputs and the targets of a batch."""
        values = [*self.weights, *self.biases]
        first, second = ([np.zeros_like(value) for value in values] for _ in range(2))
        step = 0
        for _ in range(epochs):
            order = self._random.permutation(len(inputs))
            for start in range(0, len(order), batch):
                chosen = order[start : start + batch]
                step += 1
                gradients = self._gradients(inputs[chosen], targets[chosen], slope)
                for value, gradient, m, v in zip(values, gradients, first, second, strict=True):
                    m += 0.1 * (gradient - m)
                    v += 0.001 * (gradient**2 - v)
                    value -= rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)

    def outputs(self, inputs: Array) -> list[Array]:
        """The inputs, and what each layer makes of them."""
        return self._forward(inputs)[0]

    def _forward(self, inputs: Array) -> tuple[list[Array], list[Array]]:
        """(the inputs and each layer's result; the patches that each layer multiplied)."""
        results, patches = [np.asarray(inputs, np.float32)], []
        for layer, weight, bias in zip(self.layers, self.weights, self.biases, strict=True):
            values = results[-1]
            patches.append(_patches(values, layer) if isinstance(layer, Conv) else values.reshape(len(values), -1))
            linear = patches[-1] @ weight + bias
            results.append(np.maximum(linear, 0) if layer.relu else linear)
        return results, patches

    def _gradients(self, inputs: Array, targets: Array, slope: Callable[[Array, Array], Array]) -> list[Array]:
        """For the weights, then for the biases."""
        results, patches = self._forward(inputs)
        down = slope(results[-1], targets)
        weights: list[Array] = []
        biases: list[Array] = []
        for i in reversed(range(len(self.layers))):
            layer = self.layers[i]
            if layer.relu:
                down = down * (results[i + 1] > 0)
            flat = down.reshape(-1, down.shape[-1])
            weights.insert(0, patches[i].reshape(len(flat), -1).T @ flat)
            biases.insert(0, flat.sum(axis=0))
            if i and isinstance(layer, Conv):
                down = _unpatched(down @ self.weights[i].T, layer, results[i].shape)
            elif i:
                down = (down @ self.weights[i].T).reshape(results[i].shape)
        return [*weights, *biases]


# ---- losses: the slope of a batch's mean


def softmax_slope(logits: Array, numbers: Array) -> Array:
    """Cross-entropy of classes. numbers: (n,)."""
    slope = softmax(logits)
    slope[np.arange(len(numbers)), numbers] -= 1
    return slope / np.float32(len(numbers))


def logistic_slope(logits: Array, shares: Array) -> Array:
    """Cross-entropy of each value with its share, 0 to 1."""
    return (logistic(logits) - shares) / np.float32(len(logits))


def square_slope(values: Array, wanted: Array) -> Array:
    """Squares of the differences."""
    return (values - wanted.reshape(values.shape)) / np.float32(len(values))


def softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Array = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def logistic(values: Array) -> Array:
    return 1 / (1 + np.exp(-values))


# ---- convolutions as products


def _padding(extent: int, kernel: int, stride: int) -> tuple[int, int]:
    """SAME: what is put before and behind an axis."""
    total = max((-(-extent // stride) - 1) * stride + kernel - extent, 0)
    return total // 2, total - total // 2


def _patches(values: Array, layer: Conv) -> Array:
    """(n, rows, columns, kernel * channels) of (n, height, width, channels)."""
    pads = [_padding(values.shape[axis + 1], layer.kernel[axis], layer.stride) for axis in range(2)]
    padded = np.pad(values, ((0, 0), *pads, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, layer.kernel, axis=(1, 2))
    windows = windows[:, :: layer.stride, :: layer.stride].transpose(0, 1, 2, 4, 5, 3)
    return windows.reshape(*windows.shape[:3], -1)


def _unpatched(slopes: Array, layer: Conv, shape: tuple[int, ...]) -> Array:
    """The slope of the values, from that of their patches."""
    pads = [_padding(shape[axis + 1], layer.kernel[axis], layer.stride) for axis in range(2)]
    count, rows, columns = slopes.shape[:3]
    parts = slopes.reshape(count, rows, columns, *layer.kernel, shape[3])
    total = np.zeros((count, shape[1] + sum(pads[0]), shape[2] + sum(pads[1]), shape[3]), slopes.dtype)
    for y in range(layer.kernel[0]):
        for x in range(layer.kernel[1]):
            down, across = (
                slice(y, y + rows * layer.stride, layer.stride),
                slice(x, x + columns * layer.stride, layer.stride),
            )
            total[:, down, across] += parts[:, :, :, y, x]
    return total[:, pads[0][0] : pads[0][0] + shape[1], pads[1][0] : pads[1][0] + shape[2]]
