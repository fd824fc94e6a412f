# SPDX-License-Identifier: Apache-2.0
"""A model whose graph is fixed and whose weights, scales and zero points are all drawn from a seed.

Convolution (per channel, with stride and padding), residual ADD, depthwise convolution, table, resize, pooling, fully
connected, softmax; uint8 in, float32 out. What a retrained and requantized model looks like to a build.
"""

from __future__ import annotations

import numpy as np

from support.tflite_builder import Builder


def requantizable(seed: int, height: int = 12, width: int = 9, *, wide: bool = False) -> bytes:
    """The model with everything drawn from `seed`: multipliers above and below one, so shifts have both signs.

    wide: all weights of a channel are -128, which is what sums of two products do not fit 16 bits with.
    """
    rng = np.random.default_rng(seed)
    b = Builder()

    def scale() -> float:
        return float(np.exp(rng.uniform(-6, 1)))

    def zero() -> int:
        return int(rng.integers(-128, 128))

    def convolution(
        kind: str, x: int, source: float, shape: tuple[int, ...], weights: tuple[int, ...], **more
    ) -> tuple:
        axis = 0 if kind == "CONV_2D" else 3
        scales = np.exp(rng.uniform(-9, 3, weights[axis])).astype(np.float32)
        bias_scale = (np.float32(source) * scales).tolist()
        numbers = rng.integers(-127, 128, weights).astype(np.int8)
        if wide:
            np.moveaxis(numbers, axis, 0)[0] = -128
        k = b.constant(numbers, scales.tolist(), axis=axis)
        c = b.constant(rng.integers(-5000, 5000, weights[axis]).astype(np.int32), bias_scale)
        out = scale()
        y = b.tensor(shape, "int8", out, zero())
        b.operator(kind, [x, k, c], [y], padding="SAME", fused_activation_function="RELU6", **more)
        return y, out

    s0 = scale()
    raw = b.input((1, height, width, 3), "uint8", s0, int(rng.integers(0, 256)), name="image")
    x = b.tensor((1, height, width, 3), "int8", s0, zero())
    b.operator("QUANTIZE", [raw], [x])
    y, s1 = convolution("CONV_2D", x, s0, (1, height // 2, (width + 1) // 2, 8), (8, 3, 3, 3), stride_h=2, stride_w=2)
    d, _ = convolution("DEPTHWISE_CONV_2D", y, s1, (1, height // 2, (width + 1) // 2, 8), (1, 3, 3, 8))
    added = b.tensor((1, height // 2, (width + 1) // 2, 8), "int8", scale(), zero())
    b.operator("ADD", [y, d], [added])
    logistic = b.tensor((1, height // 2, (width + 1) // 2, 8), "int8", 1 / 256, -128)
    b.operator("LOGISTIC", [added], [logistic])
    size = b.constant(np.array([height, width], np.int32))
    big = b.tensor((1, height, width, 8), "int8", 1 / 256, -128)
    b.operator("RESIZE_BILINEAR", [logistic, size], [big])
    pooled = b.tensor((1, height // 2, width // 2, 8), "int8", 1 / 256, -128)
    b.operator("MAX_POOL_2D", [big], [pooled], filter_height=2, filter_width=2, stride_h=2, stride_w=2, padding="VALID")
    ins = (height // 2) * (width // 2) * 8
    weights = b.constant(rng.integers(-127, 128, (5, ins)).astype(np.int8), scale())
    logits = b.tensor((1, 5), "int8", scale(), zero())
    flat = b.tensor((1, ins), "int8", 1 / 256, -128)
    b.operator("RESHAPE", [pooled, b.constant(np.array([1, ins], np.int32))], [flat], new_shape=[1, ins])
    b.operator("FULLY_CONNECTED", [flat, weights, None], [logits])
    soft = b.tensor((1, 5), "int8", 1 / 256, -128)
    b.operator("SOFTMAX", [logits], [soft], beta=1.0)
    out = b.tensor((1, 5), "float32", name="scores")
    b.operator("DEQUANTIZE", [soft], [out])
    return b.finish([out])
