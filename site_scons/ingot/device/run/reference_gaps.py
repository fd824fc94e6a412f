# SPDX-License-Identifier: Apache-2.0
"""Where LiteRT's reference kernels are no oracle, so that nobody takes a difference there for a fault of Ingot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import is_dynamic_range
from ingot.device.run.overflow import INT32, converts_out, shifts_out

LAST_BITS = 16
"""Units in the last place by which float32 outputs may differ where a function of float32 is the C library's."""

_TINY = 4e-37
"""127 divided by the largest float32, and some more."""

FLOAT_FUNCTIONS = frozenset(
    {"TANH", "LOGISTIC", "GELU", "SOFTMAX", "LOG_SOFTMAX", "EXP", "LOG", "ELU", "SIN", "COS", "POW"}
)


class Gap(NamedTuple):
    """found: whether an operator of a graph is such a case. why: what a message says behind the operators' names."""

    found: Callable[[Graph, Operator], bool]
    why: str


def _of_bytes_or_int16(graph: Graph, op: Operator) -> bool:
    return op.inputs[0] is not None and graph.tensors[op.inputs[0]].dtype in (DType.INT8, DType.INT16)


def _sum(graph: Graph, op: Operator) -> bool:
    return op.kind == "SUM" and _of_bytes_or_int16(graph, op)


def _matmul_per_column(graph: Graph, op: Operator) -> bool:
    if op.kind != "BATCH_MATMUL" or op.inputs[1] is None:
        return False
    quant = graph.tensors[op.inputs[1]].quant
    return quant is not None and quant.per_channel


def is_float_function(graph: Graph, op: Operator) -> bool:
    """Whether its result is the C library's, whose last bits differ from one library to another."""
    return op.kind in FLOAT_FUNCTIONS and graph.tensors[op.outputs[0]].dtype is DType.FLOAT32


def is_pool_beyond_range(graph: Graph, op: Operator) -> bool:
    """Pooling ignores that a limit of its fused activation cannot be converted to int32, and clamps by what memory
    holds."""
    limit = {"RELU6": 6.0, "RELU_N1_TO_1": 1.0}.get(op.attrs.get("activation", ""))
    output = graph.tensors[op.outputs[0]]
    return (
        op.kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D")
        and limit is not None
        and output.quant is not None
        and limit / float(output.quant.scale.min()) >= INT32
    )


def _lowest_weights(graph: Graph, op: Operator) -> bool:
    weights = graph.tensors[op.inputs[1] or 0].data if is_dynamic_range(graph, op) else None
    return weights is not None and bool((weights == -128).any())


GAPS = (
    Gap(_sum, "is computed wrongly by LiteRT, which adds wrong numbers there (docs/decisions/sum-of-int8.md)"),
    Gap(
        _matmul_per_column,
        "is computed wrongly by LiteRT, which gives zeros there (docs/decisions/batch-matmul-per-channel.md)",
    ),
    Gap(
        is_pool_beyond_range,
        "clamps by unset memory in LiteRT, as the limit of its activation is beyond 32 bits in so small a scale",
    ),
    Gap(
        shifts_out,
        "has so small an output scale that sums may leave 32 bits on their way to it, of which the C standard leaves "
        "the result open",
    ),
    Gap(
        converts_out,
        "has so small an output scale that results leave 32 bits before they are clamped, of which the C standard "
        "leaves the result open",
    ),
    Gap(_lowest_weights, "has weights of -128, whose sign LiteRT loses on x86 beside float32 data below zero"),
    Gap(is_float_function, "is a function of float32, whose last bits differ between C libraries"),
)

EXTREME = (
    "was given NaN, infinities or numbers beyond 2^30 steps, where LiteRT's result is that of the host's CPU and "
    "Ingot saturates"
)
"""QUANTIZE, by its input: only a run tells."""

UNORDERED = "was given NaN, of which LiteRT's choice is that of the host's vector instructions"
"""ARG_MAX, ARG_MIN, REDUCE_MAX and REDUCE_MIN, by their input: only a run tells."""

UNSCALED = (
    "was given NaN, infinities or numbers next to zero, of which there is no scale and LiteRT's result is that of the "
    "host's CPU"
)
"""Layers of dynamic range, by their input: only a run tells."""

BEYOND = "was given NaN or numbers beyond the range of its output, of which the C standard leaves the result open"
"""CAST of float32 to integers, by its input: only a run tells."""

NOTES = {
    "SUM": "of int8 and int16 differs from LiteRT's reference kernels, which add wrong numbers there: `verify` of such "
    "a model fails, and says so ([why](decisions/sum-of-int8.md)).",
    "BATCH_MATMUL": "with a scale a column differs from LiteRT, which computes zeros there: `verify` of such a model "
    "fails, and says so ([why](decisions/batch-matmul-per-channel.md)).",
    "ELU": "has no reference kernel in LiteRT: a model with it runs, but `verify` has nothing to compare it with.",
    "QUANTIZE": "of float32 gives the ends of its range for infinities and numbers beyond it, and the zero point for "
    "NaN.",
}
"""Operator -> a sentence about it, for docs/operators.md."""


def unscaled(values: npt.NDArray[Any]) -> bool:
    """Whether numbers have no scale of 8 bits, or one whose inverse float32 does not hold."""
    sizes = np.abs(values)
    return not np.isfinite(values).all() or bool(((sizes > 0) & (sizes < _TINY)).any())


def gaps_of(model: Path) -> list[str]:
    """A clause for every known gap that the model meets: the operators as messages name them, and why."""
    from ingot.compiler.frontend.model import read_operators

    graph = read_operators(model)
    clauses = []
    for gap in GAPS:
        places = [op.place(graph) for op in graph.operators if gap.found(graph, op)]
        if places:
            clauses.append(f"{', '.join(places)} {gap.why}")
    return clauses


def has_float_functions(model: Path) -> bool:
    """Whether outputs of float32 may differ in their last bits."""
    from ingot.compiler.frontend.model import read_operators

    graph = read_operators(model)
    return any(is_float_function(graph, op) for op in graph.operators)


def difference(what: str, models: Sequence[Path], *, where: Path, remedy: str, seen: Sequence[str] = ()) -> IngotError:
    """The error for outputs that are not those of the reference kernels.

    what, remedy: the message where the reference kernels are right. where: the file that it is about. seen: clauses of
    known gaps that only the run could tell.
    """
    known = [*(clause for model in models for clause in gaps_of(model)), *seen]
    if not known:
        return IngotError(what, where=str(where), remedy=remedy)
    return IngotError(
        f"the outputs differ from LiteRT's reference kernels, in a known gap: {'; '.join(known)}",
        where=str(where),
        remedy="docs/verification.md lists the known gaps. Verify the model without that operator.",
    )
