# SPDX-License-Identifier: Apache-2.0
"""A generated file that a step finds damaged is moved aside: the next build, of any shell, makes it again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board.target import open_board
from ingot.cli import main as cli
from ingot.compiler.output_names import output_names
from ingot.steps.call import run_step
from support.pose_model import pose_model

BOARD = ROOT / "boards/n6dk/board.yaml"
NAMES = output_names("network", open_board(BOARD)[1])


def compile_into(folder: Path) -> None:
    (folder / "net.tflite").write_bytes(pose_model(1))
    outputs = [folder / name for name in NAMES]
    run_step("compile_network", {"model": folder / "net.tflite", "board": BOARD, "outputs": outputs})


def check(folder: Path) -> None:
    figures = {"memory_map": folder / "map.txt", "summary": folder / "summary.json"}
    infos = {"c_info": folder / NAMES.info, "raws": [folder / NAMES.raw], "board": BOARD}
    run_step("check_network", {**infos, **figures})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("built")
    compile_into(folder)
    check(folder)
    return {name: (folder / name).read_bytes() for name in NAMES}


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (NAMES.source, lambda c: c + b"/* by hand */\n", "not what was generated: it was edited by hand, or damaged"),
        (NAMES.source, lambda c: c[:-100], "not what was generated: it was edited by hand, or damaged"),
        (NAMES.info, lambda c: c[: len(c) // 2], "not a JSON file"),
        (NAMES.info, lambda c: b"{}", "is a required property"),
        (NAMES.raw, lambda c: c[:-1], "bytes, the network expects"),
        (NAMES.raw, lambda c: c[:-1] + bytes([c[-1] ^ 1]), "CRC-32"),
    ],
)
def test_it_is_moved_aside_once(tmp_path: Path, built: dict[str, bytes], name: str, change, message: str) -> None:
    for file, content in built.items():
        (tmp_path / file).write_bytes(content)
    file = tmp_path / name
    file.write_bytes(change(built[name]))
    with pytest.raises(IngotError) as caught:
        check(tmp_path)
    said = str(caught.value)
    assert message in said and str(file) in said
    assert said.endswith(f"It is {name}.damaged now: build again, and the file is made anew.")
    assert not file.exists()
    assert file.with_name(f"{name}.damaged").read_bytes() == change(built[name])
    compile_into(tmp_path)  # as every shell does for a file that is not there
    check(tmp_path)
    assert file.read_bytes() == built[name]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (NAMES.source, lambda c: c[: len(c) // 2]),
        (NAMES.header, lambda c: b""),
        (NAMES.header, lambda c: c[: len(c) // 2]),
        (NAMES.header, lambda c: c.replace(b"#define", b"#define ", 1)),
    ],
)
def test_it_is_found_before_it_is_compiled(tmp_path: Path, built: dict[str, bytes], name: str, change) -> None:
    for file, content in built.items():
        (tmp_path / file).write_bytes(content)
    words = {"c_info": tmp_path / NAMES.info, "texts": [tmp_path / NAMES.header], "stamp": tmp_path / "stamp"}
    run_step("intact", words)
    (tmp_path / f"{NAMES.source}.stamp").touch()  # Make's, which makes nothing again that is younger
    (tmp_path / name).write_bytes(change(built[name]))
    with pytest.raises(IngotError, match=f"It is {name}.damaged now: build again"):
        run_step("intact", words)
    assert not (tmp_path / name).exists() and not list(tmp_path.glob("*.stamp"))
    (tmp_path / NAMES.header).write_bytes(built[NAMES.header].replace(b"\n", b"\r\n"))  # as git may check it out
    run_step("intact", words)


def test_a_cut_linker_script_is_found_before_it_is_used(tmp_path: Path, built: dict[str, bytes]) -> None:
    for file, content in built.items():
        (tmp_path / file).write_bytes(content)
    script = tmp_path / "firmware.ld"
    words = {"c_info": tmp_path / NAMES.info, "board": BOARD, "script": script, "stack": None, "heap": None}
    run_step("linker_script", words)
    whole = script.read_bytes()
    run_step("intact", {"texts": [script], "stamp": tmp_path / "stamp"})
    for kept in (0, 1, len(whole) // 2, len(whole) - 1):
        script.write_bytes(whole[:kept])
        with pytest.raises(IngotError, match=r"It is firmware.ld.damaged now: build again"):
            run_step("intact", {"texts": [script], "stamp": tmp_path / "stamp"})
        run_step("linker_script", words)
        assert script.read_bytes() == whole


@pytest.mark.parametrize("name", [NAMES.source, NAMES.info, NAMES.raw])
def test_a_verb_moves_no_file_of_anybodys(
    tmp_path: Path, built: dict[str, bytes], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ingot check` is asked about files that another build made, or another tool."""
    for file, content in built.items():
        (tmp_path / file).write_bytes(content)
    (tmp_path / name).write_bytes(built[name][:-1])
    (tmp_path / "firmware.elf").write_bytes(b"not looked at")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    words = ["check", "--elf", "firmware.elf", "--board", str(BOARD), "--network", NAMES.info]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ingot", *words])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
