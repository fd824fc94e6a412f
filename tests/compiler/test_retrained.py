# SPDX-License-Identifier: Apache-2.0
"""The same graph trained again: network.c, network.h and the layout id stay to the byte, whatever a converter renames,
renumbers or stores once."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.frontend.examples import EXAMPLES
from compiler.passes.test_optimize import retrained as requantized
from compiler.test_compile import POOLS
from ingot.compiler.compile import CompileOptions, compile_model, plan_network
from ingot.compiler.emit.network_c import NetworkC, emit_network_c
from ingot.compiler.emit.network_h import emit_network_h
from ingot.compiler.frontend.tflite import parse_tflite
from support.requantizable import requantizable
from support.retrained_file import renumbered, retrained, with_shared_constants
from support.shared import SHARED, shared

SEEDS = (1, 2, 3)


def generated(data: bytes, model: str, values: int = 0) -> tuple[NetworkC, str]:
    """network.c (with its layout id) and network.h of a model file. values: other scales and weights, from a seed."""
    graph = parse_tflite(data, model, model)
    if values:
        graph = requantized(graph, values)
    compiled = plan_network(graph, model, POOLS, CompileOptions(), model)
    return emit_network_c(compiled), emit_network_h(compiled)


def test_three_trainings_of_one_script() -> None:
    """Other weights, scales, zero points and names, inputs' and outputs' too."""
    first, *others = [generated(retrained(requantizable(seed), seed), f"training_{seed}") for seed in SEEDS]
    assert others == [first, first]


def test_the_files_of_two_trainings(tmp_path: Path) -> None:
    """The second one counts its layers on from the first."""
    written = []
    for training in "ab":
        folder = tmp_path / training
        network = compile_model(shared(f"cases/20_retrained_{training}.tflite"), POOLS, folder)
        names = "network.c", "network.h"
        written.append((network.layout_id, *((folder / name).read_bytes() for name in names)))
        assert f"20_retrained_{training}" in (folder / "network_c_info.json").read_text()
    assert written[0] == written[1]


def test_names_are_in_the_description(tmp_path: Path) -> None:
    (tmp_path / "model.tflite").write_bytes(retrained(requantizable(1), 7))
    compile_model(tmp_path / "model.tflite", POOLS, tmp_path)
    for name, named in (("network.c", False), ("network.h", False), ("network_c_info.json", True)):
        assert ("functional_7/layer_8" in (tmp_path / name).read_text()) is named, name
    assert "functional_7/" in (tmp_path / "network_generate_report.txt").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_operator(kind: str) -> None:
    data = EXAMPLES[kind]()
    first = generated(data, "model")
    # A cell state's scale is one of a few powers of two; states have zero point 0.
    values = 0 if kind.endswith(("LSTM", "SVDF")) else 2
    assert generated(retrained(data, 1), "other", values) == first
    assert generated(renumbered(data, 3), "model") == first
    assert generated(with_shared_constants(data), "model") == first


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(p.stem for p in (SHARED / "models").glob("*.tflite")) or ["(no models)"])
def test_real_models(name: str) -> None:
    data = shared(f"models/{name}.tflite").read_bytes()
    first = generated(data, name)
    assert generated(retrained(data, 1), "other") == first
    assert generated(renumbered(with_shared_constants(data), 2), name) == first
