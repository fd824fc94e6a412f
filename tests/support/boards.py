# SPDX-License-Identifier: Apache-2.0
"""A small board for tests, with one thing of each kind, and variants of it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from ingot.board import Board, Mpool, Pool, load_board
from ingot.network.types import Initializer, Network, NetworkBuffer, NetworkPool

KIB = 1 << 10

SMALL: dict[str, Any] = {
    "name": "small",
    "title": "a board for tests",
    "cpu": {"core": "cortex-m55"},
    "memories": [
        {
            "name": "sram",
            "kind": "ram",
            "base": 0x34000000,
            "banks": [
                {"name": "bank1", "size": "64 KiB", "owners": ["application", "network"]},
                {"name": "bank2", "size": "64 KiB", "owners": ["network", "application"]},
                {"name": "cache", "size": "16 KiB", "owners": ["network"]},
                {"name": "secret", "size": "16 KiB", "owners": []},
            ],
        },
        {
            "name": "flash",
            "kind": "flash",
            "base": 0x70000000,
            "size": "1 MiB",
            "owners": ["application", "network"],
        },
        {"name": "psram", "kind": "ram", "base": 0x90000000, "size": "1 MiB", "owners": ["network", "application"]},
    ],
    "application": {"code": "sram", "data": "sram", "header": "1 KiB", "slot": "application"},
    "stack": "2 KiB",
    "heap": "64 B",
    "pools": "small.mpool",
    "flash": {
        "memory": "flash",
        "slots": [
            {"name": "application", "offset": 0x0, "size": "64 KiB"},
            {"name": "network", "offset": 0x80000, "size": "256 KiB"},
        ],
    },
    "twin": {
        "machine": "mps3-an547",
        "boot_stub": {"base": 0, "size": "1 KiB"},
        "memories": {"sram": {"base": 0x31000000, "size": "144 KiB"}},
    },
}

#: For "aliases": the two views that TrustZone chips such as STM32N6 have of internal memory.
BIT_28 = [
    {"base": 0x00000000, "size": "256 MiB", "alias_of": 0x10000000},
    {"base": 0x20000000, "size": "256 MiB", "alias_of": 0x30000000},
]

RAM = Pool("ram", "RAM", 0x34010000, 64 * KIB, throughput="HIGH", latency="LOW")
HYPER = Pool("hyper", "HYPER", 0x90000000, 512 * KIB, latency="HIGH", cacheable=True)
OCTO = Pool("octo", "OCTO", 0x70010000, 256 * KIB, "ACC_READ", latency="HIGH", constants_preferred=True)


def small_data() -> dict[str, Any]:
    """The content of its board.yaml, to be changed at will."""
    return copy.deepcopy(SMALL)


def write_board(folder: Path, data: dict[str, Any]) -> Path:
    """Writes a board.yaml."""
    file = folder / "board.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    return file


def small_board(folder: Path, data: dict[str, Any] | None = None) -> Board:
    """The board, or one made of other data."""
    return load_board(write_board(folder, small_data() if data is None else data))


def small_pools(*pools: Pool) -> Mpool:
    """Its pools, or others."""
    return Mpool(pools or (RAM, HYPER, OCTO), path=Path("small.mpool"))


def small_network(
    pools: tuple[NetworkPool, ...] = (),
    buffers: tuple[NetworkBuffer, ...] = (),
    initializers: tuple[Initializer, ...] = (),
) -> Network:
    """A network that says nothing but where its bytes are."""
    return Network("network", "a model", "0" * 64, "builtin", "1", pools, buffers, (), (), initializers)
