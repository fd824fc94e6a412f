# SPDX-License-Identifier: Apache-2.0
"""`ingot cache` as users see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.cli import main as cli
from ingot.compiler.cache.compiled import store

KEY = "ab" * 32


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path))
    return tmp_path / "compiled"


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of `ingot cache ...`."""
    monkeypatch.setattr("sys.argv", ["ingot", "cache", *words])
    status: int | str | None = 0
    try:
        cli.main()
    except SystemExit as end:
        status = end.code
    printed = capsys.readouterr()
    assert isinstance(status, int | None)
    return status or 0, printed.out, printed.err


def test_a_cache_that_is_not_there_yet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    assert run(capsys, monkeypatch, "stats") == (
        0,
        f"{folder}: 0 networks, 0 bytes\nasked for 0 times: 0 found, 0 compiled\n",
        "",
    )
    assert run(capsys, monkeypatch, "verify") == (0, f"{folder}: 0 networks, 0 damaged\n", "")
    assert run(capsys, monkeypatch, "clean") == (0, f"{folder}: removed 0 networks, 0 bytes\n", "")
    assert not folder.exists()


def test_a_damaged_entry_is_shown_and_can_be_removed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    store().save(KEY, {"network.c": b"int x;"})
    assert store().load(KEY) is not None
    assert run(capsys, monkeypatch, "verify") == (0, f"{folder}: 1 networks, 0 damaged\n", "")
    assert "asked for 1 times: 1 found, 0 compiled\n" in run(capsys, monkeypatch, "stats")[1]
    path = store().path(KEY)
    path.write_bytes(path.read_bytes()[:-1])
    status, out, err = run(capsys, monkeypatch, "verify")
    assert (status, out) == (2, f"{folder}: 1 networks, 1 damaged\n")
    assert err == "ingot: damaged entries are never used; `ingot cache clean` removes them\n"
    assert "removed 1 networks" in run(capsys, monkeypatch, "clean")[1]
    assert run(capsys, monkeypatch, "verify")[0] == 0


def test_a_mistake_is_one_message(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, err = run(capsys, monkeypatch, "clean", "--unused-days", "-3")
    assert (status, out, err) == (2, "", "ingot: --unused-days: -3 is no number of days\n")
