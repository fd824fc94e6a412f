# SPDX-License-Identifier: 0BSD
"""A small convolutional classifier in NumPy: trained, quantized to int8, and written as a .tflite file.

network = Network((24, 24, 3), [Conv(8, (3, 3), 2), Conv(16, (3, 3), 2)], classes=5)
network.fit(inputs, numbers)
content = network.tflite(calibration, "uint8", (0.0, 1.0))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.model.tflite_writer import ACTIVATIONS, PADDINGS, TfliteWriter

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Conv:
    """A convolution with SAME padding and RELU. kernel: (height, width). stride: of both axes."""

    filters: int
    kernel: tuple[int, int] = (3, 3)
    stride: int = 2


class Network:
    """Convolutions, then one dense layer with SOFTMAX. shape: (height, width, channels) of an input."""

    def __init__(self, shape: tuple[int, int, int], layers: Sequence[Conv], classes: int, seed: int = 1) -> None:
        random = np.random.default_rng(seed)
        self.shape, self.layers, self.classes = shape, tuple(layers), classes
        self.weights: list[Array] = []
        height, width, channels = shape
        for layer in layers:
            fan_in = layer.kernel[0] * layer.kernel[1] * channels
            self.weights.append(random.normal(0, np.sqrt(2 / fan_in), (fan_in, layer.filters)))
            height, width, channels = -(-height // layer.stride), -(-width // layer.stride), layer.filters
        fan_in = height * width * channels
        self.weights.append(random.normal(0, np.sqrt(1 / fan_in), (fan_in, classes)))
        self.biases = [np.zeros(weight.shape[1]) for weight in self.weights]
        self._random = random

    # ---- training

    def fit(self, inputs: Array, numbers: Array, epochs: int = 8, batch: int = 50, rate: float = 3e-3) -> None:
        """Cross-entropy by Adam. inputs: (n, *shape). numbers: the class of each."""
        values = [*self.weights, *self.biases]
        first, second = ([np.zeros_like(value) for value in values] for _ in range(2))
        step = 0
        for _ in range(epochs):
            order = self._random.permutation(len(inputs))
            for start in range(0, len(order), batch):
                chosen = order[start : start + batch]
                step += 1
                gradients = self._gradients(inputs[chosen], numbers[chosen])
                for value, gradient, m, v in zip(values, gradients, first, second, strict=True):
                    m += 0.1 * (gradient - m)
                    v += 0.001 * (gradient**2 - v)
                    value -= rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)

    def scores(self, inputs: Array) -> Array:
        """Shares of the classes, (n, classes)."""
        return _softmax(self._forward(inputs)[0][-1])

    def _forward(self, inputs: Array) -> tuple[list[Array], list[Array]]:
        """(the input and each layer's result, the last one the logits; the patches that each layer multiplied)."""
        results, patches = [np.asarray(inputs, np.float64)], []
        for layer, weight, bias in zip(self.layers, self.weights, self.biases, strict=False):
            patches.append(_patches(results[-1], layer))
            results.append(np.maximum(patches[-1] @ weight + bias, 0))
        patches.append(results[-1].reshape(len(inputs), -1))
        results.append(patches[-1] @ self.weights[-1] + self.biases[-1])
        return results, patches

    def _gradients(self, inputs: Array, numbers: Array) -> list[Array]:
        """Of the mean cross-entropy: for the weights, then for the biases."""
        results, patches = self._forward(inputs)
        slope = _softmax(results[-1])
        slope[np.arange(len(inputs)), numbers] -= 1
        slope /= len(inputs)
        weights, biases = [patches[-1].T @ slope], [slope.sum(axis=0)]
        slope = (slope @ self.weights[-1].T).reshape(results[-2].shape)
        for i in reversed(range(len(self.layers))):
            slope = slope * (results[i + 1] > 0)
            flat = slope.reshape(-1, slope.shape[-1])
            weights.insert(0, patches[i].reshape(len(flat), -1).T @ flat)
            biases.insert(0, flat.sum(axis=0))
            if i:
                slope = _unpatched(slope @ self.weights[i].T, self.layers[i], results[i].shape)
        return [*weights, *biases]

    # ---- export

    def tflite(self, calibration: Array, dtype: str, held: tuple[float, float], description: str = "") -> bytes:
        """The quantized network. calibration: inputs that tell the ranges of activations.

        dtype: of input and output: "float32", "uint8" or "int8". held: the real numbers that the input holds.
        """
        results, _ = self._forward(calibration)
        scale = (held[1] - held[0]) / 255
        zero = round(-128 - held[0] / scale)
        writer = TfliteWriter(description or "trained by examples/use_cases/train.py")
        shape = (1, *self.shape)
        given = {"float32": (0.0, 0), "uint8": (scale, zero + 128), "int8": (scale, zero)}[dtype]
        first = writer.tensor("input", shape, dtype, *given)
        inner = first
        if dtype != "int8":
            inner = writer.operator("QUANTIZE", (first,), writer.tensor("quantized", shape, "int8", scale, zero))
        for i, layer in enumerate(self.layers):
            top = float(results[i + 1].max())
            out = writer.tensor(f"conv_{i}", (1, *results[i + 1].shape[1:]), "int8", top / 255, -128)
            kernel = self.weights[i].reshape(*layer.kernel, results[i].shape[3], layer.filters).transpose(3, 0, 1, 2)
            weights, bias = self._constants(writer, f"conv_{i}", kernel, self.biases[i], scale)
            options = {"Padding": PADDINGS["SAME"], "StrideH": layer.stride, "StrideW": layer.stride}
            options |= {"DilationHFactor": 1, "DilationWFactor": 1, "FusedActivationFunction": ACTIVATIONS["RELU"]}
            inner = writer.operator("CONV_2D", (inner, weights, bias), out, **options)
            scale = top / 255
        low, high = min(0.0, float(results[-1].min())), max(0.0, float(results[-1].max()))
        step = (high - low) / 255
        logits = writer.tensor("logits", (1, self.classes), "int8", step, round(-128 - low / step))
        weights, bias = self._constants(writer, "dense", self.weights[-1].T, self.biases[-1], scale, per_channel=False)
        writer.operator("FULLY_CONNECTED", (inner, weights, bias), logits)
        shares = writer.tensor("shares", (1, self.classes), "int8", 1 / 256, -128)
        writer.operator("SOFTMAX", (logits,), shares, Beta=1.0)
        last = shares
        if dtype == "float32":
            last = writer.operator("DEQUANTIZE", (shares,), writer.tensor("scores", (1, self.classes), "float32"))
        elif dtype == "uint8":
            last = writer.tensor("scores", (1, self.classes), "uint8", 1 / 256, 0)
            writer.operator("QUANTIZE", (shares,), last)
        return writer.finish((first,), (last,))

    @staticmethod
    def _constants(
        writer: TfliteWriter, name: str, kernel: Array, bias: Array, scale: float, per_channel: bool = True
    ) -> tuple[int, int]:
        """int8 weights, symmetric, the outputs along their first axis; int32 bias. scale: of the layer's input."""
        largest = np.abs(kernel).reshape(len(kernel), -1).max(axis=1)
        steps = np.maximum(largest if per_channel else np.full(1, largest.max()), 1e-6).astype(np.float32) / 127
        shaped = steps.reshape(-1, *[1] * (kernel.ndim - 1))
        codes = np.clip(np.rint(kernel / shaped), -127, 127).astype(np.int8)
        wide = steps.astype(np.float64) * np.float32(scale)
        rounded = np.rint(bias / wide).astype(np.int32)
        return (
            writer.constant(f"{name}/weights", codes, steps.tolist(), 0),
            writer.constant(f"{name}/bias", rounded, wide.tolist(), 0),
        )


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
    total = np.zeros((count, shape[1] + sum(pads[0]), shape[2] + sum(pads[1]), shape[3]))
    for y in range(layer.kernel[0]):
        for x in range(layer.kernel[1]):
            down, across = (
                slice(y, y + rows * layer.stride, layer.stride),
                slice(x, x + columns * layer.stride, layer.stride),
            )
            total[:, down, across] += parts[:, :, :, y, x]
    return total[:, pads[0][0] : pads[0][0] + shape[1], pads[1][0] : pads[1][0] + shape[2]]


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
