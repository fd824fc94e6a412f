# SPDX-License-Identifier: Apache-2.0
"""The stand-in for MoveNet Lightning heatmaps: the real graph's shape with invented weights.

MobileNetV2 (width 1.0, 192x192x3) as backbone, three upsampling steps with skip connections, a 13-channel heatmap
head at 48x48: operator for operator and shape for shape as the real file. Weights are random from a fixed seed.
Activation scales follow from the variance that each layer is given (He et al. 2015, eq. 10, with a target variance
instead of 1), so that activations neither saturate nor vanish.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingot.model.stand_in import DESCRIPTION
from ingot.model.tflite_writer import ACTIVATIONS, PADDINGS, TfliteWriter

SEED = 20240
KEYPOINTS = 13

# (expansion, channels, repeats, stride of the first), as in the MobileNetV2 paper, table 2.
INVERTED_RESIDUALS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)

RELU_SPREAD = 1.8  # standard deviation before a RELU or RELU6
LINEAR_SPREAD = 1.0  # standard deviation of a linear layer's output
HEAD_SPREAD = 2.0  # of the logits
RANGE = 4.5  # a linear tensor's scale covers this many standard deviations each way
RELU6_SCALE = 6.0 / 255.0


@dataclass(frozen=True)
class Feature:
    """A tensor of the graph being built.

    square: mean of the squared real values; what the next layer's weights are scaled by.
    """

    tensor: int
    size: int
    channels: int
    scale: float
    zero_point: int
    square: float


class _Net:
    def __init__(self) -> None:
        self.writer = TfliteWriter(DESCRIPTION)
        self.random = np.random.Generator(np.random.PCG64(SEED))
        self.layers = 0

    def _name(self, kind: str) -> str:
        self.layers += 1
        return f"standin/{self.layers}_{kind}"

    def _weights(
        self, name: str, shape: tuple[int, ...], axis: int, fan_in: int, source: Feature, spread: float
    ) -> tuple[int, int]:
        """Weights (int8, per channel along `axis`) and bias (int32) that give the output that standard deviation."""
        channels = shape[axis]
        # numpy.random's normal is not promised to be stable over versions; the integers of PCG64 are.
        raw = self.random.integers(-127, 128, size=shape, dtype=np.int64)
        uniform_square = (127 * 128) / 3.0
        gain = self.random.integers(70, 131, size=channels, dtype=np.int64) / 100.0
        scales = np.asarray(gain * spread / math.sqrt(fan_in * source.square * uniform_square), np.float32)
        bias_scales = np.asarray(scales.astype(np.float64) * source.scale, np.float32)
        offsets = self.random.integers(-50, 51, size=channels, dtype=np.int64) / 100.0
        bias = np.rint(offsets * spread / bias_scales.astype(np.float64)).astype(np.int32)
        w = self.writer.constant(f"{name}/weights", raw.astype(np.int8), scales.tolist(), axis)
        b = self.writer.constant(f"{name}/bias", bias, bias_scales.tolist(), 0)
        return w, b

    def _output(self, name: str, size: int, channels: int, activation: str, spread: float) -> Feature:
        if activation == "RELU6":
            scale, zero, square = RELU6_SCALE, -128, 0.45 * spread * spread
        elif activation == "RELU":
            scale, zero, square = RANGE * spread / 255.0, -128, 0.5 * spread * spread
        else:
            scale, zero, square = 2 * RANGE * spread / 255.0, int(self.random.integers(-8, 9)), spread * spread
        tensor = self.writer.tensor(name, (1, size, size, channels), "int8", scale, zero)
        return Feature(tensor, size, channels, scale, zero, square)

    def conv(
        self, source: Feature, channels: int, activation: str = "NONE", *, kernel: int = 1, stride: int = 1,
        padding: str = "SAME", spread: float | None = None,
    ) -> Feature:  # fmt: skip
        name = self._name("conv")
        spread = spread or (LINEAR_SPREAD if activation == "NONE" else RELU_SPREAD)
        shape = (channels, kernel, kernel, source.channels)
        weights, bias = self._weights(name, shape, 0, kernel * kernel * source.channels, source, spread)
        out = self._output(name, -(-source.size // stride), channels, activation, spread)
        self.writer.operator(
            "CONV_2D", (source.tensor, weights, bias), out.tensor,
            Padding=PADDINGS[padding], StrideH=stride, StrideW=stride,
            DilationHFactor=1, DilationWFactor=1, FusedActivationFunction=ACTIVATIONS[activation],
        )  # fmt: skip
        return out

    def depthwise(self, source: Feature, activation: str, *, stride: int = 1, padding: str = "SAME") -> Feature:
        name = self._name("depthwise")
        spread = LINEAR_SPREAD if activation == "NONE" else RELU_SPREAD
        weights, bias = self._weights(name, (1, 3, 3, source.channels), 3, 9, source, spread)
        size = -(-source.size // stride) if padding == "SAME" else (source.size - 3) // stride + 1
        out = self._output(name, size, source.channels, activation, spread)
        self.writer.operator(
            "DEPTHWISE_CONV_2D", (source.tensor, weights, bias), out.tensor,
            Padding=PADDINGS[padding], StrideH=stride, StrideW=stride, DepthMultiplier=1,
            DilationHFactor=1, DilationWFactor=1, FusedActivationFunction=ACTIVATIONS[activation],
        )  # fmt: skip
        return out

    def pad(self, source: Feature, paddings: int) -> Feature:
        """One row below and one column right, as Keras pads before a stride of 2."""
        size = source.size + 1
        shape = (1, size, size, source.channels)
        tensor = self.writer.tensor(self._name("pad"), shape, "int8", source.scale, source.zero_point)
        self.writer.operator("PAD", (source.tensor, paddings), tensor)
        return Feature(tensor, size, source.channels, source.scale, source.zero_point, source.square)

    def add(self, a: Feature, b: Feature) -> Feature:
        spread = math.sqrt(a.square + b.square)
        out = self._output(self._name("add"), a.size, a.channels, "NONE", spread)
        self.writer.operator("ADD", (a.tensor, b.tensor), out.tensor, FusedActivationFunction=ACTIVATIONS["NONE"])
        return out

    def upsample(self, source: Feature, new_size: int) -> Feature:
        size = source.size * 2
        shape = (1, size, size, source.channels)
        tensor = self.writer.tensor(self._name("resize"), shape, "int8", source.scale, source.zero_point)
        self.writer.operator(
            "RESIZE_BILINEAR", (source.tensor, new_size), tensor, AlignCorners=False, HalfPixelCenters=True
        )
        return Feature(tensor, size, source.channels, source.scale, source.zero_point, source.square)


def _constant(net: _Net, name: str, values: object) -> int:
    data: npt.NDArray[np.int32] = np.asarray(values, np.int32)
    return net.writer.constant(name, data)


def build() -> bytes:
    """The stand-in's .tflite file. The same bytes on every machine."""
    net = _Net()
    w = net.writer
    image = w.tensor("image", (1, 192, 192, 3), "uint8", 1 / 127.5, 127)
    paddings = _constant(net, "standin/paddings", [[0, 0], [0, 1], [0, 1], [0, 0]])
    sizes = {size: _constant(net, f"standin/size_{size}", [size, size]) for size in (12, 24, 48)}

    signed = w.tensor("standin/quantize", (1, 192, 192, 3), "int8", 1 / 127.5, -1)
    w.operator("QUANTIZE", (image,), signed)
    x = Feature(signed, 192, 3, 1 / 127.5, -1, 1 / 3)

    x = net.conv(x, 32, "RELU6", kernel=3, stride=2)
    skips: dict[int, Feature] = {}  # last tensor of each resolution that the head comes back to
    for expansion, channels, repeats, first_stride in INVERTED_RESIDUALS:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            block_in = x
            if expansion > 1:
                x = net.conv(x, x.channels * expansion, "RELU6")
            if stride == 2:
                x = net.depthwise(net.pad(x, paddings), "RELU6", stride=2, padding="VALID")
            else:
                x = net.depthwise(x, "RELU6")
            x = net.conv(x, channels)
            if stride == 1 and block_in.channels == channels:
                x = net.add(block_in, x)
        if channels in (24, 32, 64):
            skips[x.size] = x
    # The 1x1 convolution to 1280 channels is VALID in the real file.
    x = net.conv(x, 1280, "RELU6", padding="VALID")

    for size, skip_channels, channels in ((12, 64, 32), (24, 32, 24), (48, 24, 24)):
        x = net.conv(x, skip_channels) if size == 12 else x
        x = net.upsample(x, sizes[size])
        x = net.add(x, net.conv(skips[size], skip_channels))
        x = net.conv(net.depthwise(x, "NONE"), channels, "RELU")
    x = net.conv(net.depthwise(x, "NONE"), 96, "RELU")
    x = net.conv(x, KEYPOINTS, spread=HEAD_SPREAD)

    shape = (1, 48, 48, KEYPOINTS)
    heatmaps = w.operator("LOGISTIC", (x.tensor,), w.tensor("standin/logistic", shape, "int8", 1 / 256, -128))
    output = w.operator("DEQUANTIZE", (heatmaps,), w.tensor("heatmaps", shape, "float32"))
    return w.finish((image,), (output,))
