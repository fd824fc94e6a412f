# SPDX-License-Identifier: Apache-2.0
"""Stack and heap of a finished firmware, which many linker scripts give by symbols alone.

ST's scripts reserve `_Min_Heap_Size + _Min_Stack_Size` bytes behind .bss in a section `._user_heap_stack`, so that the
link fails when they do not fit; at run time the stack is elsewhere, below `_estack` at the end of the RAM, and the heap
grows from `end`. Others name both ends: `_sheap` and `_eheap`, `__HeapBase` and `__HeapLimit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingot.board import Board, Range
from ingot.link.elf import Elf, Part

STACK_LOWEST = ("_sstack", "__StackLimit", "__stack_limit")
STACK_SIZES = ("_Min_Stack_Size", "__stack_size", "__STACK_SIZE", "Stack_Size")
HEAP_FIRST = ("_sheap", "__HeapBase", "__heap_start", "end", "_end", "__end__")
HEAP_END = ("_eheap", "__HeapLimit", "__heap_end", "__heap_limit")
HEAP_SIZES = ("_Min_Heap_Size", "__heap_size", "__HEAP_SIZE", "Heap_Size")
LEAST = 8  # bytes below the first stack pointer that the first push writes: its alignment


@dataclass(frozen=True)
class Room:
    """Memory that a symbol, not a section, gives to the stack or the heap. name: as messages say it."""

    name: str
    range: Range


def rooms(board: Board, firmware: Elf) -> tuple[list[Part], list[Room]]:
    """The firmware's parts without reservations that stand for a stack elsewhere, and the room of stack and heap.

    A room that lies in a section (.stack, .heap, or .bss in whose end the stack is) is in the map by that section.
    """
    stack, heap = _stack(board, firmware), _heap(firmware)
    parts = list(firmware.parts)
    if stack is not None and not _covered(board, stack.range, parts):
        parts = [part for part in parts if not _is_reservation(part, firmware)]
    return parts, [room for room in (stack, heap) if room is not None and not _covered(board, room.range, parts)]


def own_ram(board: Board, address: int) -> bool:
    """Whether the word at an address is in RAM that the application may own."""
    region = board.region_at(address)
    return region is not None and region.kind == "ram" and "application" in region.owners


def _stack(board: Board, firmware: Elf) -> Room | None:
    """The bytes below the first stack pointer, as many as the symbols say."""
    top = firmware.word(board.load_address, board.aliases)
    if top is None or top < LEAST or not own_ram(board, top - 4):
        return None  # no first stack pointer of this board
    symbols = firmware.symbols
    lowest = [symbols[name] for name in STACK_LOWEST if name in symbols]
    lowest += [top - symbols[name] for name in STACK_SIZES if 0 < symbols.get(name, 0) < top]
    sizes = [board.offset(top, low) for low in lowest]
    size = next((size for size in sizes if LEAST <= size <= 64 << 20), LEAST)
    return Room("stack", Range(top - size, top))


def _heap(firmware: Elf) -> Room | None:
    """From the heap's first byte to where the symbols end it; None when they do not say both."""
    symbols = firmware.symbols
    first = next((symbols[name] for name in HEAP_FIRST if name in symbols), None)
    if first is None:
        return None
    ends = [symbols[name] for name in HEAP_END if name in symbols]
    ends += [first + symbols[name] for name in HEAP_SIZES if name in symbols]
    end = next((end for end in ends if end > first), None)
    return None if end is None or end > 1 << 32 else Room("heap", Range(first, end))


def _is_reservation(part: Part, firmware: Elf) -> bool:
    """Whether a section without bytes only keeps as much room as heap and stack need: ST's `._user_heap_stack`."""
    return part.load is None and "heap" in part.name and "stack" in part.name and "_estack" in firmware.symbols


def _covered(board: Board, room: Range, parts: Iterable[Part] | Sequence[Part]) -> bool:
    """Whether one section of RAM holds the whole room."""
    wanted = board.bytes_of(room)
    return any(part.writable and board.bytes_of(part.memory).contains(wanted) for part in parts)
