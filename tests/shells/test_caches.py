# SPDX-License-Identifier: Apache-2.0
"""A second checkout in another folder with warm caches: nothing is compiled, neither networks nor C, in any shell."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.places import ROOT
from support.foreign import Example, Installed

pytestmark = pytest.mark.slow

SHELLS = ("scons", "cmake")
"""How a launcher is given: Ingot's variable, which Ninja and Make take, too, and CMake's."""
FILES = ("network.c", "network_c_info.json", "network_atonbuf.xSPI2.raw", "firmware.bin", "firmware.elf")


def checkout(shell: str, folder: Path, installed: Installed, **environment: str) -> Example:
    """The example of a shell in a folder of its own, with a compiler launcher or cache in its environment."""
    shutil.copytree(ROOT / "examples" / shell, folder)
    example = Example(shell, folder, replace(installed, environment=installed.environment | environment))
    example.train(0)
    if shell == "cmake":  # asks the compiler what it is, without a launcher
        example.installed.run(folder, "cmake", "--preset", "ninja")
    installed.compiled()
    return example


def same_bytes(first: Example, second: Example) -> None:
    different = [name for name in FILES if first.file(name).read_bytes() != second.file(name).read_bytes()]
    assert different == []


def networks(example: Example) -> tuple[int, int]:
    """How often the cache of compiled networks was asked and had the entry, and had it not."""
    text = example.installed.run(example.folder, "ingot", "cache", "stats")
    found = re.search(r"(\d+) found, (\d+) compiled", text)
    assert found is not None, text
    return int(found[1]), int(found[2])


def launcher(program: str) -> dict[str, str]:
    """The variables that put a launcher before every shell's compiler."""
    if shutil.which(program) is None:
        pytest.skip(f"not installed: {program}")
    return {"INGOT_LAUNCHER": program, "CMAKE_C_COMPILER_LAUNCHER": program}


@pytest.mark.parametrize(
    "shell", [pytest.param(name, marks=() if name == "scons" else pytest.mark.thorough) for name in SHELLS]
)
def test_ccache_finds_everything(shell: str, installed: Installed, tmp_path: Path) -> None:
    variables = {**launcher("ccache"), "CCACHE_DIR": str(tmp_path / "ccache"), "INGOT_CACHE": str(tmp_path / "cache")}
    first = checkout(shell, tmp_path / "first", installed, **variables, CCACHE_BASEDIR=str(tmp_path / "first"))
    first.build()
    assert installed.compiled() > 15
    assert networks(first) == (0, 1)
    folder = tmp_path / "elsewhere" / "second"
    second = checkout(shell, folder, installed, **variables, CCACHE_BASEDIR=str(folder))
    second.build()
    assert installed.compiled() == 0
    assert networks(second) == (1, 1)
    same_bytes(first, second)


def test_scons_cache_dir_gives_everything(installed: Installed, tmp_path: Path) -> None:
    """Of a user's own SConstruct; Ingot's is tests/shells/own/test_cache_dir.py."""
    first, second = (checkout("scons", tmp_path / name, installed) for name in ("first", "second"))
    for example in (first, second):
        sconstruct = example.folder / "SConstruct"
        sconstruct.write_text(
            sconstruct.read_text().replace("\nenv =", f'\nCacheDir("{tmp_path / "shared"}")\nenv =', 1)
        )
    first.build()
    installed.compiled()
    lines = second.build().splitlines()
    assert installed.compiled() == 0
    others = [line for line in lines if not line.startswith(("Retrieved `", "scons: "))]
    assert others == []
    assert sum(line.startswith("Retrieved `") for line in lines) > 25
    same_bytes(first, second)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[dict[int, Path]]:
    """Two of distcc's daemons on this machine: port and log of each."""
    if missing := [name for name in ("distcc", "distccd") if shutil.which(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    found = {free_port(): tmp_path / name for name in ("one.log", "two.log")}
    running = []
    try:
        for port, log in found.items():
            options = ["--listen", "127.0.0.1", "--allow", "127.0.0.1", "--port", str(port), "--jobs", "2"]
            with log.open("wb") as file:
                running.append(
                    subprocess.Popen(
                        ["distccd", "--daemon", "--no-detach", "--log-stderr", "--log-level", "info", *options],
                        stderr=file,
                        start_new_session=True,
                    )
                )
        for port in found:
            answers_within(port, 10)
        yield found
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)


def answers_within(port: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail(f"distccd did not start on port {port}")


@pytest.mark.thorough
def test_two_machines_of_distcc_compile_the_same_firmware(
    installed: Installed, tmp_path: Path, daemons: dict[int, Path]
) -> None:
    (tmp_path / "state").mkdir()
    hosts = " ".join(f"127.0.0.1:{port}/2" for port in daemons)
    variables = {"DISTCC_HOSTS": hosts, "DISTCC_FALLBACK": "0", "DISTCC_DIR": str(tmp_path / "state")}
    here = checkout("ninja", tmp_path / "here", installed)
    here.build()
    compiled = installed.compiled()
    there = checkout("ninja", tmp_path / "there", installed, **variables, **launcher("distcc"))
    there.build()
    shares = [log.read_text().count("COMPILE_OK") for log in daemons.values()]
    assert sum(shares) == compiled > 15
    assert min(shares) > 5, shares
    for name in ("firmware.bin", "network.c", "network_atonbuf.xSPI2.raw"):
        assert here.file(name).read_bytes() == there.file(name).read_bytes(), name
