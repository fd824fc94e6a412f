# SPDX-License-Identifier: Apache-2.0
"""Where tensors lie in the NPU's memory: first fit by lifetime, no two that live at the same time overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.st.npu.codegen.units import SPARE

#: Buffers begin at a multiple of so many bytes.
STEP = 256


@dataclass(frozen=True)
class Life:
    """A buffer: bytes, and the first and the last operator that needs it."""

    bytes: int
    first: int
    last: int


Key = tuple[int, str]


def placed(lives: Mapping[Key, Life], ram: tuple[int, int]) -> dict[Key, int]:
    """(tensor, format) -> address. ram: its first byte and the one behind its last; a multiple of 256 and any.

    Raises IngotError when they do not fit.
    """
    found: dict[Key, int] = {}
    for key in sorted(lives, key=lambda key: (-lives[key].bytes, lives[key].first, key)):
        life = lives[key]
        taken = sorted((found[other], _end(found[other], lives[other])) for other in found if _meet(life, lives[other]))
        found[key] = _gap(life, taken, ram)
    return found


def _end(address: int, life: Life) -> int:
    return address + life.bytes + SPARE


def _meet(one: Life, other: Life) -> bool:
    return one.first <= other.last and other.first <= one.last


def _gap(life: Life, taken: Iterable[tuple[int, int]], ram: tuple[int, int]) -> int:
    address = ram[0]
    for start, end in taken:
        if _end(address, life) <= start:
            break
        address = max(address, -(-end // STEP) * STEP)
    if _end(address, life) > ram[1]:
        raise IngotError(
            f"tensors of the NPU's layers need more than the {ram[1] - ram[0]:,} bytes of its memory",
            remedy="Take a smaller model or input; in a build, npu=0 leaves it to the CPU.",
        )
    return address
