# SPDX-License-Identifier: Apache-2.0
"""A frontend that makes a graph which breaks a rule is stopped at the door, whatever files it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.frontend import tflite
from ingot.compiler.frontend.model import read_model
from ingot.compiler.graph import Graph
from support.pose_model import pose_model


def other_shape(graph: Graph) -> Graph:
    tensors = list(graph.tensors)
    t = graph.operators[1].outputs[0]
    tensors[t] = replace(tensors[t], shape=(*tensors[t].shape[:3], 5))
    return replace(graph, tensors=tuple(tensors))


def backwards(graph: Graph) -> Graph:
    return replace(graph, operators=graph.operators[::-1])


def nowhere(graph: Graph) -> Graph:
    first, *others = graph.operators
    return replace(graph, operators=(replace(first, inputs=(9999, *first.inputs[1:])), *others))


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (other_shape, "its output is [1, 8, 8, 5], its inputs and options give [1, 8, 8, 8]."),
        (backwards, "before any operator wrote it."),
        (nowhere, "it refers to tensor 9999, which does not exist."),
    ],
)
def test_a_graph_that_breaks_a_rule(
    breaks: Callable[[Graph], Graph], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "small.tflite"
    file.write_bytes(pose_model(0))
    graph = read_model(file)
    monkeypatch.setattr(tflite, "parse_model", lambda *arguments: breaks(graph))
    with pytest.raises(IngotError) as caught:
        read_model(file)
    assert said in caught.value.what
    assert str(file) in str(caught.value.where)
