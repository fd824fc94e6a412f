# SPDX-License-Identifier: Apache-2.0
"""What files of one repository say against each other: addresses by file and line.

Files belong together when they name the same board: ST's repositories have the board's name in the path
(STM32N6570-DK, NUCLEO-N657X0-Q). Files without such a name belong to all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingot.adopt.survey import Survey, first_hex_address
from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import Mpool, Pool, Range, find_board, load_board
from ingot.st.prebuilt.network_c import parse_network_c
from ingot.st.prebuilt.source_network import network_of_source
from ingot.use_cases.config_check import check_config

#: What ST's board is called in a path -> Ingot's board like it, and a short name for one that is made of it.
BOARDS = {"STM32N6570-DK": ("n6dk", "dk"), "NUCLEO-N657X0-Q": ("nucleo-n657", "nucleo")}
_BOARD = re.compile(r"(?:STM32|NUCLEO-|B-)[A-Z0-9-]+")
#: Where secure addresses of STM32N6's memories have their non-secure view.
_SECURE, _VIEW = 0x10000000, (0x34000000, 0x34420000)
#: Slot of ST's applications, for which a script's addresses count as those of weights.
_FLASH = range(0x70000000, 0x80000000)


def board_of(path: Path | str) -> str:
    """The name of ST's board in a path; "" for none."""
    found = _BOARD.search(str(path))
    return found[0] if found else ""


def together(first: Path | str, second: Path | str) -> bool:
    return not board_of(first) or not board_of(second) or board_of(first) == board_of(second)


def contradictions(known: Survey) -> Iterator[str]:
    """A line each: who says what, and who says otherwise."""
    for path, mpool in known.pools.items():
        yield from _past_chip(known, path, mpool)
        yield from _regions(known, path, mpool)
        yield from _weights(known, path, mpool)
    for output in known.of("network"):
        yield from _headers(known, output)


def _past_chip(known: Survey, path: Path, mpool: Mpool) -> Iterator[str]:
    """Pools that end behind the memory that they begin in, on a board that Ingot knows."""
    name = BOARDS.get(board_of(path), ("", ""))[0]
    if not name:
        return
    board = load_board(find_board(name, ROOT / "boards"))
    for pool in mpool.enabled:
        region = board.region_at(pool.base) if pool.base is not None else None
        if region is not None and pool.range.end > region.range.end:
            yield (
                f"{_place(known, mpool, pool)}: pool '{pool.name}' {pool.range} ends "
                f"{pool.range.end - region.range.end:,} bytes behind {board_of(path)}'s '{region.name}' {region.range}"
            )


def _regions(known: Survey, path: Path, mpool: Mpool) -> Iterator[str]:
    """Memories of linker scripts that reach into pools."""
    for script, regions in known.regions.items():
        if not together(path, script):
            continue
        for region in regions:
            for pool in mpool.enabled:
                if pool.base is not None and (common := _common(region.range, pool.range)):
                    yield (
                        f"{region.where}: memory '{region.name}' {region.range} and pool '{pool.name}' {pool.range} "
                        f"({_place(known, mpool, pool)}) share {common:,} bytes"
                    )


def _common(first: Range, second: Range) -> int:
    low, high = (_secure(item) for item in (first, second))
    return low.common_addresses(high).size


def _secure(item: Range) -> Range:
    """The same bytes by their secure address."""
    moved = item.moved(_SECURE)
    return moved if _VIEW[0] <= moved.start < _VIEW[1] else item


def _weights(known: Survey, path: Path, mpool: Mpool) -> Iterator[str]:
    """Weights as .hex that do not begin in a pool of that board."""
    flash = [pool for pool in mpool.enabled if pool.base is not None and pool.base in _FLASH]
    for file in known.of("weights"):
        address = first_hex_address(known.root / file) if together(path, file) else None
        if address is None or not flash or any(p.range.start <= address < p.range.end for p in flash):
            continue
        names = ", ".join(f"'{pool.name}' {pool.range}" for pool in flash)
        yield f"{file}: begins at 0x{address:08X}, which is in no pool of {path} ({names})"
    for address, places in known.addresses.items():
        for place in places:
            line = _line(known, place)
            weights = "change-addresses" in line and "data" in line and together(path, place)
            if weights and flash and all(pool.base != address for pool in flash):
                yield (
                    f"{place}: weights go to 0x{address:08X}, pool '{flash[0].name}' begins at 0x{flash[0].base:08X} "
                    f"({_place(known, mpool, flash[0])})"
                )


def _line(known: Survey, place: str) -> str:
    file, _, number = place.rpartition(":")
    return (known.root / file).read_text(encoding="utf-8", errors="replace").splitlines()[int(number) - 1]


def _place(known: Survey, mpool: Mpool, pool: Pool) -> str:
    """file:line of a pool, from the repository's folder."""
    return mpool.where(pool).replace(f"{known.root}/", "")


def _headers(known: Survey, output: Path) -> Iterator[str]:
    """app_config.h files of the same board that are not the network's."""
    headers = [header for header in known.of("application header") if together(output, header)]
    if not headers:
        return
    try:
        text = (known.root / output).read_text(encoding="utf-8", errors="replace")
        network = network_of_source(parse_network_c(text), str(output))
    except (IngotError, OSError):
        return  # `ingot compile --compiler prebuilt` says what is wrong with it
    for header in headers:
        try:
            check_config(known.root / header, network)
        except IngotError as error:
            yield f"{header}: {error.what} ({output})"
