"""Where LiteRT's reference kernels are no oracle, so that nobody takes a difference there for a fault of Ingot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingot.errors import IngotError

NOTES = {
    "SUM": "of int8 and int16 differs from LiteRT's reference kernels, which add wrong numbers there: `verify` of such "
    "a model fails, and says so ([why](decisions/sum-of-int8.md)).",
    "ELU": "has no reference kernel in LiteRT: a model with it runs, but `verify` has nothing to compare it with.",
}
"""Operator -> a sentence about it, for docs/operators.md."""


def wrong_in_reference(model: Path) -> list[str]:
    """The operators of a model that the reference kernels compute wrongly, as messages name them."""
    from ingot.frontend.tflite import read_tflite
    from ingot.graph import DType

    graph = read_tflite(model)
    summed = [op for op in graph.operators if op.kind == "SUM" and op.inputs[0] is not None]
    return [op.place(graph) for op in summed if graph.tensors[op.inputs[0] or 0].dtype in (DType.INT8, DType.INT16)]


def difference(what: str, models: Sequence[Path], *, where: Path, remedy: str) -> IngotError:
    """The error for outputs that are not those of the reference kernels.

    what, remedy: the message where the reference kernels are right. where: the file that it is about.
    """
    wrong = [place for model in models for place in wrong_in_reference(model)]
    if not wrong:
        return IngotError(what, where=str(where), remedy=remedy)
    return IngotError(
        f"the outputs differ from LiteRT's reference kernels, which compute {', '.join(wrong)} wrongly",
        where=str(where),
        remedy="Ingot adds signed numbers: docs/decisions/sum-of-int8.md. Verify the model without that operator.",
    )
