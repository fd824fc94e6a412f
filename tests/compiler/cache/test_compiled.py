# SPDX-License-Identifier: Apache-2.0
"""The second compilation of the same content is the first one's, wherever it lies; any other content is its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingot.base import places, stamp
from ingot.board.target import open_board
from ingot.compiler import compile as compiler
from ingot.compiler.compile import output_names
from ingot.model.model_file import ModelFile
from ingot.steps.registry import call
from support.pose_model import pose_model

BOARD = places.ROOT / "boards/n6dk/board.yaml"


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Models that the compiler has really compiled."""
    calls: list[str] = []
    real = compiler.compile_file

    def counted(model: ModelFile, *rest: object) -> object:
        calls.append(str(model.path))
        return real(model, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(compiler, "compile_file", counted)
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stamp, "_STARTED", float("inf"))  # whoever edits the code while tests run
    return calls


def build(folder: Path, seed: int = 0, board: Path = BOARD, **options: object) -> dict[str, bytes]:
    """A compilation in a folder of its own; what it wrote."""
    folder.mkdir(exist_ok=True)
    (folder / "net.tflite").write_bytes(pose_model(seed))
    names = output_names("network", open_board(board)[1]).all()
    outputs = [folder / name for name in names]
    call("compile_network", {"model": folder / "net.tflite", "board": board, "outputs": outputs, **options})
    return {name: (folder / name).read_bytes() for name in names}


def test_another_folder_compiles_nothing(compiled: list[str], tmp_path: Path) -> None:
    first = build(tmp_path / "a")
    assert build(tmp_path / "b") == first
    assert len(compiled) == 1


def test_what_it_depends_on(compiled: list[str], tmp_path: Path) -> None:
    first = build(tmp_path / "a")
    assert build(tmp_path / "b", seed=1) != first
    assert build(tmp_path / "c", fuse=False) is not None
    assert build(tmp_path / "d", title="another") != first
    assert build(tmp_path / "e", twin=True) != first
    assert build(tmp_path / "g", io_input="keep") is not None
    assert build(tmp_path / "h", input_shape="1x16x16x3") is not None
    own = tmp_path / "board"
    shutil.copytree(BOARD.parent, own)
    pools = own / "stm32n6.mpool"
    pools.write_text(pools.read_text().replace('"value": "448"', '"value": "440"', 1))
    build(tmp_path / "f", board=own / "board.yaml")
    assert len(compiled) == 8


def test_other_libraries_compile_again(compiled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path / "a")
    monkeypatch.setattr("ingot.compiler.cache.compiled.library_versions", lambda: ("numpy 99",))
    build(tmp_path / "b")
    assert len(compiled) == 2


def test_code_that_changed_under_a_process_is_not_kept(
    compiled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamp, "_STARTED", 0.0)
    build(tmp_path / "a")
    build(tmp_path / "b")
    assert len(compiled) == 2


def test_it_can_be_switched_off(compiled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGOT_COMPILE_CACHE", "0")
    build(tmp_path / "a")
    build(tmp_path / "b")
    assert len(compiled) == 2
    assert not (tmp_path / "cache" / "compiled").exists()
