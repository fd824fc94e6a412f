"""SOFTMAX and its relatives, quantization, resizing."""

from __future__ import annotations

import numpy as np

from support.models.draw import Draw, image, quantization, scale
from support.tflite_builder import Builder

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
