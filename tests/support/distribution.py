# SPDX-License-Identifier: Apache-2.0
"""The sdist and the wheel of this checkout, built as pip builds them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingot.base.places import ROOT

#: At the top of a checkout: what no clone has.
LEFT_OUT = {".git", ".venv", "build", "dist"}
GENERATED = ("__pycache__", ".pyc", ".egg-info", "_cache", ".hypothesis", ".dblite")


def clean_copy(folder: Path) -> Path:
    """The checkout (or the unpacked sdist) without what builds and tools left in it."""

    def left_out(where: str, names: list[str]) -> set[str]:
        generated = {name for name in names if name.endswith(GENERATED)}
        return generated | (LEFT_OUT & set(names) if Path(where) == ROOT else set())

    shutil.copytree(ROOT, folder, ignore=left_out, symlinks=True)
    return folder


def build(kind: str, source: Path, out: Path) -> Path:
    """The file that setuptools makes of a source folder. kind: "sdist" or "wheel"."""
    code = f"from setuptools import setup, build_meta; import sys; print(build_meta.build_{kind}(sys.argv[1]))"
    out.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", code, str(out)], cwd=source, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0 and "bdist_wheel" in done.stdout + done.stderr:
        pytest.skip("setuptools is older than 70.1 and cannot build wheels")
    assert done.returncode == 0, done.stdout + done.stderr
    return out / done.stdout.splitlines()[-1]


def install(wheel: Path, target: Path) -> None:
    """Installs a wheel, without its dependencies, into a folder."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True, timeout=300)
