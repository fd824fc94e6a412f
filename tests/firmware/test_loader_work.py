# SPDX-License-Identifier: Apache-2.0
"""The loader's work is linear: an image twice as large takes at most 2.2 times as many basic blocks."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.image.image import pack_header, with_layout
from ingot.image.nbin import Segment, address, aligned
from support.host_library import needs_cc
from support.images import cleared, make_image, relocated, sealed
from support.loader import POOLS_AT, RUNTIME, refusal_names, runtime_sources
from support.st_network import BLOB, CONTAINER

pytestmark = needs_cc
MIB = 1 << 20
FIXTURE = Path(__file__).parent / "fixture" / "loader_work.c"


def with_weights(size: int) -> bytes:
    return make_image([relocated(0, size)], bytes(size)).to_bytes()


def with_lead(lead: bytes) -> bytes:
    made = make_image([relocated(0, 64)], bytes(64))
    return replace(made, params=lead + made.params).to_bytes()


def with_blobs(size: int) -> bytes:
    """The smallest containers, one behind the other."""
    table = struct.pack("<4I", 1, 16, 0, 4) + b"p\0\0\0"
    one = struct.pack("<6I", CONTAINER, 24, 0, 0, 24 + len(table), 0) + table + struct.pack("<3I", BLOB, 1, 0)
    return with_lead((one + bytes(-len(one) % 8)) * (size // aligned(len(one))))


def with_long_names(size: int) -> bytes:
    """Entries that share one long name and lists that lie on each other."""
    entries = size // 12
    names = 4 + 12 * entries
    table = struct.pack("<I", entries) + struct.pack("<3I", names, 0, 4) * entries + b"n" * 255 + b"\0"
    head = struct.pack("<6I", CONTAINER, 24, 0, 0, 24 + len(table), 0)
    return with_lead(head + table + struct.pack("<2I", BLOB, 0) + bytes(-(len(head) + len(table)) % 8))


def with_relocations(size: int) -> bytes:
    """One word, relocated very often."""
    made = make_image([cleared(POOLS_AT, 64)], b"")
    header = with_layout(made.header, size // 4, False)
    rom = pack_header(made.layout, header) + made.rom[made.layout.size :]
    return replace(made, header=header, rom=rom, relocations=(address(Segment.RAM, 0),) * (size // 4)).to_bytes()


def with_code(size: int) -> bytes:
    return make_image([cleared(POOLS_AT, 64)], b"", code=bytes(size)).to_bytes()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loader-work")
    flags = ["-std=gnu11", "-O1", "-DLL_ATON_RT_RELOC", "-DLL_ATON_EB_DBG_INFO", f"-I{RUNTIME}"]
    objects = []
    for source in (FIXTURE, *runtime_sources()):
        more = [] if source == FIXTURE else ["-fsanitize-coverage=trace-pc"]
        objects.append(folder / f"{source.stem}.o")
        subprocess.run(["gcc", *flags, *more, "-c", source, "-o", objects[-1]], check=True)
    subprocess.run(["gcc", *objects, "-o", folder / "work"], check=True)
    return folder / "work"


def work(program: Path, image: bytes, folder: Path) -> tuple[str, int]:
    file = folder / "image.bin"
    file.write_bytes(image)
    done = subprocess.run([program, file], capture_output=True, text=True, check=True, timeout=100)
    status, blocks = map(int, done.stdout.split())
    return refusal_names()[status], blocks


KINDS: dict[str, Callable[[int], bytes]] = {
    "weights": with_weights,
    "code": with_code,
    "blobs": with_blobs,
    "names of blobs": with_long_names,
    "relocations": with_relocations,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seal", [True, False])
def test_twice_the_image_is_twice_the_work(kind: str, seal: bool, program: Path, tmp_path: Path) -> None:
    """4 MiB and 8 MiB."""
    found = []
    for size in (4 * MIB, 8 * MIB):
        image = KINDS[kind](size)
        found.append(work(program, sealed(image) if seal else image, tmp_path))
    (status, small), (again, large) = found
    assert status == again == ""
    assert large <= 2.2 * small, f"{large:,} blocks for 8 MiB, {small:,} for 4 MiB"
    print(f"{kind}, {'sealed' if seal else 'bare'}: {small:,} blocks, {large:,}: {large / small:.3f}")
