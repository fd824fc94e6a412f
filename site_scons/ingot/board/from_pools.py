# SPDX-License-Identifier: Apache-2.0
"""A board that fits a .mpool file of ST's: `ingot board new NAME --pools FILE.mpool`.

What a pool file of ST's application repositories says may contradict the board it is begun from: its flash pool covers
the slots of relocatable images, and may end past the chip. Slots that a pool covers are taken out, and said in a
comment; a pool past its chip stays in the file, where Ingot counts the bytes that the chip has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.board import Board, Slot, load_board
from ingot.board.fit import load_pools, place_pools, within_chips
from ingot.board.mpool import Mpool
from ingot.board.mpool_reading import read_mpool


def fit_pools(written: Sequence[Path], pools: Path) -> Path:
    """Gives a new board the pools of another file, which is copied beside its board.yaml; returns the copy.

    written: the board's files so far, its board.yaml first.
    Raises IngotError for pools that the board cannot have, and when the application's own slot is covered; the new
    files are removed then.
    """
    board_file = written[0]
    copy = board_file.with_name(pools.name)
    try:
        content = pools.read_bytes()
        board = load_board(board_file)
        text = fitted(board, board_file.read_text(), within_chips(board, place_pools(board, read_mpool(pools))))
        write_if_changed(copy, content)
        write_if_changed(board_file, text)
        load_pools(load_board(board_file))
    except OSError as error:
        _remove(*written, copy)
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(pools)) from error
    except IngotError as error:
        _remove(*written, copy)
        where = error.where.replace(str(copy), str(pools))
        raise IngotError(error.what, where=where, remedy=error.remedy) from None
    return copy


def _remove(*files: Path) -> None:
    """Removes what was written, and the folder where it was alone."""
    for file in files:
        file.unlink(missing_ok=True)
    if not any(files[0].parent.iterdir()):
        files[0].parent.rmdir()


def fitted(board: Board, text: str, mpool: Mpool) -> str:
    """The text of the board's file with the pools' name, and with a comment in place of each slot that they cover."""
    text = re.sub(r"(?m)^pools: .*$", f"pools: {mpool.path.name}", text, count=1)
    for slot, pool in covered_slots(board, mpool):
        if slot.name == board.application_slot:
            raise IngotError(
                f"pool '{pool}' covers flash slot '{slot.name}' {slot.range}, where the application is",
                where=str(mpool.path),
                remedy="Begin the pool behind the application, or begin with another board (--from).",
            )
        comment = f"  # {slot.name} {slot.range}: not here, pool '{pool}' of {mpool.path.name} covers it.\n"
        line = re.compile(rf"(?m)^ *- *\{{ *name: *{re.escape(slot.name)} *,.*\}} *\n")
        if not line.search(text):
            raise IngotError(
                f"pool '{pool}' covers flash slot '{slot.name}' {slot.range}, which is not on a line of its own",
                where=str(board.path),
                remedy="Remove that slot from the board that this one begins with.",
            )
        text = line.sub(comment.replace("\\", r"\\"), text, count=1)
    return _without_update(board, text, {slot.name for slot, _ in covered_slots(board, mpool)})


def _without_update(board: Board, text: str, gone: set[str]) -> str:
    """The text without the update of models, when one of its slots is gone: the others serve nothing else."""
    lost = [name for name in board.update_names if name in gone]
    if not lost:
        return text
    text = re.sub(r"(?m)^ *update: .*$", f"  # update: not here, it needs slot {lost[0]}.", text, count=1)
    for name in board.update_names[1:]:
        text = re.sub(rf"(?m)^ *- *\{{ *name: *{re.escape(name)} *,.*\}} *\n", "", text, count=1)
    return text


def covered_slots(board: Board, mpool: Mpool) -> list[tuple[Slot, str]]:
    """(slot, name of the pool) for each flash slot that has a byte in common with a pool."""
    return [
        (slot, next(pool.name for pool in covering))
        for slot in board.slots
        if (
            covering := [
                pool
                for pool in mpool.enabled
                if pool.base is not None and board.bytes_of(pool.range).overlaps(board.bytes_of(slot.range))
            ]
        )
    ]
