# SPDX-License-Identifier: Apache-2.0
"""Models of one layer of dynamic range: float32 data, int8 or int4 weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from support.models.dense import ACTIVATIONS
from support.models.draw import Draw, vectors
from support.tflite_builder import Builder


def fully_connected(d: Draw) -> bytes:
    """One scale or one a channel, both ways to quantize the data, rows of weights that are zero."""
    depth, out_c = d.choice((1, 3, 15, 16, 17, 32, 63, 130)), d.choice((1, 2, 4, 5, 8, 9, 17))
    (shape, keep), random = vectors(d, depth), _random(d)
    b = Builder()
    x = b.input(shape, "float32")
    weights = _weights(d, b, random, (out_c, depth), 0, four_bits=d.integer(0, 3) == 0, one=d.integer(0, 1) == 0)
    bias = d.choice((b.constant(_bias(random, out_c)), None))
    y = b.tensor((*shape[:-1], out_c) if keep else (int(np.prod(shape)) // depth, out_c), "float32")
    b.operator(
        "FULLY_CONNECTED",
        [x, weights, bias],
        [y],
        keep_num_dims=keep,
        fused_activation_function=d.choice(ACTIVATIONS),
        asymmetric_quantize_inputs=d.integer(0, 1) == 1,
    )
    return b.finish([y])


def conv2d(d: Draw) -> bytes:
    """Scales that differ, that are equal, and one; strides, dilations, groups, batches."""
    groups = d.choice((1, 1, 1, 2, 3))
    depth, out_c = d.choice((1, 3, 4, 7, 17)), groups * d.integer(1, 5) if groups == 1 else groups * d.integer(2, 5)
    return _conv(d, "CONV_2D", groups * depth, (out_c, d.integer(1, 4), d.integer(1, 5), depth), groups)


def depthwise(d: Draw) -> bytes:
    """Also several filters a channel. LiteRT wants a bias."""
    in_c = d.choice((1, 3, 4, 5, 8, 17))
    return _conv(d, "DEPTHWISE_CONV_2D", in_c, (1, d.integer(1, 4), d.integer(1, 5), in_c * d.choice((1, 1, 2, 3))), 1)


def _conv(d: Draw, kind: str, in_c: int, form: tuple[int, ...], groups: int) -> bytes:
    dense = kind == "CONV_2D"
    kernel, out_c = form[1:3], form[0 if dense else 3]
    dilation = d.choice(((1, 1), (1, 1), (2, 1), (1, 2), (3, 2)))
    stride = d.choice(((1, 1), (1, 1), (2, 2), (1, 3), (3, 1))) if dilation == (1, 1) else (1, 1)
    padding, random = d.choice(("SAME", "VALID")), _random(d)
    reach = [(k - 1) * step for k, step in zip(kernel, dilation, strict=True)]
    least = reach if padding == "VALID" else [0, 0]
    image = (d.choice((1, 1, 1, 2)), 1 + least[0] + d.integer(0, 4), 1 + least[1] + d.integer(0, 7), in_c)
    out = [
        -(-n // s) if padding == "SAME" else -(-(n - r) // s) for n, s, r in zip(image[1:3], stride, reach, strict=True)
    ]
    b = Builder()
    x = b.input(image, "float32")
    one = dense and groups == 1 and d.integer(0, 2) == 0
    weights = _weights(
        d, b, random, form, 0 if dense else 3, four_bits=dense and d.integer(0, 3) == 0, one=one, differ=groups > 1
    )
    bias = b.constant(_bias(random, out_c))
    y = b.tensor((image[0], *out, out_c), "float32")
    b.operator(
        kind,
        [x, weights, bias],
        [y],
        padding=padding,
        stride_h=stride[0],
        stride_w=stride[1],
        dilation_h_factor=dilation[0],
        dilation_w_factor=dilation[1],
        fused_activation_function=d.choice(ACTIVATIONS),
        **({} if dense else {"depth_multiplier": out_c // in_c}),
    )
    return b.finish([y])


def embedding(d: Draw) -> bytes:
    """Rows by one scale, or by one a row; constant indexes, or those of an ARG_MAX."""
    rows, width, count, random = d.integer(1, 9), d.choice((1, 3, 8, 17)), d.integer(1, 5), _random(d)
    b, four_bits = Builder(), width % 2 == 0 and d.integer(0, 1) == 0
    if d.integer(0, 1):
        chosen = b.constant(random.integers(0, rows, count).astype(np.int32))
    else:
        chosen = b.tensor((count,), "int32")
        last = b.constant(np.array(1, np.int32))
        b.operator("ARG_MAX", [b.input((count, rows), "float32"), last], [chosen], output_type="int32")
    table = _weights(d, b, random, (rows, width), 0, four_bits=four_bits, one=d.integer(0, 1) == 0)
    looked_up, y = b.tensor((count, width), "float32"), b.tensor((count, width), "float32")
    b.operator("EMBEDDING_LOOKUP", [chosen, table], [looked_up])
    b.operator("ADD", [looked_up, b.input((count, width), "float32")], [y])
    return b.finish([y])


def _random(d: Draw) -> np.random.Generator:
    return np.random.default_rng(d.integer(0, 2**32 - 1))


def _weights(
    d: Draw,
    b: Builder,
    random: np.random.Generator,
    form: tuple[int, ...],
    axis: int,
    *,
    four_bits: bool,
    one: bool,
    differ: bool = False,
) -> int:
    """differ: no two scales are equal, else those of all channels may be."""
    highest = d.choice((0.002, 0.05, 1.0, d.real(0.001, 2.0)))
    scales = random.uniform(highest / 50, highest, form[axis]).astype(np.float32)
    if not differ and d.integer(0, 5) == 0:
        scales[:] = highest
    # LiteRT multiplies -128 wrongly on x86 (docs/verification.md).
    numbers = random.integers(-8 if four_bits else -127, 8 if four_bits else 128, form).astype(np.int8)
    if d.integer(0, 3) == 0:
        numbers[random.integers(0, 4, form) == 0] = 0
    given = highest if one else scales.tolist()
    return b.nibbles(numbers, given, axis=axis) if four_bits else b.constant(numbers, given, axis=axis)


def _bias(random: np.random.Generator, channels: int) -> npt.NDArray[np.float32]:
    bias = random.normal(scale=random.choice((0.01, 1, 100)), size=channels).astype(np.float32)
    return np.where(random.integers(0, 6, channels) == 0, np.float32(-0.0), bias)
