# SPDX-License-Identifier: Apache-2.0
"""Whole builds of every shell whose generated C or linker script was edited or damaged: said, and made again."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pytest

from support.real_shells import RealCell, RealShell, make_shells

pytestmark = pytest.mark.slow

CELL = RealCell({})
SHELLS = [
    "scons own",
    "make",
    pytest.param("cmake ninja", marks=pytest.mark.thorough),
    pytest.param("ninja", marks=pytest.mark.thorough),
]
DAMAGES = {
    "network.c": lambda content: content[: len(content) // 2] + b"\n#error by hand\n",
    "linker script": lambda content: content[: len(content) // 2],
}


@pytest.fixture(scope="module", params=SHELLS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[RealShell, Mapping]:
    pytest.importorskip("SCons")
    if missing := [tool for tool in ("arm-none-eabi-gcc", "cmake", "ninja", "make") if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    shell = make_shells(tmp_path_factory.mktemp("shells"), [request.param])[request.param]
    first = shell.build(CELL)
    assert first.status == 0, first.said
    return shell, first.files


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_file_is_said_once_and_made_again(built: tuple[RealShell, Mapping], what: str) -> None:
    shell, expected = built
    name = shell.script if what == "linker script" else what
    file = shell.place(CELL)[0] / name
    damaged = DAMAGES[what](file.read_bytes())
    file.write_bytes(damaged)
    said = shell.build(CELL)
    assert said.status != 0
    assert f"It is {name}.damaged now: build again, and the file is made anew." in said.said
    assert file.with_name(f"{name}.damaged").read_bytes() == damaged
    again = shell.build(CELL)
    assert again.status == 0, again.said
    assert again.files == expected
