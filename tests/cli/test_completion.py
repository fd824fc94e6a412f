# SPDX-License-Identifier: Apache-2.0
"""What a shell offers behind a beginning: verbs, options, values."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from ingot.base.places import ROOT
from ingot.cli.main import ingot


@pytest.mark.parametrize(
    ("before", "begun", "offered"),
    [
        ([], "boa", {"board", "boards"}),
        (["new"], "--use", {"--use-case"}),
        (["new", "--build"], "c", {"cmake"}),
        (["new", "--use-case"], "sensor", {"sensor-windows"}),
        (["new", "--board"], "n6", {"n6dk"}),
        (["build"], "move", {"movenet"}),
        (["build"], "nets/k", {"nets/k"}),  # a file
        (["build", "-t"], "verif", {"verify"}),
    ],
)
def test_what_is_offered(before: list[str], begun: str, offered: set[str]) -> None:
    completion = BashComplete(ingot, {}, "ingot", "_INGOT_COMPLETE")
    assert {item.value for item in completion.get_completions(before, begun)} == offered


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_line_of_the_page_makes_bash_offer_them(tmp_path: Path) -> None:
    """`eval "$(_INGOT_COMPLETE=bash_source ingot)"`, then what bash does at the Tab key."""
    (line,) = re.findall(r"^(eval .*bash_source.*)$", (ROOT / "docs/install.md").read_text(), re.MULTILINE)
    program = "import sys; sys.argv[0] = 'ingot'; from ingot.cli.main import main; main()"  # as pip installs it
    (tmp_path / "ingot").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{program}" "$@"\n')
    (tmp_path / "ingot").chmod(0o755)
    script = (
        f'{line}\nset -- $(complete -p ingot)\nuntil [ "$1" = -F ]; do shift || exit; done\n'
        'COMP_WORDS=(ingot new --build c) COMP_CWORD=3\n"$2" ingot c --build\necho "${COMPREPLY[@]}"\n'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "site_scons")}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["cmake"]


def test_zsh_and_fish_get_a_script(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for shell, word in (("zsh", "compdef"), ("fish", "complete --no-files --command ingot")):
        monkeypatch.setenv("_INGOT_COMPLETE", f"{shell}_source")
        with pytest.raises(SystemExit) as end:
            ingot.main([], prog_name="ingot")
        assert end.value.code == 0 and word in capsys.readouterr().out
