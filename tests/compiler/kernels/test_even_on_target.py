# SPDX-License-Identifier: Apache-2.0
"""Kernels with the arithmetic of QDQ models on emulated cores: Helium on a Cortex-M55, an FPU on a Cortex-M7."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
import pytest

from ingot.compiler.kernels.program import Program
from support.emulated_kernels import run_emulated
from support.firmware import needs_gcc, needs_qemu
from support.models.qdq import MODELS, WIDE_MODELS
from support.qdq_builder import QdqBuilder
from support.qdq_check import graph_of, inputs_of, program_of

pytestmark = [pytest.mark.slow, pytest.mark.emulated, needs_gcc, needs_qemu]

DRAWS = 3


def cases() -> list[tuple[str, Program, list[npt.NDArray[Any]]]]:
    found = []
    for number, (name, model) in enumerate(MODELS.items()):
        for seed in range(DRAWS):
            graph = graph_of(model(QdqBuilder(100 * number + seed)))
            found.append((f"{name} {seed}", program_of(graph), inputs_of(graph, seed)))
    for number, name in enumerate(WIDE_MODELS):
        graph = graph_of(MODELS[name](QdqBuilder(number, 21, "int16" if number % 2 else "uint16")))
        found.append((f"{name} of 16 bits", program_of(graph), inputs_of(graph, number)))
    return found


@pytest.mark.parametrize(("cpu", "row_by_row"), [("cortex-m55", False), ("cortex-m55", True), ("cortex-m7", False)])
def test_equal_to_portable(cpu: str, row_by_row: bool) -> None:
    """Every output byte, and no byte behind an output; every pointer aligned to its element."""
    known = cases()
    outcomes = run_emulated(
        [(program, inputs) for _, program, inputs in known], cpu=cpu, row_by_row=row_by_row, checked=not row_by_row
    )
    wrong = [
        f"{name} at byte {o.differs}" for (name, _, _), o in zip(known, outcomes, strict=True) if o.differs is not None
    ]
    assert wrong == []
