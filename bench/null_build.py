# SPDX-License-Identifier: Apache-2.0
"""What a build with nothing to do takes, in every shell: builds the examples, then runs each again, and prints a table.

    python bench/null_build.py [--runs 10] [--model NETWORK.tflite]

The examples are copied into a temporary folder and built with the Ingot of this checkout. Shells take turns, so that
what else the machine does meets all of them. "own" is Ingot's own SConstruct. Seconds of the clock, and of the
processor; a build that was not null ends the program.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "site_scons"), str(ROOT / "tests")]

from support.pose_model import pose_model  # noqa: E402

PARTS = ("SConstruct", "site_scons", "boards", "firmware", "toolchain", "models")
OWN = ["scons", "board=n6dk", "model=network.tflite"]


@dataclass(frozen=True)
class Shell:
    """How an example is built. first: commands before the build. limit: seconds a null build may take (0: none)."""

    name: str
    example: str
    first: Sequence[Sequence[str]]
    build: Sequence[str]
    limit: float = 0


SHELLS = (
    Shell("scons, own SConstruct", "", (), OWN, 1.0),
    Shell("scons, example", "scons", (), ["scons"], 1.0),
    Shell("cmake + ninja, by ninja", "cmake", [["cmake", "--preset", "ninja"]], ["ninja", "-C", "build"], 0.1),
    Shell("cmake + ninja, by cmake", "cmake", [["cmake", "--preset", "ninja"]], ["cmake", "--build", "build"], 0.1),
    Shell("cmake + make", "cmake", [["cmake", "--preset", "make"]], ["make", "-C", "build-make"]),
    Shell("ninja", "ninja", [["ingot", "ninja", "network.tflite", "--board", "n6dk", "--app", "."]], ["ninja"], 0.1),
    Shell("make", "make", (), ["make"]),
)


def prepared(shell: Shell, folder: Path, model: bytes) -> Path:
    """The example in a folder of its own."""
    if shell.example:
        shutil.copytree(ROOT / "examples" / shell.example, folder)
    else:
        folder.mkdir()
        for name in PARTS:
            path = ROOT / name
            (shutil.copytree if path.is_dir() else shutil.copy)(path, folder / name)
    (folder / "network.tflite").write_bytes(model)
    return folder


def environment(top: Path) -> dict[str, str]:
    """With the commands `ingot` and `scons` of this Python, and this checkout's code."""
    tools = top / "tools"
    tools.mkdir()
    for name, module in (("ingot", "ingot"), ("scons", "SCons")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (tools / name).chmod(0o755)
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(tools), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT / "site_scons"),
        "INGOT_CACHE": str(top / "cache"),
        "INGOT_CMAKE": str(ROOT / "toolchain/cmake"),
        "INGOT_OFFLINE": "1",
    }


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of the clock and of the processor that a command takes; it must succeed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} in {folder}:\n{done.stdout}{done.stderr}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def times_of(folder: Path) -> dict[Path, int]:
    """When each built file was written last; what build systems keep for themselves apart."""
    kept = (".sconsign", ".ninja", ".d")
    built = [path for path in folder.glob("build*/**/*") if path.is_file() and "CMakeFiles" not in path.parts]
    return {path: path.stat().st_mtime_ns for path in built if not path.name.startswith(kept)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="null builds of each shell")
    parser.add_argument("--model", type=Path, help="a .tflite file; default: a small pose model")
    given = parser.parse_args()
    model = given.model.read_bytes() if given.model else pose_model(0)
    with tempfile.TemporaryDirectory(prefix="ingot-null-") as name:
        top = Path(name)
        variables = environment(top)
        folders = [prepared(shell, top / str(number), model) for number, shell in enumerate(SHELLS)]
        for shell, folder in zip(SHELLS, folders, strict=True):
            for command in (*shell.first, shell.build, shell.build):
                run(command, folder, variables)
        built = [times_of(folder) for folder in folders]
        found: list[list[tuple[float, float]]] = [[] for _ in SHELLS]
        for _ in range(given.runs):
            for shell, folder, results in zip(SHELLS, folders, found, strict=True):
                results.append(run(shell.build, folder, variables))
        for shell, folder, before in zip(SHELLS, folders, built, strict=True):
            if not before or times_of(folder) != before:
                sys.exit(f"{shell.name}: a build with nothing to do wrote files")
    print(table(found))


def table(found: Sequence[Sequence[tuple[float, float]]]) -> str:
    """One line a shell: least and median seconds of the clock, least of the processor, the limit."""
    lines = [f"{'null build, seconds':28}{'min':>8}{'median':>8}{'CPU min':>9}{'limit':>7}"]
    for shell, results in zip(SHELLS, found, strict=True):
        clock = [seconds for seconds, _ in results]
        limit = f"{shell.limit:.1f}" if shell.limit else "-"
        least, usual, cpu = min(clock), statistics.median(clock), min(used for _, used in results)
        lines.append(f"{shell.name:28}{least:8.3f}{usual:8.3f}{cpu:9.3f}{limit:>7}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
