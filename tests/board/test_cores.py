# SPDX-License-Identifier: Apache-2.0
"""A core is one row of toolchain/cores.json: nothing else knows one by its name."""

from __future__ import annotations

import io
import re
import shutil
import tokenize
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import load_board, twin_of
from ingot.board.cores import (
    INSTRUCTION_SETS,
    all_cores,
    core_named,
    core_names,
    default_core,
    kernels_note,
    machine_named,
    machine_names,
    twin_note,
)
from ingot.board.fit import load_pools
from ingot.board.template import full_core_name, generic_board
from ingot.cli import main as cli

NAME = re.compile(r"cortex[-_]?m\d+\w*", re.IGNORECASE)
PLACES = ("site_scons", "bench", "toolchain", "SConstruct")


@pytest.fixture(autouse=True)
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))


def names_in_code(text: str) -> list[str]:
    """Names of cores in Python's strings and identifiers; comments and docstrings may speak of a core."""
    found: list[str] = []
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.COMMENT, tokenize.NL):
            continue
        starts_line = before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
        if not (token.type == tokenize.STRING and starts_line):
            found += NAME.findall(token.string)
        before = token.type
    return found


def test_the_search_for_names_finds_them() -> None:
    text = '"""Speaks of a cortex-m55."""\n# cortex-m7\nx = "cortex-m4"\nCORTEX_M33 = f"{x}"\n'
    assert names_in_code(text) == ["cortex-m4", "CORTEX_M33"]


@pytest.mark.slow
def test_no_core_is_named_elsewhere() -> None:
    found = []
    for place in PLACES:
        root = ROOT / place
        for file in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if file.suffix == ".py" or file.name == "SConstruct":
                names = names_in_code(file.read_text())
            elif file.suffix in (".json", ".cmake", ".j2") and file.name != "cores.json":
                names = NAME.findall(re.sub(r"(?m)^\s*(#|//).*$", "", file.read_text()))
            else:
                continue
            found += [f"{file.relative_to(ROOT)}: {name}" for name in names if "build" not in file.parts]
    assert not found


def test_each_row_is_whole() -> None:
    assert core_names() == [f"cortex-{short}" for short in ("m0plus", "m3", "m4", "m7", "m33", "m55", "m85")], (
        "also the order of the help text"
    )
    for core in all_cores():
        assert core.isa in INSTRUCTION_SETS
        assert core.float_abi in ("soft", "hard") and f"-mfloat-abi={core.float_abi}" in core.flags
        assert core.isa != "mve" or core.trustzone, "Helium is Armv8.1-M"
        if core.machine:
            assert machine_named(core.machine).core in core_names()
    assert len({core.part for core in all_cores()}) == len(core_names())
    assert default_core().isa == "mve"
    for machine in machine_names():
        assert twin_note(machine_named(machine).core, machine) == ""


def test_what_a_reader_must_know_is_said() -> None:
    assert kernels_note("cortex-m4") == kernels_note("cortex-m55") == ""
    assert kernels_note("cortex-m3").startswith("the kernels are portable C: Cortex-M3 has neither Helium nor DSP")
    note = "the twin of this Cortex-M85 is QEMU's mps3-an547, which has a Cortex-M55"
    assert twin_note("cortex-m85", "mps3-an547") == note


def test_an_unknown_core_or_machine_is_named_with_the_nearest() -> None:
    with pytest.raises(IngotError, match="unknown core 'cortex-m5'"):
        core_named("cortex-m5")
    with pytest.raises(IngotError, match="unknown machine 'an386'"):
        machine_named("an386")
    with pytest.raises(IngotError) as caught:
        full_core_name("m35p")
    assert str(caught.value) == "--core: there is no core 'm35p'\n  The cores are m0plus, m3, m4, m7, m33, m55, m85."


@pytest.mark.parametrize("core", core_names())
def test_a_generic_board_is_valid_and_has_the_twin_of_its_core(core: str, tmp_path: Path) -> None:
    row = core_named(core)
    file, pools = generic_board("mine", tmp_path, row.name.removeprefix("cortex-"))
    board = load_board(file)
    assert (board.core, board.name, board.pools_file) == (row.name, "mine", pools)
    assert load_pools(board).enabled
    assert (board.twin.machine if board.twin else "") == row.machine
    if board.twin:
        assert twin_of(board).is_twin


def test_a_new_board_is_a_copy_or_generic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, status, out, err in (
        (["--core", "m85"], 0, "boards/b/board.yaml\nboards/b/b.mpool\n", "ingot: the twin of this Cortex-M85 is"),
        (["--core", "m85"], 2, "", "ingot: boards/b/board.yaml: there is a board already"),
        (["--core", "m4", "--like", "n6dk", "--out", "c"], 2, "", "ingot: board new: --like and --core exclude each"),
        (["--core", "m9", "--out", "c"], 2, "", "ingot: --core: there is no core 'm9'"),
    ):
        monkeypatch.setattr("sys.argv", ["ingot", "board", "new", "b", *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        shown = capsys.readouterr()
        assert (code, shown.out) == (status, out)
        assert shown.err.startswith(err)
    assert not Path("c").exists()


def test_cmake_reads_the_same_rows(tmp_path: Path) -> None:
    """An unknown core is refused before CMake looks for a compiler."""
    import subprocess

    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed")
    file = ROOT / "toolchain" / "cmake" / "arm-none-eabi.cmake"
    for core, expected in (
        ("cortex-m4", "-mfpu=fpv4-sp-d16"),
        ("cortex-m0plus", "-mfloat-abi=soft"),
        ("", "cortex-m55"),
    ):
        script = tmp_path / "flags.cmake"
        chosen = f'set(INGOT_CORE {core} CACHE STRING "")\n' if core else ""
        script.write_text(f'{chosen}include("{file}")\nmessage("${{CMAKE_C_FLAGS_INIT}}")\n')
        done = subprocess.run(["cmake", "-P", str(script)], capture_output=True, text=True, check=False)
        assert expected in done.stderr
    script.write_text(f'set(INGOT_CORE cortex-m5 CACHE STRING "")\ninclude("{file}")\n')
    done = subprocess.run(["cmake", "-P", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode and "unknown core 'cortex-m5'" in done.stderr
