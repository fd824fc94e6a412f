# SPDX-License-Identifier: Apache-2.0
"""Models of one CONV_2D or one FULLY_CONNECTED."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from support import tflite_builder
from support.models.draw import Draw, vectors

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def conv2d(d: Draw, kernel: tuple[int, int] | None = None) -> bytes:
    """Random kernels, strides, paddings, dilations, groups, scales on both sides of one, biases and activations.

    LiteRT wants a bias here.
    kernel: (height, width), else drawn; small, flat and tall ones occur.
    """
    kernel_h, kernel_w = kernel or d.choice(((3, 3), (3, 3), (2, 5), (1, 4), (5, 1), (7, 4), (1, 1)))
    groups = d.choice((1, 1, 1, 1, 2, 3))
    group_c = d.choice((1, 3, 4, 7, 8, 16, 17, 24, 32))
    out_c = groups * d.choice((1, 3, 4, 7, 8, 9, 16, 21))
    dilation = d.choice(((1, 1), (1, 1), (2, 1), (1, 2), (2, 3)))
    stride = d.choice(((1, 1), (1, 1), (2, 2), (1, 3), (3, 1))) if dilation == (1, 1) else (1, 1)
    padding = d.choice(("SAME", "VALID"))
    reach_h, reach_w = ((k - 1) * s + 1 for k, s in zip((kernel_h, kernel_w), dilation, strict=True))
    least_h, least_w = (reach_h, reach_w) if padding == "VALID" else (1, 1)
    shape = (d.choice((1, 1, 1, 2)), least_h + d.integer(0, 4), least_w + d.integer(0, 12), groups * group_c)
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    weights = random.integers(-128, 128, (out_c, kernel_h, kernel_w, group_c)).astype(np.int8)
    weights[random.integers(0, 4, out_c) == 0] = d.choice((-128, 127, 0))
    highest = d.choice((0.002, 0.05, 0.5))
    scales = random.uniform(highest / 50, highest, out_c).astype(np.float32).tolist()
    return tflite_builder.conv2d(
        shape,
        weights,
        d.choice((scales, scales, scales[0])),
        _bias(d, random, out_c),
        stride,
        dilation,
        padding,
        d.choice(ACTIVATIONS),
        ("int8", d.choice((0.02, 0.5)), d.choice((-128, -1, 0, 127))),
        ("int8", d.choice((0.001, 0.02, 0.3, 2.0)), d.choice((-128, 3, 127))),
    )


def fully_connected(d: Draw) -> bytes:
    """Random vectors, often several, with and without a bias, one scale or one a channel."""
    depth = d.choice((1, 3, 15, 16, 17, 32, 63, 130))
    out_c = d.choice((1, 2, 4, 5, 8, 11, 12, 24))
    shape, keep_num_dims = vectors(d, depth)
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    weights = random.integers(-128, 128, (out_c, depth)).astype(np.int8)
    weights[random.integers(0, 4, out_c) == 0] = d.choice((-128, 127, 0))
    highest = d.choice((0.002, 0.05, 0.5, d.real(0.001, 0.5)))
    scales = random.uniform(highest / 50, highest, out_c).astype(np.float32).tolist()
    return tflite_builder.fully_connected(
        shape,
        weights,
        d.choice((highest, scales)),
        d.choice((_bias(d, random, out_c), None)),
        d.choice(ACTIVATIONS),
        keep_num_dims,
        source=("int8", d.choice((0.02, 0.5)), d.choice((-128, -1, 0, 127))),
        # A result beyond 32 bits is undefined in LiteRT.
        target=("int8", d.choice((0.01, 0.02, 0.3, 2.0)), d.choice((-128, 3, 127))),
    )


def fully_connected_f32(d: Draw) -> bytes:
    """Of float32: the last layer of a model whose features are quantized."""
    depth, out_c = d.choice((1, 3, 16, 63, 130)), d.integer(1, 9)
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    weights = random.normal(size=(out_c, depth)).astype(np.float32)
    bias = random.normal(size=out_c).astype(np.float32) if d.choice((True, False)) else None
    (shape, keep_num_dims), plain = vectors(d, depth), ("float32", None, 0)
    return tflite_builder.fully_connected(
        shape, weights, None, bias, d.choice(ACTIVATIONS), keep_num_dims, plain, plain
    )


def _bias(d: Draw, random: np.random.Generator, channels: int) -> npt.NDArray[np.int32]:
    most = d.choice((100, 40000, 2**24))
    return random.integers(-most, most, channels).astype(np.int32)


def nibbles(d: Draw, kind: str, *, huge: bool = False) -> bytes:
    """CONV_2D or FULLY_CONNECTED of int8 with weights of four bits. huge: biases of up to 30 bits."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    depth, out_c = d.choice((1, 3, 15, 16, 17, 32, 33, 64, 100)), d.choice((1, 3, 4, 7, 8, 9, 16, 21))
    kernel = d.choice(((1, 1), (1, 1), (3, 3), (2, 5))) if kind == "CONV_2D" else (1, 1)
    form = (out_c, *kernel, depth) if kind == "CONV_2D" else (out_c, depth)
    b, step = tflite_builder.Builder(), d.choice((0.02, 0.5))
    scales = random.uniform(0.01, 0.3, out_c).astype(np.float32)
    per_channel = d.choice((True, False))
    weights = b.nibbles(random.integers(-8, 8, form), scales.tolist() if per_channel else float(scales[0]))
    biases = _bias(d, random, out_c)
    biases = random.integers(-(2**29), 2**29, out_c).astype(np.int32) if huge else biases
    bias = b.constant(
        biases, (scales * np.float32(step)).tolist() if per_channel else float(scales[0] * np.float32(step))
    )
    # Of sums that need 30 bits, some results lie inside the range.
    target = ("int8", d.choice((2.0, 1e4, 3e5) if huge else (0.02, 0.3, 2.0)), d.choice((-128, 3, 127)))
    if kind == "CONV_2D":
        source = (1, kernel[0] + d.integer(0, 4), kernel[1] + d.integer(0, 9), depth)
        x = b.input(source, "int8", step, d.choice((-128, -1, 0, 127)))
        y = b.tensor((1, source[1] - kernel[0] + 1, source[2] - kernel[1] + 1, out_c), *target)
        b.operator(kind, [x, weights, bias], [y], padding="VALID", fused_activation_function=d.choice(ACTIVATIONS))
        return b.finish([y])
    source, keep = vectors(d, depth)
    x = b.input(source, "int8", step, d.choice((-128, -1, 0, 127)))
    out = (*source[:-1], out_c) if keep else (int(np.prod(source)) // depth, out_c)
    y = b.tensor(out, *target)
    b.operator(kind, [x, weights, bias], [y], keep_num_dims=keep, fused_activation_function=d.choice(ACTIVATIONS))
    return b.finish([y])
