# SPDX-License-Identifier: Apache-2.0
"""Models of one operator of uint8, as TensorFlow 1's quantization-aware training wrote them."""

from __future__ import annotations

import numpy as np

from support import tflite_builder
from support.models.draw import Draw, image, numbers, quantization, shape, vectors
from support.tflite_builder import Builder

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def _weights(d: Draw, form: tuple[int, ...]) -> tuple[np.ndarray, float, int]:
    """Data, scale and zero point; all extremes occur."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    data = random.integers(0, 256, form).astype(np.uint8)
    if d.integer(0, 3) == 0:
        data[random.integers(0, 3, form) == 0] = d.choice((0, 255))
    return data, d.choice((0.002, 0.05, d.real(0.001, 0.1))), d.choice((128, 128, 0, 255, d.integer(90, 170)))


def layer(d: Draw, kind: str) -> bytes:
    """CONV_2D or DEPTHWISE_CONV_2D: strides, paddings, dilations, multipliers, activations; LiteRT wants a bias for
    CONV_2D."""
    kernel = d.choice(((1, 1), (1, 1), (3, 3), (3, 3), (2, 5), (5, 1), (7, 4)))
    dilation = d.choice(((1, 1), (1, 1), (1, 1), (2, 1), (2, 3)))
    stride = d.choice(((1, 1), (1, 1), (2, 2), (1, 3))) if dilation == (1, 1) else (1, 1)
    padding = d.choice(("SAME", "VALID"))
    reach = [(k - 1) * s + 1 if padding == "VALID" else 1 for k, s in zip(kernel, dilation, strict=True)]
    in_c = d.choice((1, 3, 4, 8, 16, 17, 24, 40))
    source = (d.choice((1, 1, 1, 2)), reach[0] + d.integer(0, 5), reach[1] + d.integer(0, 12), in_c)
    out_c = d.choice((1, 3, 4, 8, 9, 16, 21)) if kind == "CONV_2D" else in_c * d.choice((1, 1, 1, 2, 3))
    form = (out_c, *kernel, in_c) if kind == "CONV_2D" else (1, *kernel, out_c)
    data, scale, zero = _weights(d, form)
    most = d.choice((100, 40000))
    bias = np.random.default_rng(d.integer(0, 99)).integers(-most, most, out_c).astype(np.int32)
    x, y = (("uint8", s, d.choice((0, 128, 255, 7))) for s in (d.choice((0.02, 0.5)), d.choice((0.02, 0.3, 2.0))))
    b = Builder()
    extents = [
        tflite_builder.window_extent(n, k, s, e, padding)
        for n, k, s, e in zip(source[1:3], kernel, stride, dilation, strict=True)
    ]
    bias_id = b.constant(bias, float(np.float32(x[1]) * np.float32(scale)))
    target = b.tensor((source[0], *extents, out_c), *y)
    more = {"depth_multiplier": out_c // in_c} if kind == "DEPTHWISE_CONV_2D" else {}
    b.operator(
        kind,
        [b.input(source, *x), b.constant(data, scale, zero), bias_id],
        [target],
        padding=padding,
        stride_h=stride[0],
        stride_w=stride[1],
        dilation_h_factor=dilation[0],
        dilation_w_factor=dilation[1],
        fused_activation_function=d.choice(ACTIVATIONS),
        **more,
    )
    return b.finish([target])


def fully_connected(d: Draw) -> bytes:
    depth, channels = d.choice((1, 3, 16, 17, 63, 130)), d.choice((1, 2, 5, 8, 11, 24))
    source, keep = vectors(d, depth)
    data, scale, zero = _weights(d, (channels, depth))
    b, step = Builder(), d.choice((0.02, 0.5))
    x = b.input(source, "uint8", step, d.choice((0, 128, 255)))
    bias = numbers(d, (channels,), "int32") if d.integer(0, 2) else None
    out = (*source[:-1], channels) if keep else (int(np.prod(source)) // depth, channels)
    target = b.tensor(out, "uint8", d.choice((0.02, 0.3, 2.0)), d.choice((0, 128, 250)))
    bias_id = None if bias is None else b.constant(bias, float(np.float32(step) * np.float32(scale)))
    b.operator(
        "FULLY_CONNECTED",
        [x, b.constant(data, scale, zero), bias_id],
        [target],
        fused_activation_function=d.choice(ACTIVATIONS),
        keep_num_dims=keep,
    )
    return b.finish([target])


def pool(d: Draw, kind: str) -> bytes:
    kernel, padding = (d.integer(1, 5), d.integer(1, 5)), d.choice(("SAME", "VALID"))
    least = kernel if padding == "VALID" else (1, 1)
    source = (d.choice((1, 1, 2)), *(n + d.integer(0, 5) for n in least), d.choice((1, 3, 16, 20, 33)))
    strides = (d.integer(1, 3), d.integer(1, 3))
    activation = d.choice(("NONE", "RELU", "RELU6"))
    return tflite_builder.pool(
        kind, source, kernel, strides, padding, activation, "uint8", d.choice((0.02, 0.1)), d.choice((0, 128, 200))
    )


def concatenation(d: Draw) -> bytes:
    """Parts of different quantization, some of the output's, some constant."""
    base = list(shape(d))
    axis = d.integer(0, len(base) - 1)
    b, extents, inputs = Builder(), [d.integer(1, 4) for _ in range(d.choice((1, 2, 2, 3, 5)))], []
    q = quantization(d, "uint8")
    for number, extent in enumerate(extents):
        part = [*base[:axis], extent, *base[axis + 1 :]]
        own = q if d.integer(0, 2) == 0 else quantization(d, "uint8")
        if number and d.integer(0, 4) == 0:
            inputs.append(b.constant(numbers(d, part, "uint8"), *own))
        else:
            inputs.append(b.input(part, "uint8", *own))
    target = b.tensor([*base[:axis], sum(extents), *base[axis + 1 :]], "uint8", *q)
    b.operator("CONCATENATION", inputs, [target], axis=axis)
    return b.finish([target])


