# SPDX-License-Identifier: Apache-2.0
"""Boards and pools that this process has read: a build asks for the same ones several times."""

from __future__ import annotations

from pathlib import Path

from ingot.base.files import file_facts
from ingot.board.board import Board
from ingot.board.board_file import load_board
from ingot.board.fit import load_pools
from ingot.board.mpool import Mpool


class _Reading:
    """What was read of a board.yaml, and the files that it came from as they were then."""

    def __init__(self, path: Path) -> None:
        self.board = load_board(path)
        self.pools: Mpool | None = None
        self.facts = self._facts()

    def _facts(self) -> list[object]:
        return [file_facts(path) for path in (*self.board.files, self.board.pools_file)]

    @property
    def stays(self) -> bool:
        return self.facts == self._facts()


_READ: dict[Path, _Reading] = {}


def _reading(path: Path) -> _Reading:
    known = _READ.get(path)
    if known is None or not known.stays:
        known = _READ[path] = _Reading(path)
    return known


def known_board(path: Path) -> Board:
    """What `load_board` gives, read once as long as its files stay. Raises IngotError as that does."""
    return _reading(path).board


def board_and_pools(path: Path) -> tuple[Board, Mpool]:
    """The same with its pools, as `load_pools` gives them."""
    known = _reading(path)
    if known.pools is None:
        known.pools = load_pools(known.board)
    return known.board, known.pools
