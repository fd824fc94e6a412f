# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX and its relatives, quantization, resizing."""

from __future__ import annotations

import numpy as np

from support.models.draw import Draw, image, quantization, scale
from support.tflite_builder import Builder, unary

_SOFTMAX_OUTPUT = {"int8": (1 / 256, -128), "uint8": (1 / 256, 0), "int16": (1 / 32768, 0), "float32": (None, 0)}


def softmax(d: Draw, dtype: str) -> bytes:
    """SOFTMAX over 1 to 200 numbers."""
    b, depth = Builder(), d.choice([2, 2, 1, 3, 10, 17, 100, 200])
    one = d.choice([(1, depth), (3, depth), (1, 2, 5, depth), (2, 3, depth), (depth,), (1, 4, 20, 2)])
    zero = {"int8": d.integer(-128, 127), "uint8": d.integer(0, 255)}.get(dtype, 0)
    step = None if dtype == "float32" else d.choice([0.1, 0.01, 1.0, 0.3, 5.0, d.real(1e-4, 3.0)])
    x = b.input(one, dtype, step, zero)
    target = b.tensor(one, dtype, *_SOFTMAX_OUTPUT[dtype])
    b.operator("SOFTMAX", [x], [target], beta=d.choice([1.0, 1.0, 0.5, 2.0]))
    return b.finish([target])


def softmax_wide(d: Draw) -> bytes:
    """SOFTMAX from int8 to int16."""
    b, depth = Builder(), d.choice([2, 1, 3, 10, 17, 100, 200])
    one = d.choice([(1, depth), (3, depth), (1, 2, 5, depth)])
    x = b.input(one, "int8", d.choice([0.1, 0.01, 1.0, d.real(1e-4, 3.0)]), d.integer(-128, 127))
    target = b.tensor(one, "int16", 1 / 65536, -32768)
    b.operator("SOFTMAX", [x], [target], beta=d.choice([1.0, 1.0, 0.5, 2.0]))
    return b.finish([target])


def resize_bilinear(d: Draw, dtype: str) -> bytes:
    """RESIZE_BILINEAR in its three variants, up and down."""
    return _resize(d, "RESIZE_BILINEAR", dtype, ((False, False), (True, False), (False, True)))


def _resize(d: Draw, kind: str, dtype: str, variants: tuple[tuple[bool, bool], ...]) -> bytes:
    b = Builder()
    n, h, w, c = d.choice([1, 1, 2]), d.integer(1, 7), d.integer(1, 7), d.choice([1, 3, 4, 13, 24])
    size = d.choice([(2 * h, 2 * w), (4 * h, w), (d.integer(1, 15), d.integer(1, 15))])
    q = quantization(d, dtype)
    x = b.input((n, h, w, c), dtype, *q)
    target = b.tensor((n, *size, c), dtype, *q)
    align, half = d.choice(variants)
    b.operator(kind, [x, b.constant(np.array(size, np.int32))], [target], align_corners=align, half_pixel_centers=half)
    return b.finish([target])


QUANTIZE_TYPES = (
    ("float32", "int8"),
    ("float32", "uint8"),
    ("float32", "int16"),
    ("int16", "int8"),
    ("int16", "int16"),
    ("int16", "int32"),
    ("int8", "int16"),
    ("int8", "int8"),
    ("uint8", "int8"),
    ("int8", "uint8"),
    ("int32", "int8"),
    ("int32", "int16"),
)


def quantize(d: Draw) -> bytes:
    """QUANTIZE between all types it takes."""
    b, one = Builder(), image(d)
    types = d.choice(QUANTIZE_TYPES)
    qs = [(scale(d) / 1e6, 0) if dtype == "int32" else quantization(d, dtype) for dtype in types]
    x = b.input(one, types[0], *qs[0])
    target = b.tensor(one, types[1], *qs[1])
    b.operator("QUANTIZE", [x], [target])
    return b.finish([target])


def dequantize(d: Draw) -> bytes:
    """DEQUANTIZE of int8, uint8 and int16."""
    b, one, dtype = Builder(), image(d), d.choice(["int8", "uint8", "int16"])
    x = b.input(one, dtype, *quantization(d, dtype))
    target = b.tensor(one, "float32")
    b.operator("DEQUANTIZE", [x], [target])
    return b.finish([target])


def resize_nearest(d: Draw, dtype: str) -> bytes:
    """RESIZE_NEAREST_NEIGHBOR in its variants, up and down."""
    return _resize(d, "RESIZE_NEAREST_NEIGHBOR", dtype, ((False, False), (True, False), (False, True)))


