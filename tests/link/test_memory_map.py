# SPDX-License-Identifier: Apache-2.0
"""The memory map as people and programs read it."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from ingot.link.check import check
from ingot.link.memory_map import MemoryMap, Usage, memory_map_json, memory_map_text, summarize
from ingot.network.types import Initializer, NetworkPool
from support.boards import OCTO, RAM, small_board, small_network, small_pools
from support.elf_builder import ALLOC, EXEC, NOBITS, PROGBITS, WRITE, R, Section, Segment, W, write_elf

LOAD = 0x34000400

EXPECTED = """\
Memory map of small: a board for tests
Network network: a model

Application RAM 0x34000400-0x3400FFFF: 4,096 of 64,512 bytes used, 60,416 free
  psram 0x90080000-0x900FFFFF: 0 of 524,288 bytes used, 524,288 free

sram (ram) 0x34000000-0x34027FFF  160 KiB, 8,120 bytes used (5.0 %)
  range                          bytes         used  owner
  0x34000000-0x340003FF          1,024        1,024  application: boot header
  0x34000400-0x3400043F             64           64  application: section '.text'
  0x34000440-0x340013FF          4,032        4,032  application: section '.bss'
  0x34001400-0x3400FFFF         60,416            0  free
  0x34010000-0x3401FFFF         65,536        3,000  network: pool 'ram'
  0x34020000-0x34023FFF         16,384            0  free, for the network only
  0x34024000-0x34027FFF         16,384            0  reserved

flash (flash) 0x70000000-0x700FFFFF  1 MiB, 3,088 bytes used (0.3 %)
  range                          bytes         used  owner
  0x70000000-0x7000FFFF         65,536        1,088  flash: slot 'application'
    0x70000000-0x7000043F        1,088                 signed application
  0x70010000-0x7004FFFF        262,144        2,000  network: pool 'octo'
    0x70010000-0x700107CF        2,000                 weights network_atonbuf.OCTO.raw
  0x70050000-0x7007FFFF        196,608            0  free
  0x70080000-0x700BFFFF        262,144            0  flash: slot 'network'
  0x700C0000-0x700FFFFF        262,144            0  free

psram (ram) 0x90000000-0x900FFFFF  1 MiB, 0 bytes used (0.0 %)
  range                          bytes         used  owner
  0x90000000-0x9007FFFF        524,288            0  network: pool 'hyper'
  0x90080000-0x900FFFFF        524,288            0  free
"""


@pytest.fixture
def memory_map(tmp_path: Path) -> MemoryMap:
    vectors = (LOAD + 0x1000).to_bytes(4, "little") + (LOAD + 9).to_bytes(4, "little")
    elf = write_elf(
        tmp_path / "firmware.elf",
        [Segment(LOAD, vectors + bytes(56)), Segment(LOAD + 64, memory_size=0x1000 - 64, flags=R | W)],
        [
            Section(".text", LOAD, 64, PROGBITS, ALLOC | EXEC),
            Section(".bss", LOAD + 64, 0x1000 - 64, NOBITS, ALLOC | WRITE),
        ],
    )
    raw = bytes(2000)
    (tmp_path / "network_atonbuf.OCTO.raw").write_bytes(raw)
    network = small_network(
        pools=(
            NetworkPool("ram", "RAM", RAM.base, RAM.size, 3000, "ACC_WRITE"),
            NetworkPool("octo", "OCTO", OCTO.base, OCTO.size, 2000, "ACC_READ"),
        ),
        initializers=(Initializer("octo", "network_atonbuf.OCTO.raw", OCTO.base, 2000, zlib.crc32(raw)),),
    )
    return check(small_board(tmp_path), small_pools(), network, elf, tmp_path)


def test_text(memory_map: MemoryMap) -> None:
    assert memory_map_text(memory_map) == EXPECTED


def test_every_byte_of_every_memory_is_in_one_row(memory_map: MemoryMap) -> None:
    sizes: dict[str, int] = {}
    for block in memory_map_text(memory_map).split("\n\n")[2:]:
        name, *rows = block.splitlines()
        sizes[name.split()[0]] = sum(
            int(row.split()[1].replace(",", "")) for row in rows[1:] if not row.startswith("    ")
        )
    assert sizes == {name: memory_map.board.memory(name).size for name in memory_map.board.memory_names}


def test_summary(memory_map: MemoryMap) -> None:
    summary = summarize(memory_map)
    assert [(pool.name, pool.used, pool.free) for pool in summary.pools] == [
        ("ram", 3000, 65536 - 3000),
        ("octo", 2000, 262144 - 2000),
        ("hyper", 0, 524288),
    ]
    assert [(slot.name, slot.used) for slot in summary.slots] == [("application", 1088), ("network", 0)]
    assert summary.application == (
        Usage("ram", memory_map.application, 4096),
        Usage("psram", memory_map.extra[0][1], 0),
    )
    assert summary.weights == 2000


def test_json(memory_map: MemoryMap) -> None:
    data = json.loads(json.dumps(memory_map_json(memory_map)))
    assert (data["board"], data["twin"], data["weights"]) == ("small", False, 2000)
    assert data["application"][0] == {"name": "ram", "start": LOAD, "end": 0x34010000, "used": 4096, "free": 60416}
    octo = next(claim for claim in data["claims"] if claim["name"] == "pool 'octo'")
    assert octo["parts"] == [
        {
            "owner": "network",
            "name": "weights network_atonbuf.OCTO.raw",
            "start": OCTO.base,
            "end": 0x70010000 + 2000,
            "used": 2000,
            "parts": [],
        }
    ]
