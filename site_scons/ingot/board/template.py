# SPDX-License-Identifier: Apache-2.0
"""`ingot board new`: a board of your own, begun as a copy of one that is near it, or as a generic one with a core."""

from __future__ import annotations

import re
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.board import Mpool, Pool, find_board, load_board, mpool_text
from ingot.board.chip import CHIPS
from ingot.board.cores import core_named, core_names, generic_memories, machine_named
from ingot.board.fit import load_pools
from ingot.board.from_pools import fit_pools

KIB = 1 << 10
#: Bytes of a generic board's banks. Each memory of a twin's machine has 4 MiB.
CODE, WEIGHTS, DATA, TENSORS = 512 * KIB, 1536 * KIB, 256 * KIB, 1792 * KIB
CORE_PREFIX = "cortex-"


def new_board(name: str, folder: Path, like: str, known: Path, mpool: Path | None = None) -> list[Path]:
    """Writes folder/board.yaml and its pools, which are valid as they are; returns the files.

    name: of the new board. like: the board to begin with, known: where boards' names are looked up.
    mpool: pools that it must fit (ingot.board.from_pools), None for those of the board it begins with.
    Raises IngotError for a name that is none, or when there is a board already.
    """
    source = load_board(find_board(like, known))
    target = _free_place(name, folder)
    text = source.path.read_text()
    text = re.sub(r"(?m)^name: .*$", f"name: {name}", text, count=1)
    text = re.sub(r"(?m)^title: .*$", f"title: {name}, begun as a copy of {source.name}", text, count=1)
    pools_file = mpool or source.pools_file
    head = f"# {name}: correct the memories first, then the pools in {pools_file.name}; see docs/own-board.md.\n#\n"
    written = [target]
    if source.chip_file is not None and source.chip_file.parent != CHIPS:  # a chip's file of one's own comes along
        written.append(folder / source.chip_file.name)
        write_if_changed(written[-1], source.chip_file.read_bytes())
        text = re.sub(r"(?m)^chip: .*$", f"chip: {source.chip_file.name}", text, count=1)
    write_if_changed(target, head + text)
    if mpool is not None:
        return [*written, fit_pools(written, mpool)]
    written.append(folder / source.pools_file.name)
    write_if_changed(written[-1], source.pools_file.read_bytes())
    load_pools(load_board(target))
    return written


def generic_board(name: str, folder: Path, core: str) -> list[Path]:
    """Writes a board that has nothing but a core, a flash and a RAM, with a twin where QEMU has one; returns the files.

    core: a row of toolchain/cores.json, with or without its "cortex-". Raises IngotError as `new_board` does, and for
    a core that is not in the table.
    """
    from ingot.base.render import render

    row = core_named(full_core_name(core))
    target = _free_place(name, folder)
    pools = folder / f"{name}.mpool"
    flash, ram = generic_memories()
    text = render(
        "generic_board.yaml.j2",
        name=name,
        core=row,
        pools=pools.name,
        flash=flash,
        ram=ram,
        code_size=f"{CODE // KIB} KiB",
        weights_size=f"{WEIGHTS // KIB} KiB",
        data_size=f"{DATA // KIB} KiB",
        tensors_size=f"{TENSORS // KIB} KiB",
        machine=machine_named(row.machine) if row.machine else None,
    )
    tensors = Pool("tensors", "TENSORS", int(ram, 16) + DATA, TENSORS, throughput="HIGH", latency="LOW")
    weights = Pool(
        "weights", "WEIGHTS", int(flash, 16) + CODE, WEIGHTS, "ACC_READ", latency="HIGH", constants_preferred=True
    )
    write_if_changed(target, text)
    write_if_changed(pools, mpool_text(Mpool((tensors, weights), path=pools)))
    load_pools(load_board(target))
    return [target, pools]


def full_core_name(word: str) -> str:
    """`m4` is cortex-m4. Raises IngotError for a core that is not in the table."""
    name = word if word.startswith(CORE_PREFIX) else CORE_PREFIX + word
    if name not in core_names():
        short = ", ".join(known.removeprefix(CORE_PREFIX) for known in core_names())
        raise IngotError(f"there is no core '{word}'", where="--core", remedy=f"The cores are {short}.")
    return name


def _free_place(name: str, folder: Path) -> Path:
    """The board.yaml to write. Raises IngotError."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise IngotError(f"'{name}' cannot be the name of a board", remedy="Use a-z, 0-9, - and _.")
    target = folder / "board.yaml"
    if target.exists():
        raise IngotError("there is a board already", where=str(target), remedy="Name another folder with --out.")
    return target
