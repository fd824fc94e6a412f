# SPDX-License-Identifier: Apache-2.0
"""Element-wise operators of two inputs that compare, combine truths or divide: a row of a table each
(firmware/kernels/pairs.c).

Formulas: LiteRT's kernels/comparisons.cc (8-bit numbers are compared as fixed-point numbers of 2^-8, made by
MultiplyByQuantizedMultiplierSmallerThanOneExp), div.cc, floor_div.cc, floor_mod.cc, pow.cc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.activation_range import float_range, integer_range
from ingot.compiler.kernels.add import known_activation
from ingot.compiler.kernels.broadcast import fits_broadcast, lower_binary, operand_order
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(pairs=1)

_COMPARED = (DType.FLOAT32, DType.INT32, DType.INT64, DType.INT8, DType.UINT8)
_DIVIDED = (DType.FLOAT32, DType.INT32)
_BYTES = (DType.INT8, DType.UINT8)
_SUFFIX = {
    DType.FLOAT32: "f32",
    DType.INT32: "s32",
    DType.INT64: "s64",
    DType.BOOL: "bool",
    DType.INT8: "s8",
    DType.UINT8: "u8",
}


@dataclass(frozen=True)
class Family:
    """types: of both inputs. reversed: the kernel with its operands the other way round. truth: the result is bool."""

    types: tuple[DType, ...]
    reversed: str
    truth: bool = True


PAIRS = {
    **{
        kind: Family((*_COMPARED, DType.BOOL) if turned == kind.lower() else _COMPARED, turned)
        for kind, turned in (
            ("EQUAL", "equal"),
            ("NOT_EQUAL", "not_equal"),
            ("LESS", "greater"),
            ("LESS_EQUAL", "greater_equal"),
            ("GREATER", "less"),
            ("GREATER_EQUAL", "less_equal"),
        )
    },
    "LOGICAL_AND": Family((DType.BOOL,), "logical_and"),
    "LOGICAL_OR": Family((DType.BOOL,), "logical_or"),
    **{kind: Family(_DIVIDED, f"{kind.lower()}_reversed", truth=False) for kind in ("DIV", "FLOOR_DIV", "FLOOR_MOD")},
    "POW": Family((DType.FLOAT32,), "pow_reversed", truth=False),
}


def pair_types(graph: Graph, op: Operator) -> bool:
    """Both inputs have one type: of comparisons float32, int8, uint8, int32, int64 or (EQUAL, NOT_EQUAL) bool, of
    divisions float32 or int32, of POW float32, of LOGICAL_AND and LOGICAL_OR bool."""
    family = PAIRS[op.kind]
    types = {graph.tensors[t].dtype for t in op.inputs if t is not None}
    result = DType.BOOL if family.truth else next(iter(types))
    return len(types) == 1 and types <= {*family.types} and graph.tensors[op.outputs[0]].dtype is result


def compared_scales(graph: Graph, op: Operator) -> bool:
    """8-bit numbers that are compared have one scale each, below 1."""
    tensors = [graph.tensors[t] for t in op.inputs if t is not None]
    return all(t.dtype not in _BYTES or (t.quant is not None and t.scale < 1) for t in tensors)


def no_constant_zero(graph: Graph, op: Operator) -> bool:
    """No whole number is divided by a constant 0."""
    divisor = graph.tensors[op.inputs[1] or 0]
    divides = op.kind in ("DIV", "FLOOR_DIV", "FLOOR_MOD") and divisor.dtype is DType.INT32
    return not divides or divisor.data is None or bool(np.all(divisor.data))


@lowers(
    *PAIRS, constraints=(pair_types, compared_scales, no_constant_zero, known_activation, fits_broadcast), data=(0, 1)
)
def lower_pair(site: Site) -> Call:
    """ingot_pairs_<operator>_<type>(); in place over either input of the output's type and shape."""
    suffix = _SUFFIX[site.input(0).dtype]
    params = _params(site)
    name, turned = site.op.kind.lower(), PAIRS[site.op.kind].reversed
    return lower_binary(site, f"pairs_{name}_{suffix}", params, reversed_kernel=f"pairs_{turned}_{suffix}")


def _params(site: Site) -> list[Param]:
    dtype = site.input(0).dtype
    if site.op.kind == "DIV":
        activation = str(site.op.attrs.get("activation", "NONE"))
        if dtype is DType.FLOAT32:
            return [Param("limits", np.asarray(float_range(activation), np.float32))]
        return [Param("limits", np.asarray(integer_range(activation, dtype), np.int32))]
    if dtype not in _BYTES:
        return []
    operands = [site.input(position) for position in operand_order(site)]
    scalings = [quantize_multiplier(operand.scale) for operand in operands]
    words = [*(operand.zero_point for operand in operands), *(m for m, _ in scalings), *(s for _, s in scalings)]
    return [Param("compared", np.asarray(words, np.int32))]
