# SPDX-License-Identifier: Apache-2.0
"""tools/spdx.py: every source file names its licence, and the tool that adds the line changes nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingot.base import render
from ingot.base.places import ROOT

TOOL = ROOT / "tools" / "spdx.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(TOOL), *arguments], capture_output=True, text=True, check=False)


def test_every_source_file_names_its_licence() -> None:
    done = run()
    assert done.returncode == 0, done.stdout[:1000] + done.stderr


LINE = "SPDX-License-Identifier: Apache-2.0"
CASES = {
    "a.py": ('"""What it is."""\n', f'# {LINE}\n"""What it is."""\n'),
    "empty.py": ("", f"# {LINE}\n"),
    "run.sh": ("#!/bin/sh\nset -eu\n", f"#!/bin/sh\n# {LINE}\nset -eu\n"),
    "wrong.py": ("# SPDX-License-Identifier: MIT\nx = 1\n", f"# {LINE}\nx = 1\n"),
    "k.c": ("int x;\r\n", f"/* {LINE} */\nint x;\r\n"),
    "t.h.j2": ("{{ x }}\n", f"{{# {LINE} OR 0BSD #}}\n{{{{ x }}}}\n"),
    "SConstruct": ("x = 1\n", f"# {LINE}\nx = 1\n"),
    "examples/make/Makefile": ("all:\n", "# SPDX-License-Identifier: 0BSD\nall:\n"),
    "tests/failing/x/SConstruct": ("x\n", "x\n"),
    "board.yaml": ("name: x\n", "name: x\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_it_adds_the_line_once(name: str, tmp_path: Path) -> None:
    before, after = CASES[name]
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before.encode())
    assert run(str(tmp_path)).returncode == (before != after) and file.read_bytes().decode() == before
    for _ in range(2):
        assert run("--write", str(tmp_path)).returncode == 0
        assert file.read_bytes().decode() == after
    assert run(str(tmp_path)).returncode == 0


def test_a_template_gives_the_same_text_with_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comment takes its line with it, as templates are read."""
    monkeypatch.setattr(render, "templates_dir", lambda: tmp_path)
    render._environment.cache_clear()
    (tmp_path / "without.c.j2").write_text("\n  {{ x }}\n")
    (tmp_path / "with.c.j2").write_text("{# SPDX-License-Identifier: Apache-2.0 OR 0BSD #}\n\n  {{ x }}\n")
    try:
        assert render.render("with.c.j2", x=1) == render.render("without.c.j2", x=1) == "\n  1\n"
    finally:
        render._environment.cache_clear()
