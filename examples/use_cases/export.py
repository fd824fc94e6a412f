# SPDX-License-Identifier: 0BSD
"""A trained network as an int8 .tflite file.

model = Quantized(network, calibration, "uint8", (0.0, 1.0))
content = model.finish(model.share("SOFTMAX", model.last, Beta=1.0))
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from layers import Array, Conv, Network

from ingot.model.tflite_writer import ACTIVATIONS, PADDINGS, TfliteWriter


class Quantized:
    """Writes the layers; what follows them is the caller's.

    calibration: inputs that tell the ranges of activations. dtype: of input and outputs: "float32", "uint8" or "int8".
    held: the real numbers that the input holds. last: the tensor of the last layer; scale, zero: its quantization.
    parts: the last layer as several convolutions, of so many filters each; their tensors are in `ends`, and
        what these hold in `quantization`.
    """

    def __init__(
        self,
        network: Network,
        calibration: Array,
        dtype: str,
        held: tuple[float, float],
        parts: tuple[int, ...] = (),
    ) -> None:
        results = network.outputs(calibration)
        self.network, self.dtype = network, dtype
        self.writer = TfliteWriter("trained by examples/use_cases/train.py")
        shape = (1, *network.shape)
        self.scale, self.zero = (held[1] - held[0]) / 255, round(-128 - held[0] / ((held[1] - held[0]) / 255))
        given = {"float32": (0.0, 0), "uint8": (self.scale, self.zero + 128), "int8": (self.scale, self.zero)}[dtype]
        self.first = self.last = self.writer.tensor("input", shape, dtype, *given)
        if dtype != "int8":
            inner = self.writer.tensor("quantized", shape, "int8", self.scale, self.zero)
            self.last = self.writer.operator("QUANTIZE", (self.first,), inner)
        count = len(network.layers)
        for i in range(count - bool(parts)):
            self.last = self._layer(i, self.last, results, slice(None), f"layer_{i}")
        self.ends: list[int] = []
        self.quantization: list[tuple[float, int]] = []
        before = self.last, self.scale, self.zero
        for number, filters in enumerate(parts):
            start = sum(parts[:number])
            self.last, self.scale, self.zero = before
            name = f"head_{number}"
            self.ends.append(self._layer(count - 1, self.last, results, slice(start, start + filters), name))
            self.quantization.append((self.scale, self.zero))

    def _layer(self, i: int, source: int, results: list[Array], part: slice, name: str) -> int:
        """One layer, or some of its filters. Leaves scale and zero of its result."""
        layer, writer = self.network.layers[i], self.writer
        values = results[i + 1][..., part]
        weights, bias = self.network.weights[i][:, part], self.network.biases[i][part]
        if isinstance(layer, Conv):
            kernel = weights.reshape(*layer.kernel, results[i].shape[3], -1).transpose(3, 0, 1, 2)
        else:
            kernel = weights.T
        constants = self._constants(name, kernel, bias, per_channel=isinstance(layer, Conv))
        low, high = (0.0, float(values.max())) if layer.relu else (float(min(0, values.min())), float(values.max()))
        self.scale = max(high - low, 1e-6) / 255
        self.zero = round(-128 - low / self.scale)
        fused = ACTIVATIONS["RELU" if layer.relu else "NONE"]
        out = writer.tensor(name, (1, *values.shape[1:]), "int8", self.scale, self.zero)
        if isinstance(layer, Conv):
            options = {"Padding": PADDINGS["SAME"], "StrideH": layer.stride, "StrideW": layer.stride}
            options |= {"DilationHFactor": 1, "DilationWFactor": 1, "FusedActivationFunction": fused}
            return writer.operator("CONV_2D", (source, *constants), out, **options)
        return writer.operator("FULLY_CONNECTED", (source, *constants), out, FusedActivationFunction=fused)

    def _constants(self, name: str, kernel: Array, bias: Array, per_channel: bool) -> tuple[int, int]:
        """int8 weights, symmetric, the outputs along their first axis; int32 bias."""
        largest = np.abs(kernel).reshape(len(kernel), -1).max(axis=1)
        steps = np.maximum(largest if per_channel else np.full(1, largest.max()), 1e-6).astype(np.float32) / 127
        shaped = steps.reshape(-1, *[1] * (kernel.ndim - 1))
        codes = np.clip(np.rint(kernel / shaped), -127, 127).astype(np.int8)
        wide = steps.astype(np.float64) * np.float32(self.scale)
        rounded: npt.NDArray[Any] = np.rint(bias / wide).astype(np.int32)
        return (
            self.writer.constant(f"{name}/weights", codes, steps.tolist(), 0),
            self.writer.constant(f"{name}/bias", rounded, wide.tolist(), 0),
        )

    def share(self, kind: str, source: int, shape: tuple[int, ...], **options: Any) -> int:
        """SOFTMAX or LOGISTIC, as LiteRT quantizes shares; leaves scale and zero of its result."""
        self.scale, self.zero = 1 / 256, -128
        return self.writer.operator(
            kind, (source,), self.writer.tensor("shares", shape, "int8", 1 / 256, -128), **options
        )

    def reshaped(self, source: int, shape: tuple[int, ...], name: str, scale: float, zero: int) -> int:
        """The same values in another shape."""
        wanted = self.writer.constant(f"{name}/shape", np.asarray(shape, np.int32))
        return self.writer.operator("RESHAPE", (source, wanted), self.writer.tensor(name, shape, "int8", scale, zero))

    def finish(self, *ends: tuple[int, tuple[int, ...], str]) -> bytes:
        """The file; each end (tensor, shape, name) in the type of the input. Their quantization is the last one."""
        outputs = []
        for end, shape, name in ends:
            if self.dtype == "float32":
                end = self.writer.operator("DEQUANTIZE", (end,), self.writer.tensor(name, shape, "float32"))
            elif self.dtype == "uint8":
                other = self.writer.tensor(name, shape, "uint8", self.scale, self.zero + 128)
                end = self.writer.operator("QUANTIZE", (end,), other)
            outputs.append(end)
        return self.writer.finish((self.first,), outputs)


def classifier(network: Network, calibration: Array, dtype: str, held: tuple[float, float]) -> bytes:
    """The file of a network whose last layer gives a logit a class."""
    model = Quantized(network, calibration, dtype, held)
    shape = (1, int(network.biases[-1].size))
    return model.finish((model.share("SOFTMAX", model.last, shape, Beta=1.0), shape, "scores"))


def autoencoder(network: Network, calibration: Array, dtype: str, held: tuple[float, float]) -> bytes:
    """The file of a network whose last layer gives back the input."""
    model = Quantized(network, calibration, dtype, held)
    return model.finish((model.last, (1, int(network.biases[-1].size)), "again"))
