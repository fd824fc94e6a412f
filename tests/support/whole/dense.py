# SPDX-License-Identifier: Apache-2.0
"""Convolutions, products, pooling, and what has a state."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from support.models.draw import Quantized
from support.models.recurrent import lstm, svdf
from support.tflite_builder import window_extent
from support.whole.maker import ACTIVATIONS, Impossible, Maker, Operand, Value

TYPES = ("int8", "int8", "int8", "int16", "float32")
INT32_MIN = -(2**31)


def activation(m: Maker) -> str:
    return m.draw.choice(("TANH", "SIGN_BIT")) if m.rarely(60) else m.draw.choice(ACTIVATIONS)


def weights(m: Maker, x: Value, shape: tuple[int, ...], axis: int, channels: int) -> list[Operand]:
    """[weights, bias]: per tensor or per channel, of all forms that converters and quantizers write."""
    d = m.draw
    rng = np.random.default_rng(d.integer(0, 1 << 30))
    kind = "float32" if x.dtype == "float32" and not m.rarely(20) else "uint8" if x.dtype == "uint8" else "int8"
    if kind == "float32":
        data: npt.NDArray[Any] = rng.normal(size=shape).astype(np.float32)
        bias = m.constant(rng.normal(size=channels).astype(np.float32))
        return [m.input(shape, kind, (None, 0)) if m.rarely(25) else m.constant(data), d.choice([bias, bias, None])]
    data = rng.integers(-127, 128, shape).astype(np.int8) if kind == "int8" else rng.integers(0, 256, shape, np.uint8)
    if m.rarely(20):
        data.flat[:] = -128 if kind == "int8" else 0
    scales = np.exp(rng.uniform(-8, -2, channels if d.integer(0, 2) else 1)).astype(np.float32)
    if m.rarely(15):
        scales *= np.float32(d.choice([1e-6, 1e3, 1e-9]))
    dead = d.integer(0, channels - 1) if m.rarely(8) else None
    if dead is not None:
        data[tuple(dead if i == axis else slice(None) for i in range(data.ndim))] = 0
        if len(scales) > 1 and d.integer(0, 1):
            scales[dead] = d.choice([np.float32(1e-9), np.finfo(np.float32).tiny, np.float32(1.0)])
    zero = 0 if kind == "int8" and not m.rarely(60) else d.integer(0, 100)
    if m.rarely(40) and len(scales) == 1:
        w = m.input(shape, kind, (float(scales[0]), zero))
    else:
        w = Value(m.builder.constant(data, scales.tolist(), zero, axis=axis), shape, kind, (float(scales[0]), zero))
    if d.integer(0, 3) == 0:
        return [w, None]
    wide = x.dtype == "int16" and d.integer(0, 4) > 0
    numbers = rng.integers(-5000, 5000, channels).astype(np.int64 if wide else np.int32)
    if m.rarely(20):
        numbers = rng.integers(INT32_MIN, -INT32_MIN, channels).astype(numbers.dtype)
    if dead is not None:
        numbers[dead] = INT32_MIN
    if x.dtype == "float32":
        return [w, m.constant(rng.normal(size=channels).astype(np.float32))]
    bias_scales = (np.float32(x.quant[0] or 1.0) * scales).tolist()
    bias_id = m.builder.constant(numbers, None if m.rarely(20) else bias_scales)
    return [w, bias_id]


def result(m: Maker, x: Value) -> Quantized:
    return m.quant(x.dtype)


def _types(m: Maker) -> tuple[str, ...]:
    return ("uint8",) if m.rarely(40) else TYPES


def convolution(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(_types(m), (4,))
    n, h, w, c = x.shape
    kernel = (d.choice([1, 1, 2, 3, 5]), d.choice([1, 1, 2, 3, 4]))
    stride = (d.choice([1, 1, 2, 3]), d.choice([1, 1, 2, 3]))
    dilation = (d.choice([1, 1, 1, 2, 3]), d.choice([1, 1, 1, 2]))
    padding = d.choice(["SAME", "VALID"])
    options: dict[str, Any] = {}
    if kind == "CONV_2D":
        groups = d.choice([g for g in (1, 2, 3, 4) if c % g == 0]) if m.rarely(6) else 1
        channels = groups * d.choice([1, 2, 3, 4, 5, 8])
        shape, axis = (channels, *kernel, c // groups), 0
    else:
        multiplier = d.choice([1, 1, 1, 2, 3])
        channels = c * multiplier
        shape, axis = (1, *kernel, channels), 3
        options["depth_multiplier"] = multiplier
    out = [window_extent(a, k, s, e, padding) for a, k, s, e in zip((h, w), kernel, stride, dilation, strict=True)]
    m.emit(
        kind,
        [x, *weights(m, x, shape, axis, channels)],
        [((n, *out, channels), x.dtype, result(m, x))],
        padding=padding,
        stride_h=stride[0],
        stride_w=stride[1],
        dilation_h_factor=dilation[0],
        dilation_w_factor=dilation[1],
        fused_activation_function=activation(m),
        **options,
    )


def transpose_conv(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(_types(m), (4,))
    n, h, w, c = x.shape
    kernel, stride = (d.integer(1, 4), d.integer(1, 4)), (d.integer(1, 3), d.integer(1, 3))
    padding, channels = d.choice(["SAME", "VALID"]), d.integer(1, 6)
    out = []
    for extent, k, s in zip((h, w), kernel, stride, strict=True):
        size = extent * s if padding == "SAME" else (extent - 1) * s + max(k, 1)
        out.append(size - d.integer(0, s - 1) if padding == "SAME" and m.rarely(4) else size)
    shape = (n, *out, channels)
    w_, bias = weights(m, x, (channels, *kernel, c), 0, channels)
    inputs = [m.ints(shape), w_, x] + ([bias] if bias is not None else [None] if m.rarely(8) else [])
    more = {"fused_activation_function": activation(m)} if m.rarely(4) else {}
    options = {"padding": padding, "stride_h": stride[0], "stride_w": stride[1], **more}
    m.emit(kind, inputs, [(shape, x.dtype, result(m, x))], **options)


def fully_connected(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(_types(m), (4, 3, 2, 2, 2, 1))
    keep = bool(d.integer(0, 1))
    depth = x.shape[-1] if keep or d.integer(0, 1) else int(np.prod(x.shape[1:]))
    if depth > 800:
        raise Impossible
    channels = d.choice([1, 2, 3, 5, 8, 17])
    out = (*x.shape[:-1], channels) if keep else (int(np.prod(x.shape)) // depth, channels)
    m.emit(
        kind,
        [x, *weights(m, x, (channels, depth), 0, channels)],
        [(out, x.dtype, result(m, x))],
        keep_num_dims=keep,
        fused_activation_function=activation(m),
    )


def batch_matmul(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(_types(m), (2, 3, 4, 4, 5))
    adj_x, adj_y = bool(d.integer(0, 1)), bool(d.integer(0, 1))
    rows, depth = x.shape[-2:][:: -1 if adj_x else 1]
    columns, batch = d.integer(1, 9), x.shape[:-2]
    matrix = (columns, depth) if adj_y else (depth, columns)
    lead = d.choice([batch, batch, (), tuple(n if d.integer(0, 1) else 1 for n in batch)])
    y: Operand
    if x.dtype == "int8" and m.rarely(8):
        scales = np.exp(np.random.default_rng(d.integer(0, 999)).uniform(-7, -1, columns)).astype(np.float32).tolist()
        data = np.random.default_rng(d.integer(0, 999)).integers(-127, 128, (*lead, *matrix)).astype(np.int8)
        y = m.builder.constant(data, scales, axis=len(lead) + (0 if adj_y else 1))
    else:
        y = m.partner(x, [(*lead, *matrix)])
    m.emit(kind, [x, y], [((*batch, rows, columns), x.dtype, result(m, x))], adj_x=adj_x, adj_y=adj_y)


def pool(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(_types(m), (4,))
    n, h, w, c = x.shape
    window, stride = (d.integer(1, 4), d.integer(1, 4)), (d.integer(1, 3), d.integer(1, 3))
    padding = d.choice(["SAME", "VALID"])
    out = [window_extent(a, k, s, 1, padding) for a, k, s in zip((h, w), window, stride, strict=True)]
    m.emit(
        kind,
        [x],
        [((n, *out, c), x.dtype, m.quant(x.dtype) if m.rarely(15) else x.quant)],
        filter_height=window[0],
        filter_width=window[1],
        stride_h=stride[0],
        stride_w=stride[1],
        padding=padding,
        fused_activation_function=activation(m),
    )


def recurrent(m: Maker, kind: str) -> None:
    """With an input of its own."""
    (lstm if kind == "UNIDIRECTIONAL_SEQUENCE_LSTM" else svdf)(m.draw, m.builder)
    t = m.builder._operators[-1].outputs[0]
    tensor = m.builder._tensors[t]
    quant = float(tensor.quantization.scale[0]), int(tensor.quantization.zeroPoint[0])
    m.values.append(Value(t, tuple(tensor.shape), "int8", quant))
