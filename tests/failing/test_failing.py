# SPDX-License-Identifier: Apache-2.0
"""Every folder here is a small project that must fail with exactly one message.

test.json: {"command": [arguments of `ingot`], "error": "the whole message"}.
The command runs in a copy of the folder; it must exit with status 2, print the message and nothing else on stderr, and
leave no file behind. Git keeps no empty folders, so a case without inputs has its test.json alone.

"common": {"folder": F, "files": [names], "change": {name: [[old, new]]}} adds files of common/F that the case leaves as
they are, or with parts of their text replaced; each `old` is there once.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from ingot.cli import main as cli

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/test.json"))


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, arguments: list[str]) -> int:
    """The exit status of the command line in that folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["ingot", *arguments])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def add_common(folder: Path, common: dict[str, Any]) -> None:
    """Adds what several cases have in common."""
    for name in common.get("files", []):
        target = folder / name
        assert not target.exists(), f"{name} is the case's own, and common"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / "common" / common["folder"] / name, target)
    for name, changes in common.get("change", {}).items():
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} is not there once in {name}"
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8", newline="")


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_it_fails_with_exactly_this_message(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(HERE / name, folder)
    case = json.loads((folder / "test.json").read_text())
    add_common(folder, case.get("common", {}))
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("INGOT_OFFLINE", "1")
    monkeypatch.delenv("INGOT_MODEL_PATH", raising=False)
    before = files_of(folder)
    status = run(monkeypatch, folder, case["command"])
    out, err = capsys.readouterr()
    assert err == f"ingot: {case['error']}\n"
    assert status == 2
    assert out == ""
    assert files_of(folder) == before


def test_there_are_cases() -> None:
    assert len(CASES) > 10
