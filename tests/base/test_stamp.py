# SPDX-License-Identifier: Apache-2.0
"""The stamp of Ingot's code: no file that a result can depend on may change without it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingot.base import places, stamp

IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package and of the folders beside it, which the stamp looks at; the folder of all."""
    shutil.copytree(stamp.PACKAGE, tmp_path / "site_scons/ingot", ignore=IGNORED)
    for folder in ("toolchain", "firmware/kernels"):
        shutil.copytree(places.ROOT / folder, tmp_path / folder, ignore=IGNORED)
    look_at(tmp_path, tmp_path / "site_scons/ingot", monkeypatch)
    return tmp_path


def look_at(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "PACKAGE", folder)
    monkeypatch.setattr(stamp, "ROOT", root)
    monkeypatch.setattr(stamp, "kernels_dir", lambda: root / "firmware/kernels")


@pytest.mark.slow
def test_it_changes_with_every_file(package: Path) -> None:
    """Schedulers, shells, schemas, templates, kernels: one byte more in each file in turn."""
    files = [path for path in sorted(package.rglob("*")) if path.is_file()]
    assert {".py", ".json", ".h", ".c", ".j2"} < {path.suffix for path in files}
    seen = {stamp.stamp_of_code()}
    for path in files:
        with path.open("ab") as file:
            file.write(b"\n")
        now = stamp.stamp_of_code()
        assert now not in seen, f"{path.relative_to(package)} is not in the stamp"
        seen.add(now)


@pytest.mark.slow
def test_it_changes_when_a_file_comes_goes_or_is_renamed(package: Path) -> None:
    seen = {stamp.stamp_of_code()}
    new = package / "site_scons/ingot/cli_new.py"
    new.touch()
    seen.add(stamp.stamp_of_code())
    new.rename(new.with_name("stamp_new.py"))
    seen.add(stamp.stamp_of_code())
    (package / "firmware/kernels/sub.c").unlink()
    seen.add(stamp.stamp_of_code())
    assert len(seen) == 4


@pytest.mark.slow
def test_what_python_writes_is_not_in_it(package: Path) -> None:
    before = stamp.stamp_of_code()
    (package / "site_scons/ingot/__pycache__").mkdir()
    (package / "site_scons/ingot/__pycache__/cli.cpython-313.pyc").write_bytes(b"x")
    assert stamp.stamp_of_code() == before


@pytest.mark.slow
def test_it_is_the_same_installed(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the folders beside the package are inside it, in tree/, with others that are no code."""
    before = stamp.stamp_of_code()
    installed = package / "lib/ingot"
    shutil.copytree(stamp.PACKAGE, installed)
    for folder in ("toolchain", "firmware"):
        shutil.copytree(package / folder, installed / "tree" / folder)
    (installed / "tree/boards").mkdir()
    (installed / "tree/boards/board.yaml").write_text("name: mine\n")
    look_at(installed / "tree", installed, monkeypatch)
    assert stamp.stamp_of_code() == before
