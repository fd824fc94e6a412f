# SPDX-License-Identifier: Apache-2.0
"""Which models of a folder the benchmark takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.model.asked import Asked
from ingot.steps.bench import models_of, refusal
from support import tflite_builder


def test_one_model_or_all_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.tflite", "a.tflite", "c.onnx", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in models_of(tmp_path)] == ["a.tflite", "b.tflite", "c.onnx"]
    for name in ("b.tflite", "c.onnx"):
        assert models_of(tmp_path / name) == [tmp_path / name]
    (tmp_path / "b.onnx").touch()
    with pytest.raises(IngotError, match=r"b\.onnx and b\.tflite in .* have the same name"):
        models_of(tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing", "there is no file or folder {}"),
        ("missing.tflite", "there is no file or folder {}"),
        ("empty", "there is no .tflite or .onnx in {}"),
        ("net.h5", "{} is no .tflite or .onnx"),
    ],
)
def test_where_there_is_none(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "net.h5").touch()
    with pytest.raises(IngotError) as caught:
        models_of(tmp_path / name)
    assert caught.value.what == message.format(tmp_path / name)


def test_a_model_that_the_compiler_refuses(tmp_path: Path) -> None:
    good, damaged, folder = tmp_path / "good.tflite", tmp_path / "damaged.tflite", tmp_path / "folder.tflite"
    good.write_bytes(tflite_builder.unary("RELU", (1, 8), ("int8", 0.1, 0), ("int8", 0.1, 0)))
    damaged.write_bytes(good.read_bytes()[:40])
    folder.mkdir()
    board = ROOT / "boards" / "n6dk" / "board.yaml"
    assert refusal(good, board) == ""
    assert refusal(good, board, Asked(optimize="speed", fuse=False)) == ""
    assert str(damaged) in refusal(damaged, board)
    assert f"{folder}: cannot read the model" in refusal(folder, board)
