# SPDX-License-Identifier: Apache-2.0
"""What else is made of a model takes an .onnx as it takes a .tflite: a firmware of several networks, an application's
header, the table of `explore`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("onnx")

from ingot.base.places import ROOT
from ingot.board import NO_ALIASES, find_board, load_board
from ingot.board.fit import load_pools
from ingot.compiler.compile import CompileOptions, compile_model
from ingot.link.networks import check_together
from ingot.model import load_manifest
from ingot.several.pools import pools_left
from ingot.steps.explore import explore
from ingot.use_cases.app_config import app_config
from support.models.qdq import network
from support.pose_model import pose_model
from support.qdq_builder import QdqBuilder

BOARD = find_board("n6dk", ROOT / "boards")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """An image of 9x11 pixels becomes five int8 numbers."""
    path = tmp_path / "small.onnx"
    path.write_bytes(network(QdqBuilder(7)))
    return path


def test_beside_a_tflite(model: Path, tmp_path: Path) -> None:
    """Neither uses what the other does."""
    pools = load_pools(load_board(BOARD))
    (tmp_path / "pose.tflite").write_bytes(pose_model(0))
    first = compile_model(tmp_path / "pose.tflite", pools, tmp_path / "a", CompileOptions(name="pose"))
    left = pools_left(pools, NO_ALIASES, [first], [])
    second = compile_model(model, left, tmp_path / "b", CompileOptions(name="small", beside=("pose",)))
    check_together([first, second], NO_ALIASES)
    assert [net.model_format for net in (first, second)] == ["tflite", "onnx"]
    assert second.initializers[0].address == (first.initializers[0].address or 0) + 4096


def test_an_application_header(model: Path, tmp_path: Path) -> None:
    """The file has channels first; the application gives pixels as a camera does."""
    after = "postprocessing: {type: image_classification, classes: [a, b, c, d, e]}"
    (tmp_path / "model.yaml").write_text(f"name: small\nsource: {{file: small.onnx}}\n{after}\n")
    compiled = compile_model(model, load_pools(load_board(BOARD)), tmp_path / "out")
    header = app_config(load_manifest(tmp_path / "model.yaml"), compiled)
    found = dict(line.split(maxsplit=2)[1:] for line in header.splitlines() if line.startswith("#define NN_"))
    assert found == {"NN_WIDTH": "(11)", "NN_HEIGHT": "(9)", "NN_BPP": "3"}
    assert '"small.onnx"' in header


def test_explored(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explore(model, BOARD, as_json=True)
    asked = " or ".join(row["how"] for row in json.loads(capsys.readouterr().out))
    assert all(f"optimize={name}" in asked for name in ("ram", "balanced", "speed"))
