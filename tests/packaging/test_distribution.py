# SPDX-License-Identifier: Apache-2.0
"""What is in the sdist and the wheel, what they say about themselves, and that they work where they are unpacked."""

from __future__ import annotations

import email.message
import email.parser
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import ingot
from ingot.base.places import ROOT
from support.distribution import build, clean_copy, install

pytestmark = pytest.mark.slow

#: A sample of the tests: of the core, of the project's own files, and one that compares with LiteRT.
SAMPLE = ("tests/board", "tests/test_bootstrap.py", "tests/compiler/kernels/test_concat.py")
MODEL_FILES = (".tflite", ".onnx")


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked sdist."""
    top = tmp_path_factory.mktemp("sdist")
    archive = build("sdist", clean_copy(top / "checkout"), top)
    shutil.unpack_archive(archive, top)  # Debian 12's Python 3.11.2 has no filter= of tarfile
    return top / archive.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made from the sdist as pip makes it."""
    return build("wheel", sdist, tmp_path_factory.mktemp("wheel"))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def metadata(wheel: Path) -> email.message.Message:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.parser.Parser().parsestr(archive.read(name).decode())


def test_the_sdist_is_the_checkout(sdist: Path, tmp_path: Path) -> None:
    """Whatever is forgotten in MANIFEST.in is missing here."""
    missing = files(clean_copy(tmp_path / "checkout")) - files(sdist)
    assert missing <= {".gitignore", ".git"}


def test_the_sdist_runs_its_own_tests(sdist: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment.pop("PYTHONPATH", None)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-m",
        "not emulated and not slow",
        "-v",
        *SAMPLE,
    ]
    done = subprocess.run(command, cwd=sdist, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed and int(passed[1]) > 50, done.stdout


def test_the_wheel_holds_what_a_build_needs_and_no_model(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tree = {
        f"{part}/{name}"
        for part in ("boards", "firmware", "models", "third_party", "toolchain")
        for name in files(ROOT / part)
    }
    tree = {name for name in tree if "__pycache__" not in name and not name.endswith(MODEL_FILES)}
    assert {f"ingot/tree/{name}" for name in tree} == {name for name in names if name.startswith("ingot/tree/")}
    package = ROOT / "site_scons" / "ingot"
    modules = {f"ingot/{name}" for name in files(package) if "__pycache__" not in name}
    assert modules <= names and "ingot/py.typed" in modules
    others = {name for name in names - modules if not name.startswith("ingot/tree/")}
    assert all(re.match(rf"ingot_firmware-{re.escape(ingot.__version__)}\.dist-info/", name) for name in others)


def test_it_says_what_it_is(wheel: Path) -> None:
    said = metadata(wheel)
    assert said["Name"] == "ingot-firmware" and said["Version"] == ingot.__version__
    assert said["License-Expression"] == "Apache-2.0 AND BSD-2-Clause"
    assert said.get_all("License-File") == ["LICENSE", "NOTICE", "third_party/monocypher/LICENCE.md"]
    assert said["Requires-Python"] == ">=3.11"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert said.get_all("Provides-Extra") == list(extras)


def test_the_installed_wheel_knows_its_version_also_for_cmake(wheel: Path, tmp_path: Path) -> None:
    install(wheel, tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-m", "ingot", "--version"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.stdout == f"ingot {ingot.__version__}\n", done.stderr
    script = tmp_path / "version.cmake"
    script.write_text('include("${FILE}")\nmessage("version ${PACKAGE_VERSION}")\n')
    for top in (ROOT, tmp_path / "site" / "ingot" / "tree"):
        file = top / "toolchain" / "cmake" / "IngotConfigVersion.cmake"
        try:
            cmake = ["cmake", f"-DFILE={file}", "-P", str(script)]
            done = subprocess.run(cmake, cwd=tmp_path, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("cmake is not installed")
        assert done.stderr.strip() == f"version {ingot.__version__}", file
