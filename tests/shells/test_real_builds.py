# SPDX-License-Identifier: Apache-2.0
"""Real builds in every shell: a sample of `bench/every_cell.py` with every shell, every compiler and every option."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingot.recipe.compilers import COMPILERS
from support.option_cells import OPTIONS
from support.real_cells import NO_IMAGE, SAMPLE, build_all, options_of, shells_of
from support.real_shells import NAMES

TOOLS = ("arm-none-eabi-gcc", "cmake", "ninja", "make")


def test_the_sample_has_every_shell_compiler_and_option() -> None:
    assert shells_of(SAMPLE) == set(NAMES)
    assert {cell.compiler for cell, _ in SAMPLE} == set(COMPILERS)
    assert options_of(SAMPLE) - {"compiler"} == set(OPTIONS) - set(NO_IMAGE)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(SAMPLE)))
def test_every_shell_builds_the_same_and_new_weights_compile_nothing(number: int, tmp_path: Path) -> None:
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    pytest.importorskip("SCons")
    said: list[str] = []
    cell, shells = SAMPLE[number]
    # Those of the built-in compiler are trained again in test_same_bytes.py.
    trained = [cell.name] if cell.compiler != "builtin" else []
    table = build_all(tmp_path, [SAMPLE[number]], said.append, trained)
    assert len(table.rows) >= len(shells)
    assert table.wrong == [], "\n".join(said)