def sigmoid16(d: Draw, kind: str) -> bytes:
    """LOGISTIC or TANH of int16."""
    b, one = Builder(), image(d)
    step = d.choice([2.0**-12, 2.0**-11, 2.0**-13, d.real(1e-5, 1e-2)])
    out = b.tensor(one, "int16", 1 / 32768)
    b.operator(kind, [b.input(one, "int16", step)], [out])
    return b.finish([out])


def log_softmax(d: Draw, dtype: str) -> bytes:
    """LOG_SOFTMAX over 1 to 200 numbers."""
    b, depth = Builder(), d.choice([1, 2, 3, 10, 17, 100, 200])
    one = d.choice([(1, depth), (3, depth), (1, 2, 5, depth)])
    step = None if dtype == "float32" else d.choice([0.1, 0.01, 1.0, 0.3, d.real(1e-3, 2.0)])
    out = b.tensor(one, dtype, *((1 / 16, 127) if dtype == "int8" else (None, 0)))
    zero = d.integer(-128, 127) if dtype == "int8" else 0
    b.operator("LOG_SOFTMAX", [b.input(one, dtype, step, zero)], [out])
    return b.finish([out])


def l2_normalization(d: Draw, dtype: str) -> bytes:
    """L2_NORMALIZATION over 1 to 200 numbers."""
    b, depth = Builder(), d.choice([1, 2, 3, 10, 17, 100, 200])
    one = d.choice([(1, depth), (3, depth), (1, 2, 5, depth)])
    out = b.tensor(one, dtype, *((1 / 128, 0) if dtype == "int8" else (None, 0)))
    b.operator("L2_NORMALIZATION", [b.input(one, dtype, *quantization(d, dtype))], [out])
    return b.finish([out])


_BOTH_BYTES = ("LOGISTIC", "TANH", "GELU", "HARD_SWISH", "LEAKY_RELU", "RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1")
BYTE_FUNCTIONS = (*_BOTH_BYTES, "ELU", "ABS", "NEG", "SQRT", "RSQRT", "EXP", "LOG")
"""Functions of one 8-bit number that LiteRT has; all but the first few of int8 only."""


def byte_function(d: Draw, kind: str) -> bytes:
    """A pointwise function of 256 bytes."""
    dtype = d.choice(["int8", "uint8"]) if kind in _BOTH_BYTES else "int8"
    source, target = ((dtype, _wide_scale(d), quantization(d, dtype)[1]) for _ in range(2))
    if kind == "LOGISTIC":
        target = (dtype, 1 / 256, target[2])
    if kind == "HARD_SWISH":  # LiteRT refuses larger multipliers
        target = (dtype, max(target[1], source[1] / 100), target[2])
    if kind == "GELU" and dtype == "uint8":  # results beyond 32 bits are undefined in C++; here they are the largest
        target = (dtype, max(target[1], source[1] / 2**20), target[2])
    if kind == "RSQRT":  # where the multiplier's left shift stays in LiteRT's defined range
        target = (dtype, max(target[1], 0.01), target[2])
    if kind == "SQUARE":
        target = (dtype, max(target[1], source[1] ** 2 / 500), target[2])
    options = {
        "LEAKY_RELU": {"alpha": d.choice([0.1, 0.0, 1.5, -0.3, d.real(-2.0, 2.0)])},
        "GELU": {"approximate": bool(d.integer(0, 1))},
    }.get(kind, {})
    return unary(kind, (1, 256), source, target, **options)


def _wide_scale(d: Draw) -> float:
    """Any scale between 2^-9 and 2, or a far one."""
    return d.choice([2.0**-20, 6 / 255, 1.0, 30.0, scale(d), 2.0 ** d.real(-9, 1), 2.0 ** d.real(-9, 1)])


FLOAT_FUNCTIONS = (
    *("RELU", "RELU6", "RELU_N1_TO_1", "LEAKY_RELU", "ELU", "HARD_SWISH", "GELU", "LOGISTIC", "TANH"),
    *("ABS", "NEG", "SQUARE", "SQRT", "RSQRT", "EXP", "LOG", "FLOOR", "SIN", "COS", "SIGN", "RELU_0_TO_1"),
)


def float_function(d: Draw, kind: str) -> bytes:
    """A pointwise function of float32."""
    b, one = Builder(), image(d)
    out = b.tensor(one, "float32")
    options = {"LEAKY_RELU": {"alpha": 0.3}, "GELU": {"approximate": bool(d.integer(0, 1))}}.get(kind, {})
    b.operator(kind, [b.input(one, "float32")], [out], **options)
    return b.finish([out])
