# SPDX-License-Identifier: Apache-2.0
"""A random model from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from ingot.compiler.frontend.kinds import kinds
from support.models.draw import Seeded
from support.whole import dense, elementwise, indexed, movement, variables
from support.whole.forms import HARMLESS, UNUSUAL
from support.whole.maker import Impossible, Maker

Step = Callable[[Maker, str], None]

KINDS: dict[str, Step] = {
    "CONV_2D": dense.convolution,
    "DEPTHWISE_CONV_2D": dense.convolution,
    "TRANSPOSE_CONV": dense.transpose_conv,
    "FULLY_CONNECTED": dense.fully_connected,
    "BATCH_MATMUL": dense.batch_matmul,
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D"), dense.pool),
    **dict.fromkeys(("UNIDIRECTIONAL_SEQUENCE_LSTM", "SVDF"), dense.recurrent),
    **dict.fromkeys(
        ("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "PRELU", "POW", "FLOOR_DIV",
         "FLOOR_MOD", *elementwise.COMPARISONS, *elementwise.TRUTHS),
        elementwise.binary,
    ),
    **dict.fromkeys(
        ("ABS", "NEG", "SQUARE", "SQRT", "RSQRT", "EXP", "LOG", "RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1",
         "SIGN", "LEAKY_RELU", "ELU", "HARD_SWISH", "LOGISTIC", "TANH", "GELU"),
        elementwise.unary,
    ),
    **dict.fromkeys(("SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION"), elementwise.normalization),
    "QUANTIZE": elementwise.quantize,
    "DEQUANTIZE": elementwise.dequantize,
    "CAST": elementwise.cast,
    **dict.fromkeys(
        ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"), elementwise.reduce
    ),
    **dict.fromkeys(("ARG_MAX", "ARG_MIN"), elementwise.arg_extreme),
    **dict.fromkeys(
        ("SHAPE", "RANK", "RANGE", "FILL", "ZEROS_LIKE", "FLOOR", "CEIL", "ROUND", "SIN", "COS", "LOGICAL_NOT"),
        elementwise.of_constants,
    ),
    "TRANSPOSE": movement.transpose,
    "SLICE": movement.slice_,
    "STRIDED_SLICE": movement.strided_slice,
    "SPLIT": movement.split,
    "SPLIT_V": movement.split_v,
    "UNPACK": movement.unpack,
    "TILE": movement.tile,
    "BROADCAST_TO": movement.broadcast_to,
    **dict.fromkeys(("SPACE_TO_DEPTH", "DEPTH_TO_SPACE"), movement.depth_space),
    "SPACE_TO_BATCH_ND": movement.space_to_batch,
    "BATCH_TO_SPACE_ND": movement.batch_to_space,
    "CONCATENATION": movement.concatenation,
    "PACK": movement.pack,
    **dict.fromkeys(("PAD", "PADV2", "MIRROR_PAD"), movement.pad),
    "GATHER": movement.gather,
    **dict.fromkeys(("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"), movement.resize),
    **dict.fromkeys(("RESHAPE", "SQUEEZE", "EXPAND_DIMS"), movement.view),
    **dict.fromkeys(("SELECT", "SELECT_V2"), indexed.select),
    "GATHER_ND": indexed.gather_nd,
    "SCATTER_ND": indexed.scatter_nd,
    "TOPK_V2": indexed.top_k,
    "ONE_HOT": indexed.one_hot,
    "CUMSUM": indexed.cumsum,
    "REVERSE_V2": indexed.reverse,
    "REVERSE_SEQUENCE": indexed.reverse_sequence,
    "DYNAMIC_UPDATE_SLICE": indexed.update_slice,
    "EMBEDDING_LOOKUP": indexed.embedding,
    **dict.fromkeys(("READ_VARIABLE", "ASSIGN_VARIABLE"), variables.stream),
}  # fmt: skip
"""Every operator that the frontend reads."""

CONSTANTS_ONLY = frozenset(kinds("REDUCE_PROD SHAPE RANK RANGE"))
"""Have no kernel: a model with one of them that is not of constants is refused."""


UNCOMPARED = CONSTANTS_ONLY | {"ELU"}
"""ELU has no reference kernel."""

USUAL = [kind for kind in KINDS if kind not in UNCOMPARED]


class Drawn(NamedTuple):
    """A model. forms: what was changed in it after drawing. input_shape: what its file leaves free, as the option
    of that name gives it."""

    content: bytes
    forms: tuple[str, ...]
    input_shape: str


def whole_model(seed: int) -> Drawn:
    """Model number `seed`: its first operator is that of the number, so that so many models have every kind."""
    names = sorted(KINDS)
    for attempt in range(100):
        try:
            numbers = random.Random(f"{seed} {attempt}")
            first = names[seed % len(names)]
            if first in UNCOMPARED and seed // len(names) % 4:
                first = numbers.choice(USUAL)
            return _model(numbers.getrandbits(64), first)
        except Impossible:
            continue
    raise AssertionError(f"model {seed}: no draw of {names[seed % len(names)]} is possible")


def _model(seed: int, first: str) -> Drawn:
    d = Seeded(seed)
    m = Maker(d, d.choice(["both", "both", "builtin_code", "deprecated_builtin_code"]))
    KINDS[first](m, first)
    for _ in range(d.choice([0, 0, 1, 1, 2, 3, 4, 5, 7])):
        kind = d.choice(sorted(UNCOMPARED) if m.rarely(50) else USUAL)
        tensors, operators = len(m.values), len(m.builder._operators)
        try:
            KINDS[kind](m, kind)
        except Impossible:
            assert operators <= len(m.builder._operators) and tensors <= len(m.values)
    read = {t for op in m.builder._operators for t in op.inputs}
    written = [t for op in m.builder._operators for t in op.outputs]
    outputs = [t for t in written if t not in read or m.rarely(8)]
    if m.builder._inputs and m.rarely(15):
        outputs.append(d.choice(m.builder._inputs))
    if m.rarely(300):
        outputs.append(d.choice(outputs))
    if m.rarely(3):
        outputs.reverse()
    for code, number in zip(m.builder._codes, m.builder._numbers, strict=True):
        if number > 127 and not m.rarely(20):  # what the old field has no room for
            code.builtinCode = number
    names = [name for name in sorted(HARMLESS) if m.rarely(25)]
    if m.rarely(8):
        names.append(d.choice(sorted(UNUSUAL)))
    applied = []
    for name in names:
        try:
            {**HARMLESS, **UNUSUAL}[name](m)
        except Impossible:
            continue
        applied.append(name)
    signatures = ("serving_default", "other")[: d.integer(1, 2)] if m.rarely(15) else ()
    return Drawn(m.builder.finish(outputs, signatures=signatures), tuple(applied), m.input_shape)