def network(d: Draw) -> bytes:
    """Operators of both forms in a row: layers, moves, tables, and what keeps uint8."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    b, q = Builder(), quantization(d, "uint8")
    at = image(d, 5, 6, 12)
    x, inputs = b.input(at, "uint8", *q), q
    outputs = []
    for _ in range(d.integer(2, 6)):
        kind = d.choice(("CONV_2D", "TRANSPOSE", "ADD", "LOGISTIC", "MAX_POOL_2D", "CONCATENATION", "RESIZE_BILINEAR"))
        q = quantization(d, "uint8")
        if kind == "CONV_2D":
            data, scale, zero = _weights(d, (d.integer(1, 9), 1, 1, at[3]))
            at = (*at[:3], data.shape[0])
            bias = b.constant(random.integers(-99, 99, at[3]).astype(np.int32))
            y = b.tensor(at, "uint8", *q)
            b.operator(kind, [x, b.constant(data, scale, zero), bias], [y], padding="VALID")
        elif kind == "TRANSPOSE":
            at, q = (at[0], at[2], at[1], at[3]), inputs
            y = b.tensor(at, "uint8", *q)
            b.operator(kind, [x, b.constant(np.array([0, 2, 1, 3], np.int32))], [y])
        elif kind == "ADD":
            y = b.tensor(at, "uint8", *q)
            other = b.constant(numbers(d, (at[3],), "uint8"), *quantization(d, "uint8"))
            b.operator(kind, [x, d.choice((other, x))], [y])
        elif kind == "LOGISTIC":
            q = (1 / 256, 0)
            y = b.tensor(at, "uint8", *q)
            b.operator(kind, [x], [y])
        elif kind == "MAX_POOL_2D":
            y, q = b.tensor(at, "uint8", *inputs), inputs
            b.operator(kind, [x], [y], filter_height=2, filter_width=2, padding="SAME")
        elif kind == "CONCATENATION":
            joined = (at[0], at[1], at[2], 2 * at[3])
            y, at = b.tensor(joined, "uint8", *q), joined
            b.operator(kind, [x, x], [y], axis=3)
        else:
            q = inputs
            at = (at[0], 2 * at[1], at[2] + 1, at[3])
            y = b.tensor(at, "uint8", *q)
            b.operator(kind, [x, b.constant(np.array(at[1:3], np.int32))], [y], half_pixel_centers=True)
        x, inputs = y, q
        if d.integer(0, 2) == 0:
            outputs.append(x)
        if int(np.prod(at)) > 4000:
            break
    return b.finish(list(dict.fromkeys([*outputs, x])))
