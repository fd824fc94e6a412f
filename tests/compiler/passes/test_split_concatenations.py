# SPDX-License-Identifier: Apache-2.0
"""CONCATENATION and PACK of more inputs than the kernel takes."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.graph import Graph
from ingot.compiler.passes.split_concatenations import MOST, split_concatenations
from support.differential import check, check_network, graph_of, program_of
from support.tflite_builder import Builder


def model(kind: str, count: int, axis: int, constants: int = 0, activation: str = "NONE") -> bytes:
    """The first inputs are constant. Their extents along the axis of a CONCATENATION are 1, 2, 3, 1, ..."""
    b = Builder()
    shapes = [[1, 3, 2, 2] for _ in range(count)]
    options: dict[str, object] = {"axis": axis}
    if kind == "PACK":
        target = [1, 3, 2, 2]
        target.insert(axis % 5, count)
        options["values_count"] = count
    else:
        for i, shape in enumerate(shapes):
            shape[axis] = i % 3 + 1
        target = [1, 3, 2, 2]
        target[axis] = sum(shape[axis] for shape in shapes)
        options["fused_activation_function"] = activation
    inputs = [
        b.constant(np.full(shape, i, np.int8), 0.1, 3) if i < constants else b.input(shape, "int8", 0.1, 3)
        for i, shape in enumerate(shapes)
    ]
    y = b.tensor(target, "int8", 0.1, 3)
    b.operator(kind, inputs, [y], **options)
    return b.finish([y])


def widths(graph: Graph) -> list[int]:
    return [len(op.inputs) for op in graph.operators]


def test_few_stay() -> None:
    graph = graph_of(model("CONCATENATION", MOST, 1))
    assert split_concatenations(graph) is graph


@pytest.mark.parametrize(
    ("count", "expected"),
    [(17, [2, 16]), (31, [16, 16]), (32, [16, 2, 16]), (256, [16] * 17), (257, [*[16] * 16, 2, 16])],
)
def test_few_are_joined_before(count: int, expected: list[int]) -> None:
    """Each of an operator of its own, in the order of the inputs; the last one takes what is left."""
    graph = split_concatenations(graph_of(model("CONCATENATION", count, 3)))
    assert widths(graph) == expected
    assert {op.origin for op in graph.operators} == {(0,)}
    assert split_concatenations(graph) is graph


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["CONCATENATION", "PACK"])
@pytest.mark.parametrize("axis", [0, 1, 3, -1])
@pytest.mark.parametrize(("count", "constants"), [(17, 0), (40, 18), (300, 3)])
def test_equal_to_litert(kind: str, axis: int, count: int, constants: int) -> None:
    """Along rows, inside rows, with parts that are constant as a whole."""
    check(model(kind, count, axis, constants))


@pytest.mark.parametrize("kind", ["CONCATENATION", "PACK"])
def test_network(kind: str) -> None:
    """Everything that a build makes."""
    check_network(model(kind, 40, 1, 2))


def test_what_the_kernel_refuses_is_still_refused() -> None:
    with pytest.raises(IngotError, match=r"operator 0 .*No fused activation"):
        program_of(model("CONCATENATION", 17, 1, activation="RELU"))
