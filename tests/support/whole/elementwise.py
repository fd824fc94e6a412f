# SPDX-License-Identifier: Apache-2.0
"""Functions of one number and of two, conversions, reductions."""

from __future__ import annotations

from typing import Any

import numpy as np

from support.models.draw import Quantized
from support.models.nonlinear import QUANTIZE_TYPES
from support.whole.dense import activation
from support.whole.maker import Impossible, Maker, Value

TYPES = ("int8", "int8", "int8", "int16", "float32", "float32", "int32")
BYTES = ("int8", "int8", "uint8")


def _types(m: Maker, usual: tuple[str, ...]) -> tuple[str, ...]:
    return ("uint8", "int16", "int32", "float32", "bool", "int64") if m.rarely(40) else usual


def binary(m: Maker, kind: str) -> None:
    d = m.draw
    usual = {"PRELU": ("int8", "float32"), "SQUARED_DIFFERENCE": ("int8", "float32", "int32")}.get(kind, TYPES)
    if kind in TRUTHS:
        usual = ("bool",)
    x = m.source(_types(m, usual), (4, 4, 4, 3, 2, 1, 5, 6, 0) if m.rarely(6) else (4, 4, 4, 3, 2, 1, 5))
    narrow = tuple(n if d.integer(0, 2) else 1 for n in x.shape)
    wide = tuple(n if n > 1 or d.integer(0, 2) else d.integer(1, 4) for n in narrow)
    shapes = [x.shape, x.shape, narrow, wide, narrow[d.integer(0, len(narrow)) :], ()]
    if len(x.shape) < 5:
        shapes.append((d.integer(1, 3), *x.shape))
    if kind == "PRELU" and not m.rarely(10):
        shapes = [x.shape, narrow, narrow[len(narrow) // 2 :], x.shape[-1:]]
    alike = kind in ("MAXIMUM", "MINIMUM") and not m.rarely(10)
    y = m.partner(x, shapes, x.quant if alike else None)
    operands = [x, y] if d.integer(0, 1) or kind == "PRELU" else [y, x]
    try:
        out = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise Impossible from None
    if kind in (*COMPARISONS, *TRUTHS):
        m.emit(kind, operands, [(out, "bool", (None, 0))])
        return
    options: dict[str, Any] = {}
    if kind in ("ADD", "SUB", "MUL", "DIV"):
        options["fused_activation_function"] = activation(m)
    if kind in ("ADD", "SUB") and x.dtype == "int16" and d.integer(0, 3):
        options["pot_scale_int16"] = False
    m.emit(kind, operands, [(out, x.dtype, x.quant if alike else m.quant(x.dtype))], **options)


COMPARISONS = ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
TRUTHS = ("LOGICAL_AND", "LOGICAL_OR")


_FUNCTION_TYPES = {
    **dict.fromkeys(("LOGISTIC", "TANH"), (*BYTES, "float32", "int16")),
    **dict.fromkeys(("GELU", "HARD_SWISH", "LEAKY_RELU", "RELU", "RELU6", "RELU_N1_TO_1"), (*BYTES, "float32")),
    "RELU_0_TO_1": BYTES,
    **dict.fromkeys(("SQUARE", "SIGN"), ("float32",)),
    **dict.fromkeys(("SQRT", "RSQRT"), ("float32", "float32", "int8")),
}
"""What most files have."""


def unary(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(_types(m, _FUNCTION_TYPES.get(kind, ("int8", "float32"))))
    options: dict[str, Any] = {}
    if kind == "LEAKY_RELU":
        options["alpha"] = d.choice([0.1, 0.0, 1.5, -0.3, d.real(-2, 2)])
    if kind == "GELU":
        options["approximate"] = bool(d.integer(0, 1))
    quant = m.quant(x.dtype)
    if not m.rarely(12):
        zero = quant[1]
        fixed: dict[tuple[str, str], Quantized] = {
            ("LOGISTIC", "int8"): (1 / 256, -128),
            ("LOGISTIC", "uint8"): (1 / 256, 0),
            ("LOGISTIC", "int16"): (1 / 32768, 0),
            ("TANH", "int8"): (1 / 128, 0),
            ("TANH", "uint8"): (1 / 128, 128),
            ("TANH", "int16"): (1 / 32768, 0),
            ("RSQRT", "int8"): (max(quant[0] or 1, 0.01), zero),
        }
        quant = fixed.get((kind, x.dtype), quant)
    m.emit(kind, [x], [(x.shape, x.dtype, quant)], **options)


def normalization(m: Maker, kind: str) -> None:
    """SOFTMAX, LOG_SOFTMAX, L2_NORMALIZATION."""
    wide = ("uint8", "int16") if kind == "SOFTMAX" else ()
    d, x = m.draw, m.source(_types(m, ("int8", "int8", "float32", *wide)))
    outputs: dict[str, dict[str, Quantized]] = {
        "SOFTMAX": {"int8": (1 / 256, -128), "uint8": (1 / 256, 0), "int16": (1 / 32768, 0)},
        "LOG_SOFTMAX": {"int8": (1 / 16, 127), "uint8": (1 / 16, 255)},
        "L2_NORMALIZATION": {"int8": (1 / 128, 0), "uint8": (1 / 128, 128)},
    }
    quant, dtype = outputs[kind].get(x.dtype, m.quant(x.dtype)), x.dtype
    if m.rarely(15):
        quant = m.quant(x.dtype)
    if kind == "SOFTMAX" and x.dtype == "int8" and m.rarely(10):
        dtype, quant = "int16", (1 / 65536, -32768)
    options: dict[str, Any] = {}
    if kind == "SOFTMAX":
        options["beta"] = d.choice([1.0, 1.0, 1.0, 0.5, 2.0, 0.0, -1.0]) if m.rarely(3) else 1.0
    if kind == "L2_NORMALIZATION" and m.rarely(8):
        options["fused_activation_function"] = activation(m)
    m.emit(kind, [x], [(x.shape, dtype, quant)], **options)


def quantize(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(("float32", "int8", "int8", "uint8", "int16", "int32"))
    usual = [target for source, target in QUANTIZE_TYPES if source == x.dtype]
    dtype = d.choice(("int8", "uint8", "int16", "int32")) if m.rarely(10) else d.choice(usual)
    scale, zero = m.quant(dtype)
    m.emit(kind, [x], [(x.shape, dtype, (scale if scale is not None else 2.0 ** d.real(-20, -4), zero))])


def dequantize(m: Maker, kind: str) -> None:
    x = m.source(("int8", "int8", "uint8", "int16", "int32"))
    m.emit(kind, [x], [(x.shape, "float32", (None, 0))])


def cast(m: Maker, kind: str) -> None:
    types = ("int8", "uint8", "int16", "int32", "float32", "bool", "int64")
    x, dtype = m.source(types), m.draw.choice(types)
    options = {} if m.rarely(5) else {"in_data_type": x.dtype, "out_data_type": dtype}
    m.emit(kind, [x], [(x.shape, dtype, m.quant(dtype) if m.rarely(5) else (None, 0))], **options)


def reduce(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(_types(m, ("bool",) if kind in ("REDUCE_ANY", "REDUCE_ALL") else TYPES))
    rank = len(x.shape)
    axes = [a for a in range(rank) if d.integer(0, 1)] or ([d.integer(0, rank - 1)] if rank and d.integer(0, 5) else [])
    given = [a - rank if d.integer(0, 3) == 0 else a for a in axes]
    if given and m.rarely(10):
        given.append(given[0])
    if m.rarely(4):
        given.reverse()
    keep = bool(d.integer(0, 1))
    out = [1 if a in axes else n for a, n in enumerate(x.shape) if keep or a not in axes]
    argument = given[0] if len(given) == 1 and d.integer(0, 2) == 0 else given
    alike = kind.startswith("REDUCE_M") and not m.rarely(10)
    m.emit(kind, [x, m.ints(argument)], [(out, x.dtype, x.quant if alike else m.quant(x.dtype))], keep_dims=keep)


def arg_extreme(m: Maker, kind: str) -> None:
    d, x = m.draw, m.source(_types(m, ("int8", "uint8", "float32", "int32")))
    rank, dtype = len(x.shape), d.choice(["int32", "int32", "int64"])
    if not rank:
        raise Impossible
    axis = d.integer(0, rank - 1)
    out = [n for a, n in enumerate(x.shape) if a != axis]
    argument = d.choice([axis, axis - rank, [axis]])
    m.emit(kind, [x, m.ints(argument)], [(out, dtype, (None, 0))], output_type=dtype)


def of_constants(m: Maker, kind: str) -> None:
    """Kinds that are mostly of constants in files, and here."""
    d = m.draw
    if kind == "SHAPE" or kind == "RANK":
        x = m.source(TYPES)
        m.emit(kind, [x], [((len(x.shape),) if kind == "SHAPE" else (), "int32", (None, 0))])
    elif kind == "RANGE":
        start, count, step = d.integer(-9, 9), d.integer(1, 9), d.choice([1, 2, -1, -3])
        m.emit(kind, [m.ints(start), m.ints(start + count * step), m.ints(step)], [((count,), "int32", (None, 0))])
    elif kind == "FILL":
        shape = m.shape((1, 2, 3, 4))
        value = m.constant(np.array(d.integer(-9, 9), d.choice(["int32", "float32", "int8"])))
        m.emit(kind, [m.ints(shape), value], [(shape, value.dtype, (None, 0))])
    else:
        x: Value
        if d.integer(0, 3):
            dtype = "bool" if kind == "LOGICAL_NOT" else d.choice(["float32", "float32", "int32"])
            data = np.random.default_rng(d.integer(0, 99)).normal(size=m.shape((1, 2, 3))) * d.choice([1, 9])
            x = m.constant(data.astype(dtype))
        else:
            x = m.source(("float32", "int8", "int32") if kind != "LOGICAL_NOT" else ("bool",))
        m.emit(kind, [x], [(x.shape, x.dtype, x.quant)])
