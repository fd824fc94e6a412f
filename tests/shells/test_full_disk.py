# SPDX-License-Identifier: Apache-2.0
"""Whole builds of every shell on a disk that fills up: a message, and with space again the same bytes.

`python bench/full_disk.py` fills it up at more places.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.full_disk import CELL, build_folder, build_on_full_disk, pages
from support.namespaces import needs_namespaces
from support.real_shells import make_shells

pytestmark = [pytest.mark.slow, needs_namespaces]

#: Shell -> share of the build that there is room for: what fills the disk is an object, a library, a generated file.
ROOM = {"scons own": 0.05, "cmake ninja": 0.5, "ninja": 0.98, "make": 0.6}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "scons own" else pytest.mark.thorough) for name in ROOM]
)
def test_a_full_disk(name: str, tmp_path: Path) -> None:
    pytest.importorskip("SCons")
    if missing := [tool for tool in ("arm-none-eabi-gcc", "cmake", "ninja", "make") if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    shell = make_shells(tmp_path, [name])[name]
    first = shell.build(CELL)
    assert first.status == 0, first.said
    got = build_on_full_disk(shell, pages(build_folder(shell)), ROOM[name])
    assert got.full.status != 0
    assert "no space left on device" in got.full.said.lower() and "Traceback" not in got.full.said
    assert got.again.status == 0, got.again.said
    assert got.again.files == first.files
