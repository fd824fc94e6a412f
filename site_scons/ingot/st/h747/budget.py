# SPDX-License-Identifier: Apache-2.0
"""Where activations and image buffers go: bytes, alignment, and what the application itself takes, all counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ingot.base.errors import IngotError
from ingot.board import Board
from ingot.board.ranges import Range, size_text
from ingot.network.types import Network, NetworkPool
from ingot.st.h747.camera import Camera

ALIGN = 32  # bytes: a line of the data cache
#: memory of the board -> suffix of the application's sections.
SUFFIXES = {"dtcm": "DTCMRAM", "axiram": "AXIRAM", "sdram": "SDRAM"}
#: What ST's applications take where no ELF file says it: data, bss, heap and stack in AXIRAM (512 KiB less the smallest
#: of ST's hand-set budgets, 415 decimal KB); stack and heap in DTCM (8 of 128 KiB); display buffers in SDRAM.
FOOTPRINT = {"axiram": 512 * 1024 - 415_000, "dtcm": 8 * 1024, "sdram": (8 << 20) + 800 * 480 * 4}


@dataclass(frozen=True)
class Placed:
    """A buffer in a memory. number: of the activation buffer as network_data.h counts (from 1), 0 for images.

    size: bytes used; room: with its alignment.
    """

    name: str
    memory: str
    size: int
    number: int = 0

    @property
    def room(self) -> int:
        return -(-self.size // ALIGN) * ALIGN

    @property
    def section(self) -> str:
        suffix = SUFFIXES[self.memory]
        return f".{self.name}" if self.number else f".{self.name}_{suffix}"


@dataclass(frozen=True)
class Budget:
    """activations: in the order of network_data.h. input_number: the one that holds the input, and its size.

    left: bytes left by memory.
    """

    activations: tuple[Placed, ...]
    captured: Placed
    rescaled: Placed
    input_number: int
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def placed(self) -> tuple[Placed, ...]:
        return (*self.activations, self.captured, self.rescaled)


def make_budget(board: Board, network: Network, camera: Camera, footprint: Mapping[str, int] | None = None) -> Budget:
    """Places everything. footprint: bytes that the application takes by memory (see FOOTPRINT).

    Activations are where the network's pools are; images go to AXIRAM while it lasts, then to SDRAM, captured first.
    Raises IngotError when a memory is too small, or the input is in no activation buffer.
    """
    taken = dict(FOOTPRINT if footprint is None else footprint)
    left = {name: board.memory(name).size - taken.get(name, 0) for name in SUFFIXES if board.banks(name)}
    activations: list[Placed] = []
    for number, pool in enumerate(activation_pools(network), 1):
        memory = memory_of(board, pool)
        item = Placed(f"NN_Activation_Buffer_{SUFFIXES[memory]}", memory, pool.used, number)
        if any(other.memory == memory for other in activations):
            raise IngotError(
                f"two activation pools are in '{memory}'",
                where=f"pool '{pool.name}'",
                remedy="Give the network one pool a memory.",
            )
        activations.append(item)
        _take(board, left, taken, item)
    images = []
    for name, size in (("CapturedImage_Buffer", camera.captured), ("RescaledImage_Buffer", camera.rescaled)):
        item = Placed(name, "axiram", size)
        if item.room > left["axiram"]:
            item = Placed(name, "sdram", size)
        _take(board, left, taken, item)
        images.append(item)
    captured, rescaled = images
    return Budget(tuple(activations), captured, rescaled, _input_number(network), left)


def activation_pools(network: Network) -> list[NetworkPool]:
    """The pools with activations, in the network's own order: that of AI_ACTIVATION_1, _2 and so on."""
    return [pool for pool in network.pools if pool.rights == "ACC_WRITE" and pool.used and not pool.virtual]


def memory_of(board: Board, pool: NetworkPool) -> str:
    """The board's memory of a pool: by address, else by name; the single heap of a network without pools is AXIRAM."""
    region = board.region_at(pool.base) if pool.base else None
    if region is not None and region.memory in SUFFIXES:
        return region.memory
    name = pool.name.lower()
    for memory, suffix in SUFFIXES.items():
        if name in (memory, suffix.lower()):
            return memory
    if pool.name == "heap_overlay_pool":
        return "axiram"
    raise IngotError(
        f"pool '{pool.name}' is in no memory that the application has sections for",
        where="network description",
        remedy=f"Use pools in: {', '.join(SUFFIXES)}.",
    )


def _take(board: Board, left: dict[str, int], taken: Mapping[str, int], item: Placed) -> None:
    left[item.memory] -= item.room
    if left[item.memory] < 0:
        whole = board.memory(item.memory).size
        raise IngotError(
            f"'{item.name}' of {item.room:,} bytes does not fit '{item.memory}': {-left[item.memory]:,} bytes too many "
            f"of {size_text(whole)}, {taken.get(item.memory, 0):,} of which are the application's",
            where=str(board.path),
            remedy="Take a smaller model, or give its activations a pool in SDRAM too.",
        )


def _input_number(network: Network) -> int:
    """Which activation buffer holds the input. Raises IngotError when it is in none."""
    source = network.inputs[0]
    for number, pool in enumerate(activation_pools(network), 1):
        if pool.name == source.pool:
            return number
    raise IngotError(
        f"the input '{source.name}' is in no activation buffer",
        where="network description",
        remedy="Generate with --allocate-inputs (compiler=stedgeai does).",
    )


class Occupied(Protocol):
    """Memory that something of a linked program occupies, such as ingot.link.elf.Part."""

    @property
    def name(self) -> str: ...

    @property
    def memory(self) -> Range: ...


def footprint_of(parts: Iterable[Occupied], board: Board) -> dict[str, int]:
    """What an application takes by memory: its sections, without those that are placed here (their old sizes).

    parts: of the linked application (ingot.link.elf.read_elf).
    """
    old = tuple(
        f"section '.{name}" for name in ("NN_Activation_Buffer", "CapturedImage_Buffer", "RescaledImage_Buffer")
    )
    taken = dict.fromkeys(SUFFIXES, 0)
    for part in parts:
        region = board.region_at(part.memory.start)
        if region is None or region.memory not in taken or part.name.startswith(old):
            continue
        taken[region.memory] += -(-part.memory.size // ALIGN) * ALIGN
    return taken
