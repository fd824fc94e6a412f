# SPDX-License-Identifier: Apache-2.0
"""The loader of the firmware, compiled for the host with both sanitizers."""

from __future__ import annotations

import functools
import re
import struct
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.board import NO_ALIASES, Aliases
from ingot.image.check import RULES, check_image
from ingot.image.self_test import SelfTest, with_self_test
from ingot.image.subject import Machine
from ingot.link import toolchain
from ingot.link.sources import application_extras
from support.images import POOLS_AT, cleared, make_image, relocated, sealed
from support.st_network import BLOB, container

RUNTIME = toolchain.ROOT / "firmware" / "runtime"
FIXTURE = toolchain.ROOT / "tests" / "firmware" / "fixture" / "loader_mutations.c"
_CODE = re.compile(r"(-\d+) (\d+) (.*)")


@dataclass(frozen=True)
class Mutations:
    """accepted, refused: how many. codes: count by text."""

    accepted: int
    refused: int
    codes: dict[str, int]


def runtime_sources() -> list[Path]:
    """The loader and what it calls; no Ed25519, which is an option."""
    asked = application_extras(toolchain.ROOT / "firmware/apps/model_host")["sources"]
    names = [name for name in asked if name.startswith("firmware/runtime/") and "ed25519" not in name]
    more = ("ingot_initializer.c", "ingot_initializer_refused.c", "ingot_console.c", "ingot_stop.c")
    return [*(toolchain.ROOT / name for name in names), *(RUNTIME / name for name in more)]


@functools.cache
def loader() -> Path:
    """The program: see the comment in loader_mutations.c."""
    target = Path(tempfile.mkdtemp(prefix="ingot-test-loader-")) / "loader"
    flags = ["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    flags += ["-fno-sanitize-recover=all", "-DLL_ATON_RT_RELOC", "-DLL_ATON_EB_DBG_INFO", f"-I{RUNTIME}"]
    files = [str(file) for file in (FIXTURE, *runtime_sources())]
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


# ---- The same verdict on the host ----

#: Host of the tests: the constants of ingot_reloc_port.h.
MACHINE = Machine(cpu=0xD22)


@dataclass
class Verdicts:
    """accepted, refused: by both. differences: verdicts that are not the same, or not for the same reason."""

    accepted: int = 0
    refused: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


#: Of inputs that are stored, and no multiple of 8 bytes.
SELF_TEST = SelfTest(13, 4, bytes(range(32)), inputs=bytes(range(13)))


def verdict_samples() -> dict[str, tuple[bytes, bytes | None]]:
    """Sealed images to mutate: with every kind of pool, split, without params, with blobs in front of the params, with
    a self-test behind them.
    """
    params = bytes(range(200))
    blobs = [container({"xSPI2": [0, 3], "npuRAM3": [1]}, 6), struct.pack("<3I", BLOB, 1, 7)]
    lead = b"".join(part + bytes(-len(part) % 8) for part in blobs)
    made = make_image([relocated(0, 120), cleared(POOLS_AT, 64)], bytes(128))
    led = replace(made, params=lead + made.params)
    split = make_image([relocated(0, 120), cleared(POOLS_AT, 64)], bytes(128), split=True)
    return {
        "whole": (sealed(make_image().to_bytes()), None),
        "split": (sealed(make_image(split=True).to_bytes(), params=params), params),
        "no params": (sealed(make_image([cleared(POOLS_AT, 64)], b"").to_bytes()), None),
        "blobs": (sealed(led.to_bytes()), None),
        "self-test": (with_self_test(sealed(led.to_bytes()), "sample", SELF_TEST), None),
        "split blobs": (sealed(split.to_bytes(), params=lead + bytes(128)), lead + bytes(128)),
    }


def same_verdicts(sample: str, mutations: int, seed: int) -> Verdicts:
    """Mutates a sample in C, installs each there under the sanitizers, and checks the same bytes on the host."""
    image, params = verdict_samples()[sample]
    names = refusal_names()
    found = Verdicts()
    with tempfile.TemporaryDirectory(prefix="ingot-test-") as folder:
        file, second, said = (Path(folder, name) for name in ("image.bin", "params.bin", "stderr"))
        file.write_bytes(image)
        second.write_bytes(params or b"")
        words = [loader(), file, "-" if params is None else second, mutations, seed, "records"]
        with (
            said.open("wb") as errors,
            subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=errors) as process,
        ):
            assert process.stdout is not None
            while head := process.stdout.read(12):
                size, second_size, code = struct.unpack("<IIi", head)
                content, behind = process.stdout.read(size), process.stdout.read(second_size)
                compare_verdicts(content, behind, names[code], found)
        assert process.returncode == 0, said.read_text(errors="replace")[-3000:]
    return found


def compare_verdicts(content: bytes, params: bytes, loader_says: str, found: Verdicts) -> None:
    """loader_says: name of a refusal, "" for none."""
    try:
        findings = check_image(content, "image", params, machine=MACHINE)
    except IngotError as error:
        failed, allowed, why = True, None, str(error)
    else:
        broken = [item.rule for item in findings if not item.passed and RULES[item.rule].refusals]
        failed, why = bool(broken), "; ".join(broken)
        allowed = {name for rule in broken for name in RULES[rule].refusals}
    found.codes[loader_says or "installed"] += 1
    same_reason = allowed is None or not failed or loader_says in allowed | {"CUT", "NO_IMAGE"}
    if failed != bool(loader_says) or not same_reason:
        found.differences.append(f"loader: {loader_says or 'installs it'}; host: {why or 'accepts it'}")
    elif failed:
        found.refused += 1
    else:
        found.accepted += 1


@functools.cache
def refusal_names() -> dict[int, str]:
    """The loader's codes; 0: ""."""
    listed = re.findall(r'X\((\w+), "[^"]+"\)', (RUNTIME / "ingot_reloc.h").read_text())
    return {0: ""} | {-100 - number: name for number, name in enumerate(listed)}
