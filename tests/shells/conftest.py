# SPDX-License-Identifier: Apache-2.0
"""The wheel, installed outside the checkout, and the examples built from it in clean folders, once for all tests."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from support.distribution import build, clean_copy, install
from support.foreign import SHELLS, Example, Installed
from support.session import made_once

TOOLS = ("arm-none-eabi-gcc", "cmake", "ninja", "make")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of this checkout, in a folder of its own."""
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    top = tmp_path_factory.mktemp("installed")

    def make(folder: Path) -> None:
        install(build("wheel", clean_copy(top / "source"), top), folder)

    target = made_once("site", make)

    tools, log = top / "tools", top / "compiled.log"
    tools.mkdir()
    gcc = tools / "arm-none-eabi-gcc"
    real = shutil.which("arm-none-eabi-gcc")
    # `-c` on the command line is a compilation; CMake also asks for versions.
    gcc.write_text(f'#!/bin/sh\ncase " $* " in *" -c "*) echo "$*" >>"{log}";; esac\nexec {real} "$@"\n')
    gcc.chmod(0o755)
    scripts = Path(sys.executable).parent
    path = os.pathsep.join([str(tools), str(target / "bin"), str(scripts), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(target), "INGOT_OFFLINE": "1"}
    environment |= {"INGOT_CMAKE": str(target / "ingot/tree/toolchain/cmake"), "INGOT_CACHE": str(top / "cache")}
    for name in ("INGOT_MODEL_PATH", "INGOT_COMMAND", "MAKEFLAGS", "MAKELEVEL"):
        environment.pop(name, None)
    return Installed(target, environment, log)


@pytest.fixture(scope="session")
def examples(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Example]:
    """Every example, built."""
    found = {}
    for shell in SHELLS:
        folder = tmp_path_factory.mktemp("examples") / shell
        shutil.copytree(ROOT / "examples" / shell.partition("-")[0], folder)
        found[shell] = Example(shell, folder, installed)
        found[shell].train(0)
        found[shell].build()
    return found
