# SPDX-License-Identifier: Apache-2.0
"""Finding the program `stedgeai`, and asking it for its version once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.base.places import cache_dir
from ingot.network.version import Version, parse_version

VARIABLE = "STEDGEAI_CORE_DIR"
PROGRAM = "stedgeai"
SYSTEMS = {"linux": ("linux",), "win32": ("windows",), "darwin": ("macarm", "mac")}
OLDEST, NEWEST = Version(2, 0), Version(5, 0)
VERSION_TIMEOUT = 120.0  # seconds: the first start unpacks itself
REMEDY = (
    f"Install ST Edge AI Core and set {VARIABLE} to its folder; or build with compiler=builtin (no vendor tool), "
    "or with compiler=prebuilt st_output=FOLDER from a machine that has it."
)


@dataclass(frozen=True)
class Tool:
    """The program, its root (what STEDGEAI_CORE_DIR means), its version and how it spells that."""

    program: Path
    root: Path
    version: Version
    text: str

    @property
    def signature(self) -> list[str]:
        """What a build depends on: another version generates again; where it is installed does not matter."""
        return [str(self.version), self.text]


def program_of(root: Path) -> Path | None:
    """The program in an install."""
    for system in SYSTEMS.get(sys.platform, ("linux",)):
        for name in (PROGRAM, f"{PROGRAM}.exe"):
            candidate = root / "Utilities" / system / name
            if candidate.is_file():
                return candidate
    return None


def usual_roots() -> Iterator[Path]:
    """Folders that ST's installers use, newest version first."""
    home = Path.home()
    packs = home / "STM32Cube" / "Repository" / "Packs" / "STMicroelectronics" / "X-CUBE-AI"
    for base in (Path("/opt/ST/STEdgeAI"), home / "ST" / "STEdgeAI", Path("C:/ST/STEdgeAI"), packs):
        yield base
        with suppress(OSError):
            inside = [item for item in base.iterdir() if item.is_dir()]
            yield from sorted(inside, key=lambda item: parse_version(item.name) or Version(0, 0), reverse=True)


def find_program() -> tuple[Path, Path]:
    """(program, root). Raises IngotError that lists every place that was searched."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        program = program_of(Path(chosen))
        if program is None:
            place = Path(chosen, "Utilities", SYSTEMS.get(sys.platform, ("linux",))[0], PROGRAM)
            raise IngotError(
                f"there is no {PROGRAM} in the folder that {VARIABLE} names",
                where=f"{VARIABLE}={chosen}",
                remedy=f"It should be at {place}.",
            )
        return program, Path(chosen)
    on_path = shutil.which(PROGRAM)
    if on_path:
        program = Path(on_path).resolve()
        return program, program.parents[2] if len(program.parents) > 2 else program.parent
    searched = [f"{VARIABLE} (not set)", "PATH"]
    for root in usual_roots():
        program_here = program_of(root)
        if program_here is not None:
            return program_here, root
        searched.append(str(root))
    raise IngotError(
        f"{PROGRAM} (ST Edge AI Core) is not installed; searched: {', '.join(searched)}",
        where="compiler=stedgeai",
        remedy=REMEDY,
    )


def find_tool() -> Tool:
    """The tool and its version. The answer is kept for as long as the program file stays as it is.

    Raises IngotError: not installed, does not answer, or a version that Ingot does not know how to drive.
    """
    program, root = find_program()
    status = program.stat()
    key = hashlib.sha256(f"{program}\0{status.st_mtime_ns}\0{status.st_size}".encode()).hexdigest()[:32]
    kept = cache_dir() / "stedgeai" / f"{key}.json"
    try:
        text = str(json.loads(kept.read_bytes())["text"])
    except (OSError, ValueError, KeyError, TypeError):
        text = ask_version(program)
        with suppress(OSError):
            write_if_changed(kept, json.dumps({"text": text}))
    return Tool(program, root, check_version(text, program), text)


def ask_version(program: Path) -> str:
    """The line with the version that `stedgeai --version` prints. Raises IngotError."""
    try:
        done = subprocess.run(
            [str(program), "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=VERSION_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise IngotError(f"does not start: {error}", where=str(program), remedy=REMEDY) from None
    lines = [line.strip() for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip()]
    for line in sorted(lines, key=lambda line: "edge" not in line.lower()):  # not the STM32CubeAI pack's number
        if parse_version(line):
            return line
    raise IngotError(
        f"`{PROGRAM} --version` ended with status {done.returncode} and names no version: {' | '.join(lines[-3:])}",
        where=str(program),
        remedy=REMEDY,
    )


def check_version(text: str, program: Path) -> Version:
    """The version, if Ingot knows how to drive it. Raises IngotError."""
    version = parse_version(text)
    if version is None or not OLDEST <= version < NEWEST:
        raise IngotError(
            f"this is ST Edge AI Core {version or text}; Ingot drives {OLDEST.series} to {NEWEST.major - 1}.x",
            where=str(program),
            remedy="Install another version, or generate by hand and build with compiler=prebuilt.",
        )
    return version
