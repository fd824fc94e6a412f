# SPDX-License-Identifier: Apache-2.0
"""Command lines of the cross compiler."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.board.cores import core_named, core_names
from ingot.link import toolchain
from support.firmware import needs_gcc


def test_an_unknown_core_is_named_with_the_nearest() -> None:
    with pytest.raises(IngotError, match="unknown core 'cortex-m5'") as error:
        toolchain.cpu_flags("cortex-m5")
    assert error.value.remedy == "Did you mean 'cortex-m85'?"


def test_a_missing_compiler_comes_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(IngotError, match="arm-none-eabi-gcc is not installed") as error:
        toolchain.compile_command("a.c", "a.o", "cortex-m55")
    assert "apt-get install gcc-arm-none-eabi" in error.value.remedy


def test_every_listed_source_exists() -> None:
    for name in (
        *toolchain.RUNTIME_SOURCES,
        *toolchain.STARTUP_SOURCES,
        *toolchain.BOARD_SOURCES,
        *toolchain.TWIN_SOURCES,
    ):
        assert (toolchain.ROOT / name).is_file(), name


def test_an_application_has_files_for_the_board_and_for_the_twin(tmp_path: Path) -> None:
    for name in ("main.c", "camera_board.c", "camera_twin.c", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in toolchain.application_sources(tmp_path, twin=True)] == ["camera_twin.c", "main.c"]
    assert [path.name for path in toolchain.application_sources(tmp_path, twin=False)] == ["camera_board.c", "main.c"]


@pytest.mark.slow
@needs_gcc
@pytest.mark.parametrize("cpu", core_names())
def test_code_of_the_core_at_hand(cpu: str, tmp_path: Path) -> None:
    """What a core's row says of its instructions is what the compiler is told."""
    source = tmp_path / "what.c"
    source.write_text(
        "#ifdef __ARM_FEATURE_MVE\nint helium;\n#endif\n#ifdef __ARM_FEATURE_DSP\nint dsp;\n#endif\n"
        "#ifdef __ARM_PCS_VFP\nint hard_float;\n#endif\n"
    )
    subprocess.run(toolchain.compile_command(source, tmp_path / "what.o", cpu), check=True)
    names = subprocess.run(
        [toolchain.tool("nm"), str(tmp_path / "what.o")], capture_output=True, text=True, check=True
    ).stdout.split()
    row = core_named(cpu)
    assert ("helium" in names) == (row.isa == "mve")
    assert ("dsp" in names) == (row.isa != "c")
    assert ("hard_float" in names) == row.fpu


@needs_gcc
def test_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "another/place"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "a.c").write_text('const char *where(void) { return __FILE__; }\n#include "a.h"\n')
        (folder / "a.h").write_text("int x;\n")
        command = toolchain.compile_command(
            folder / "a.c", folder / "a.o", "cortex-m55", defines={"B": 1, "A": 2}, prefix_map={str(folder): "."}
        )
        subprocess.run(command, check=True, cwd=folder)
        contents.append((folder / "a.o").read_bytes())
    assert contents[0] == contents[1]
    assert str(tmp_path).encode() not in contents[0]
