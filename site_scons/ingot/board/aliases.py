# SPDX-License-Identifier: Apache-2.0
"""Addresses and the bytes behind them.

A chip may show the same bytes at several addresses: on TrustZone chips such as STM32N6, 0x24000000 and 0x34000000 are
the non-secure and the secure view of one RAM. `Aliases` is the one place that maps an address to its physical address;
whether two ranges have bytes in common can be asked of `PhysicalBytes` only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from ingot.base.errors import IngotError
from ingot.base.yamlfile import Document
from ingot.board.cores import machine_named
from ingot.board.ranges import Range, addresses_without, merged_addresses, parse_size

T = TypeVar("T")


@dataclass(frozen=True)
class PhysicalBytes:
    """The bytes that a range of addresses reaches.

    pieces: ranges of physical addresses, sorted, apart from each other; more than one where the addresses cross the end
    of an alias.
    """

    pieces: tuple[Range, ...]

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces)

    def overlaps(self, other: PhysicalBytes) -> bool:
        """Whether both hold a common byte; an empty range holds none."""
        return bool(self.common(other).pieces)

    def contains(self, other: PhysicalBytes) -> bool:
        """Whether each byte of `other` is one of these; true for an empty one."""
        return self.common(other) == other

    def common(self, other: PhysicalBytes) -> PhysicalBytes:
        """The bytes in both."""
        return PhysicalBytes.of(one.common_addresses(two) for one in self.pieces for two in other.pieces)

    @staticmethod
    def of(pieces: Iterable[Range]) -> PhysicalBytes:
        """The bytes at physical addresses."""
        return PhysicalBytes(tuple(merged_addresses(pieces)))

    def __str__(self) -> str:
        return " and ".join(map(str, self.pieces)) or "no bytes"


@dataclass(frozen=True)
class Alias:
    """The byte at addresses.start is the one at alias_of, and so on to the end."""

    addresses: Range
    alias_of: int

    @property
    def offset(self) -> int:
        """Physical address less address."""
        return self.alias_of - self.addresses.start


@dataclass(frozen=True)
class Aliases:
    """All aliases of a chip or emulated machine. An address that is in none of them is a physical address."""

    items: tuple[Alias, ...] = ()

    def physical_address(self, address: int) -> int:
        """The one name of the byte at `address`, whichever view that belongs to."""
        for item in self.items:
            if item.addresses.start <= address < item.addresses.end:
                return address + item.offset
        return address

    def parts(self, addresses: Range) -> list[Range]:
        """The same addresses, cut where an alias begins or ends: each part is one run of physical addresses."""
        edges = {edge for item in self.items for edge in item.addresses if addresses.start < edge < addresses.end}
        cuts = [addresses.start, *sorted(edges), addresses.end]
        return [Range(low, high) for low, high in itertools.pairwise(cuts) if low < high]

    def bytes_of(self, addresses: Range) -> PhysicalBytes:
        """The bytes that these addresses reach."""
        return PhysicalBytes.of(part.moved(self._offset(part)) for part in self.parts(addresses))

    def reaching(self, whole: Range, wanted: PhysicalBytes) -> list[Range]:
        """Those addresses of `whole` that reach one of the wanted bytes, as sorted ranges."""
        return merged_addresses(
            part.moved(self._offset(part)).common_addresses(piece).moved(-self._offset(part))
            for part in self.parts(whole)
            for piece in wanted.pieces
        )

    def without(self, whole: Range, taken: Iterable[Range]) -> list[Range]:
        """Those addresses of `whole` whose byte is in none of the ranges `taken`, as sorted ranges."""
        return addresses_without(
            whole, [found for item in taken for found in self.reaching(whole, self.bytes_of(item))]
        )

    def union(self, ranges: Iterable[Range]) -> PhysicalBytes:
        """The bytes of all ranges, each once."""
        return PhysicalBytes.of(piece for item in ranges for piece in self.bytes_of(item).pieces)

    def first_overlap(self, items: Iterable[T], range_of: Callable[[T], Range]) -> tuple[T, T] | None:
        """The two items with a common byte at the lowest physical address, lower one first; None when all are apart."""
        pieces = [
            (piece, number, item) for number, item in enumerate(items) for piece in self.bytes_of(range_of(item)).pieces
        ]
        pieces.sort(key=lambda entry: entry[:2])
        for (low, _, one), (high, _, other) in itertools.pairwise(pieces):
            if low.common_addresses(high).size:
                return one, other
        return None

    def text(self, addresses: Range) -> str:
        """A range for messages; where it is not made of physical addresses, these follow."""
        physical = self.bytes_of(addresses)
        return str(addresses) if physical.pieces in ((addresses,), ()) else f"{addresses} (alias of {physical})"

    def _offset(self, part: Range) -> int:
        return self.physical_address(part.start) - part.start


NO_ALIASES = Aliases()
"""For what belongs to no board: each address is a physical one."""


def aliases_of_machine(machine: str) -> Aliases:
    """The aliases of an emulated machine."""
    rows = machine_named(machine).aliases
    return Aliases(tuple(Alias(Range(start, start + size), target) for start, size, target in rows))


def aliases_of_document(document: Document) -> Aliases:
    """The list `aliases` of a file. Raises IngotError for one that is beyond 32 bits, or whose bytes are not clear."""
    found: list[Alias] = []
    listed: list[dict[str, Any]] = document.data.get("aliases", [])
    for number, item in enumerate(listed):
        size = parse_size(item["size"])
        found.append(Alias(Range(item["base"], item["base"] + size), item["alias_of"]))
        _check_alias(document, found[-1], number)
    for number, one in enumerate(found):
        target = one.addresses.moved(one.offset)
        for other in found:
            if other is not one and one.addresses.common_addresses(other.addresses).size:
                raise _error(document, f"{one.addresses} and {other.addresses} have common addresses", number)
            if target.common_addresses(other.addresses).size:
                raise _error(
                    document,
                    f"{one.addresses} is an alias of {target}, and there are aliases at {other.addresses}",
                    number,
                    "Name the addresses that are no alias themselves.",
                )
    return Aliases(tuple(sorted(found, key=lambda item: item.addresses)))


def _check_alias(document: Document, alias: Alias, number: int) -> None:
    if not alias.addresses.size:
        raise _error(document, f"the alias at 0x{alias.addresses.start:08X} has no bytes", number)
    for start in (alias.addresses.start, alias.alias_of):
        end = start + alias.addresses.size
        if end > 1 << 32:
            raise _error(document, f"an alias from 0x{start:08X} ends at 0x{end:X}, beyond 32-bit addresses", number)


def _error(document: Document, what: str, number: int, remedy: str = "") -> IngotError:
    return document.error(what, "aliases", number, remedy=remedy)
