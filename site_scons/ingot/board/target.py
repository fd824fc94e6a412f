# SPDX-License-Identifier: Apache-2.0
"""What a build compiles for: a board or its emulated twin with its pools.

Below every module of steps, so that each of them can open a board without importing another.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingot.board import Board, Mpool


def open_board(path: Path, twin: bool = False) -> tuple[Board, Mpool]:
    """The board (or its emulated twin) and its pools, checked."""
    from ingot.board import load_board, twin_of, twin_pools
    from ingot.board.fit import load_pools

    board = load_board(path)
    pools = load_pools(board)
    if not twin:
        return board, pools
    emulated = twin_of(board)
    return emulated, twin_pools(board, emulated, pools)
