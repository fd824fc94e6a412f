# SPDX-License-Identifier: Apache-2.0
"""Models of one convolution of float32, and of a network whose tail is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from support import tflite_builder
from support.models.dense import ACTIVATIONS
from support.models.draw import Draw
from support.tflite_builder import Builder

PLAIN = ("float32", None, 0)


def layer(d: Draw, kind: str) -> bytes:
    """CONV_2D or DEPTHWISE_CONV_2D: strides together with dilations, groups or multipliers, paddings.

    LiteRT wants a bias for CONV_2D.
    """
    kernel = (d.integer(1, 4), d.integer(1, 5))
    stride = d.choice(((1, 1), (1, 1), (2, 2), (1, 3), (3, 1)))
    dilation = d.choice(((1, 1), (1, 1), (2, 1), (1, 2), (3, 2)))
    padding = d.choice(("SAME", "VALID"))
    groups, depth = d.choice((1, 1, 2, 3)), d.choice((1, 3, 4, 7, 17))
    in_c, out_c = groups * depth, groups * d.integer(1, 5)
    build, shape = tflite_builder.conv2d, (out_c, *kernel, depth)
    if kind == "DEPTHWISE_CONV_2D":
        out_c = in_c * d.integer(1, 3)
        build, shape = tflite_builder.depthwise, (1, *kernel, out_c)
    reach = [(k - 1) * step if padding == "VALID" else 0 for k, step in zip(kernel, dilation, strict=True)]
    image = (d.choice((1, 1, 2)), 1 + reach[0] + d.integer(0, 4), 1 + reach[1] + d.integer(0, 6), in_c)
    weights, bias = _numbers(d, shape, out_c)
    if kind == "DEPTHWISE_CONV_2D":
        bias = d.choice((bias, None))
    return build(image, weights, None, bias, stride, dilation, padding, d.choice(ACTIVATIONS), PLAIN, PLAIN)


def transpose_conv(d: Draw) -> bytes:
    """Random shapes, strides, paddings, sizes that fill the last stride or not, activations, often no bias."""
    kernel, stride = (d.integer(1, 5), d.integer(1, 4)), (d.integer(1, 3), d.integer(1, 3))
    image = (d.choice((1, 1, 2)), d.integer(1, 5), d.integer(1, 5), d.choice((1, 3, 9)))
    out_c, padding = d.integer(1, 6), d.choice(("SAME", "VALID"))
    sizes = [
        n * s - d.integer(0, s - 1) if padding == "SAME" else (n - 1) * s + max(k, s) - d.integer(0, max(s - k, 0))
        for n, s, k in zip(image[1:3], stride, kernel, strict=True)
    ]
    weights, bias = _numbers(d, (out_c, *kernel, image[3]), out_c)
    shape = (image[0], *sizes, out_c)
    b = Builder()
    inputs = [b.constant(np.asarray(shape, np.int32)), b.constant(weights), b.input(image, *PLAIN)]
    if d.choice((True, False)):
        inputs.append(b.constant(bias))
    y = b.tensor(shape, *PLAIN)
    b.operator(
        "TRANSPOSE_CONV",
        inputs,
        [y],
        padding=padding,
        stride_h=stride[0],
        stride_w=stride[1],
        fused_activation_function=d.choice(ACTIVATIONS),
    )
    return b.finish([y])


def mixed() -> bytes:
    """A network whose int8 body ends in float32: two convolutions, both poolings, a transposed convolution."""
    random = np.random.default_rng(0)

    def weights(*shape: int) -> int:
        return b.constant(random.normal(size=shape).astype(np.float32))

    b = Builder()
    body, x = b.input((1, 40, 16, 4), "int8", 0.05, 3), b.tensor((1, 40, 16, 4), *PLAIN)
    b.operator("DEQUANTIZE", [body], [x])
    moves = {"stride_h": 1, "stride_w": 1, "padding": "SAME"}
    halves = {"stride_h": 2, "stride_w": 2, "padding": "SAME", "filter_height": 3, "filter_width": 2}
    for kind, shape, constants, options in (
        ("CONV_2D", (1, 40, 16, 8), (weights(8, 3, 3, 4), weights(8)), moves),
        ("DEPTHWISE_CONV_2D", (1, 40, 16, 8), (weights(1, 3, 3, 8), weights(8)), moves),
        ("MAX_POOL_2D", (1, 20, 8, 8), (), halves),
        ("AVERAGE_POOL_2D", (1, 10, 4, 8), (), halves),
    ):
        y = b.tensor(shape, *PLAIN)
        b.operator(kind, [x, *constants], [y], **options)
        x = y
    y = b.tensor((1, 20, 8, 2), *PLAIN)
    size = b.constant(np.asarray((1, 20, 8, 2), np.int32))
    b.operator("TRANSPOSE_CONV", [size, weights(2, 3, 3, 8), x], [y], stride_h=2, stride_w=2, padding="SAME")
    return b.finish([y])


def _numbers(d: Draw, shape: tuple[int, ...], channels: int) -> tuple[npt.NDArray[np.float32], ...]:
    """Weights, large ones for the upper clamps, and a bias."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    weights = random.normal(scale=d.choice((0.1, 1.0, 9.0)), size=shape).astype(np.float32)
    bias = random.normal(size=channels).astype(np.float32)
    return weights, bias
