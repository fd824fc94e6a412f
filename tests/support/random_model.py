# SPDX-License-Identifier: Apache-2.0
"""Random small networks: chains of image operators with residuals and branches, as fused regions meet them; some of
their images are views of flat inputs, of vectors or of other images."""

from __future__ import annotations

import numpy as np

from support.tflite_builder import Builder, window_extent

FIXED_SCALE = (1 / 256, -128)


class _Maker:
    """Adds random operators behind random tensors. A tensor is (id, shape, scale, zero point)."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.builder = Builder()
        self.made: list[tuple[int, tuple[int, ...], float, int]] = []

    def pick(self, *values: int) -> int:
        return int(self.rng.choice(values))

    def quantization(self) -> tuple[float, int]:
        return float(np.exp(self.rng.uniform(-5, 0))), self.pick(-128, 127, 0, int(self.rng.integers(-128, 128)))

    def add(self, kind: str, inputs: list[int | None], shape: tuple[int, ...], quant: tuple[float, int], **options):
        tensor = self.builder.tensor(shape, "int8", *quant)
        self.builder.operator(kind, inputs, [tensor], **options)
        self.made.append((tensor, shape, *quant))

    def step(self) -> None:
        recent = self.made[-3:]
        source = recent[int(self.rng.integers(len(recent)))]
        choices = [self.convolution, self.convolution, self.depthwise, self.pool, self.logistic, self.resize, self.pad]
        choices += [self.dense, self.softmax, self.reshaped]
        partners = [t for t in self.made if t[1] == source[1] and t is not source]
        if partners:
            choices += [self.residual, self.residual, self.concatenation]
        if any(t[1][3] == source[1][3] and t is not source for t in self.made):
            choices.append(self.heads)
        self.rng.choice(np.array(choices, dtype=object))(source)

    def convolution(self, source) -> None:
        tensor, (n, h, w, c), scale, _ = source
        kh, kw, stride = self.pick(1, 1, 3, 2), self.pick(1, 1, 3), self.pick(1, 1, 2)
        outputs = self.pick(1, 3, 8, 16)
        self._weighted("CONV_2D", tensor, (n, h, w), scale, (outputs, kh, kw, c), 0, outputs, (kh, kw), stride)

    def depthwise(self, source) -> None:
        tensor, (n, h, w, c), scale, _ = source
        kh, kw, stride, multiplier = self.pick(1, 3, 5), self.pick(1, 3), self.pick(1, 1, 2), self.pick(1, 1, 2)
        if c * multiplier <= 32:
            shape = (1, kh, kw, c * multiplier)
            more = {"depth_multiplier": multiplier}
            self._weighted("DEPTHWISE_CONV_2D", tensor, (n, h, w), scale, shape, 3, shape[3], (kh, kw), stride, **more)

    def _weighted(self, kind, tensor, image, scale, shape, axis, outputs, kernel, stride, **more) -> None:
        n, h, w = image
        padding = "SAME" if h < kernel[0] or w < kernel[1] else str(self.rng.choice(["SAME", "VALID"]))
        weights, bias = self._weights(scale, shape, axis, outputs)
        rows, columns = (
            window_extent(size, extent, stride, 1, padding) for size, extent in zip((h, w), kernel, strict=True)
        )
        activation = str(self.rng.choice(["NONE", "RELU", "RELU6"]))
        self.add(
            kind,
            [tensor, weights, bias],
            (n, rows, columns, outputs),
            self.quantization(),
            padding=padding,
            stride_h=stride,
            stride_w=stride,
            fused_activation_function=activation,
            **more,
        )

    def _weights(self, scale, shape, axis, outputs) -> tuple[int, int]:
        scales = np.exp(self.rng.uniform(-8, -2, outputs)).astype(np.float32)
        weights = self.builder.constant(self.rng.integers(-127, 128, shape).astype(np.int8), scales.tolist(), axis=axis)
        bias = self.builder.constant(
            self.rng.integers(-3000, 3000, outputs).astype(np.int32), (np.float32(scale) * scales).tolist()
        )
        return weights, bias

    def dense(self, source) -> None:
        """A vector a pixel; where dimensions are not kept, an image again by a view."""
        tensor, (n, h, w, c), scale, _ = source
        outputs, keep, quant = self.pick(1, 5, 12), bool(self.rng.integers(2)), self.quantization()
        inputs = [tensor, *self._weights(scale, (outputs, c), 0, outputs)]
        shape = (n, h, w, outputs)
        if keep:
            self.add("FULLY_CONNECTED", inputs, shape, quant, keep_num_dims=True)
        else:
            vectors = self.builder.tensor((n * h * w, outputs), "int8", *quant)
            self.builder.operator("FULLY_CONNECTED", inputs, [vectors], keep_num_dims=False)
            self.view(vectors, shape, quant)

    def softmax(self, source) -> None:
        """Of vectors that are views of an image's pixels, or of its rows."""
        tensor, (n, h, w, c), *quant = source
        shape = (n * h * w, c) if self.rng.integers(2) else (n * h, w * c)
        flat, result = self.builder.tensor(shape, "int8", *quant), self.builder.tensor(shape, "int8", *FIXED_SCALE)
        self.builder.operator("RESHAPE", [tensor, self.builder.constant(np.array(shape, np.int32))], [flat])
        self.builder.operator("SOFTMAX", [flat], [result], beta=1.0)
        self.view(result, (n, h, w, c), FIXED_SCALE)

    def reshaped(self, source) -> None:
        """The image with other rows."""
        tensor, (n, h, w, c), *quant = source
        rows = self.pick(*(k for k in range(1, h * w + 1) if h * w % k == 0))
        self.view(tensor, (n, rows, h * w // rows, c), (quant[0], quant[1]))

    def view(self, tensor: int, shape: tuple[int, ...], quant: tuple[float, int]) -> None:
        self.add("RESHAPE", [tensor, self.builder.constant(np.array(shape, np.int32))], shape, quant)

    def pool(self, source) -> None:
        tensor, (n, h, w, c), scale, zero = source
        if h >= 2 and w >= 2:
            kind = str(self.rng.choice(["MAX_POOL_2D", "AVERAGE_POOL_2D"]))
            size = {"filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 2, "padding": "VALID"}
            self.add(kind, [tensor], (n, h // 2, w // 2, c), (scale, zero), **size)

    def logistic(self, source) -> None:
        self.add("LOGISTIC", [source[0]], source[1], FIXED_SCALE)

    def resize(self, source) -> None:
        tensor, (n, h, w, c), scale, zero = source
        if h * w * c <= 1024:
            size = self.builder.constant(np.array([2 * h, 2 * w], np.int32))
            half = bool(self.rng.integers(2))
            self.add("RESIZE_BILINEAR", [tensor, size], (n, 2 * h, 2 * w, c), (scale, zero), half_pixel_centers=half)

    def pad(self, source) -> None:
        tensor, (n, h, w, c), scale, zero = source
        amount = self.rng.integers(0, 2, 4)
        paddings = self.builder.constant(np.array([[0, 0], amount[:2], amount[2:], [0, 0]], np.int32))
        shape = (n, h + int(amount[:2].sum()), w + int(amount[2:].sum()), c)
        self.add("PAD", [tensor, paddings], shape, (scale, zero))

    def residual(self, source) -> None:
        partners = [t for t in self.made if t[1] == source[1] and t is not source]
        other = partners[int(self.rng.integers(len(partners)))]
        self.add("ADD", [source[0], other[0]], source[1], self.quantization())

    def heads(self, source) -> None:
        """Images as flat tensors one after the other, in any order."""
        others = [t for t in self.made if t[1][3] == source[1][3] and t is not source]
        parts = [source, others[int(self.rng.integers(len(others)))]]
        flat, channels, pixels = [], source[1][3], 0
        for tensor, (_, h, w, _), *_ in parts[:: 1 if self.rng.integers(2) else -1]:
            flat.append(self.builder.tensor((1, h * w, channels), "int8", *source[2:]))
            alike = self.builder.tensor((1, h, w, channels), "int8", *source[2:])
            self.builder.operator("QUANTIZE", [tensor], [alike])
            shape = self.builder.constant(np.array((1, h * w, channels), np.int32))
            self.builder.operator("RESHAPE", [alike, shape], flat[-1:])
            pixels += h * w
        joined = self.builder.tensor((1, pixels, channels), "int8", *source[2:])
        self.builder.operator("CONCATENATION", flat, [joined], axis=1)
        self.view(joined, (1, pixels, 1, channels), source[2:])

    def concatenation(self, source) -> None:
        """Along channels; LiteRT wants one quantization for all, so the other input is requantized first."""
        partners = [t for t in self.made if t[1] == source[1] and t is not source]
        other = partners[int(self.rng.integers(len(partners)))]
        if source[1][3] <= 16:
            alike = self.builder.tensor(source[1], "int8", source[2], source[3])
            self.builder.operator("QUANTIZE", [other[0]], [alike])
            shape = (*source[1][:3], 2 * source[1][3])
            self.add("CONCATENATION", [source[0], alike], shape, source[2:], axis=3)


def random_model(seed: int, steps: int = 9) -> bytes:
    """A network of about `steps` operators; its outputs are all tensors that nothing reads. Every third has a flat
    input."""
    maker = _Maker(seed)
    shape = (1, maker.pick(5, 8, 13, 16), maker.pick(4, 7, 12), maker.pick(1, 3, 8))
    quant = maker.quantization()
    if seed % 3:
        maker.made.append((maker.builder.input(shape, "int8", *quant), shape, *quant))
    else:
        maker.view(maker.builder.input((1, int(np.prod(shape))), "int8", *quant), shape, quant)
    while len(maker.made) <= steps:
        maker.step()
    used = {t for op in maker.builder._operators for t in op.inputs}
    outputs = [t for t, *_ in maker.made[1:] if t not in used]
    return maker.builder.finish(outputs)
