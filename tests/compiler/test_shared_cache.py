# SPDX-License-Identifier: Apache-2.0
"""The cache that machines share: what one compiled another takes over; a store that fails costs no build."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.cache import compiled
from ingot.compiler.cache.shared import VARIABLE, SharedStore, _opened, shared_store

FILES = {"network.c": b"int x;", "network.raw": bytes(100)}
KEY = "ab" + "0" * 62


def test_without_fsspec_the_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    _opened.cache_clear()
    monkeypatch.setenv(VARIABLE, "s3://bucket/folder")
    with pytest.raises(IngotError, match="needs the package fsspec"):
        shared_store()
    monkeypatch.delenv(VARIABLE)
    assert shared_store() is None


def test_another_machine_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fsspec")
    address = f"file://{tmp_path}/shared"
    SharedStore(address).save(KEY, FILES)
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv(VARIABLE, address)
    assert compiled._load(KEY) == FILES
    assert compiled.store().load(KEY) == FILES  # kept here
    (entry,) = (tmp_path / "shared").rglob("*.ingot")
    assert [path.name for path in (tmp_path / "shared").rglob("*") if path.is_file()] == [entry.name]
    entry.write_bytes(entry.read_bytes()[:-3])
    assert SharedStore(address).load(KEY) is None and SharedStore(address).load("cd" + KEY[2:]) is None


def test_a_store_that_fails_is_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("fsspec")
    (tmp_path / "file").write_text("")
    lost = SharedStore(f"file://{tmp_path}/file")
    lost.save(KEY, FILES)
    lost.save(KEY, FILES)
    assert capsys.readouterr().err.count("is left out") == 1
    with pytest.raises(IngotError, match="cannot be used"):
        SharedStore("nowhere://x")
