# SPDX-License-Identifier: Apache-2.0
"""The loader of the firmware, compiled for the host with both sanitizers."""

from __future__ import annotations

import functools
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingot.board import NO_ALIASES, Aliases
from ingot.link import toolchain
from ingot.link.sources import application_extras

RUNTIME = toolchain.ROOT / "firmware" / "runtime"
FIXTURE = toolchain.ROOT / "tests" / "firmware" / "fixture" / "loader_mutations.c"
_CODE = re.compile(r"(-\d+) (\d+) (.*)")


@dataclass(frozen=True)
class Mutations:
    """accepted, refused: how many. codes: count by text."""

    accepted: int
    refused: int
    codes: dict[str, int]


@functools.cache
def loader() -> Path:
    """The program: see the comment in loader_mutations.c."""
    target = Path(tempfile.mkdtemp(prefix="ingot-test-loader-")) / "loader"
    sources = [
        toolchain.ROOT / name
        for name in application_extras(toolchain.ROOT / "firmware/apps/model_host")["sources"]
        if name.startswith("firmware/runtime/")
    ]
    more = ("ingot_initializer.c", "ingot_initializer_refused.c", "ingot_console.c", "ingot_stop.c")
    flags = ["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    flags += ["-fno-sanitize-recover=all", "-DLL_ATON_RT_RELOC", "-DLL_ATON_EB_DBG_INFO", f"-I{RUNTIME}"]
    files = [str(file) for file in (FIXTURE, *sources, *(RUNTIME / name for name in more))]
    subprocess.run(["gcc", *flags, *files, "-o", str(target)], check=True)
    return target


def mutate(image: bytes, mutations: int, seed: int, kind: str, params: bytes | None = None) -> Mutations:
    """Runs the mutations; a violation or a crash fails the test with what the program printed."""
    done = _run(image, mutations, seed, kind, params)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    lines = done.stdout.splitlines()
    codes = {match[3]: int(match[2]) for match in map(_CODE.fullmatch, lines) if match}
    return Mutations(int(lines[0].split()[1]), int(lines[1].split()[1]), codes)


def verdict(
    image: bytes,
    kind: str = "bare",
    params: bytes | None = None,
    *,
    mode: int | None = None,
    exec_ram: int | None = None,
    ext_ram: int | None = None,
    params_at: int | None = None,
    aliases: Aliases = NO_ALIASES,
) -> str:
    """What the loader says to an image: "" when it installs it, else why not.

    mode, addresses: for the usual ones. aliases: of the chip that the host plays.
    """
    config = ["-" if value is None else f"{value:x}" for value in (mode, exec_ram, ext_ram, params_at)]
    for item in aliases.items:
        config += [f"{value:x}" for value in (*item.addresses, item.alias_of)]
    done = _run(image, 0, 1, kind, params, config)
    assert not done.stderr, done.stderr[-3000:]
    if done.returncode == 0:
        return ""
    return done.stdout.strip().removeprefix("the image itself was refused: ")


def _run(
    image: bytes, mutations: int, seed: int, kind: str, params: bytes | None, config: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory(prefix="ingot-test-") as folder:
        file, second = Path(folder, "image.bin"), Path(folder, "params.bin")
        file.write_bytes(image)
        if params is not None:
            second.write_bytes(params)
        words = [loader(), file, "-" if params is None else second, str(mutations), str(seed), kind, *config]
        return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300)
