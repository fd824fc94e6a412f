# SPDX-License-Identifier: Apache-2.0
"""A build in which nothing changed reads board and pools; that must import nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingot.board import board_names, load_board
from ingot.board.fit import load_pools

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"yaml", "jsonschema", "json5", "jinja2", "numpy", "elftools", "rich", "tflite", "lief"}


@pytest.mark.parametrize("name", board_names(ROOT / "boards"))
def test_second_read_is_light(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path))
    file = ROOT / "boards" / name / "board.yaml"
    load_pools(load_board(file))  # fills the cache
    code = (
        "import sys; from pathlib import Path\n"
        "from ingot.board import load_board, twin_of, twin_pools\n"
        "from ingot.board.fit import load_pools\n"
        f"board = load_board(Path({str(file)!r})); pools = load_pools(board)\n"
        "twin_pools(board, twin_of(board), pools)\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "site_scons", capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
