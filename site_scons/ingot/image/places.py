# SPDX-License-Identifier: Apache-2.0
"""reloc_places.h: what the firmware `model_host` does on a board, as its commands; addresses from the board's files."""

from __future__ import annotations

from ingot.base.errors import IngotError
from ingot.board import Board, Mpool

MAY_HOLD_POOLS, MAY_READ, XIP = 1, 4, 1


def reloc_places(board: Board, mpool: Mpool) -> str:
    """The header. Raises IngotError when the board has no slot for images."""
    image, params = board.slot("network"), board.slot("params")
    if image is None:
        raise IngotError(
            f"board '{board.name}' has no flash slot 'network' for relocatable images",
            where=str(board.path),
            remedy="Add one under flash: slots:.",
        )
    commands = [
        f"region {pool.base:#x} {pool.size:#x} {MAY_HOLD_POOLS}"
        for pool in mpool.enabled
        if pool.base is not None and pool.writable
    ]
    slots = [image] if params is None else [image, params]
    commands += [f"region {slot.base:#x} {slot.size:#x} {MAY_READ}" for slot in slots]
    second = "0 0" if params is None else f"{params.base:#x} 0"
    commands += [
        f"info {image.base:#x}",
        f"install 0 {image.base:#x} 0 {second} exec all 0 0 {XIP}",
        "run 0 1",
    ]
    lines = ", \\\n    ".join(f'"{command}"' for command in commands)
    return (
        f"/* Where board {board.name} has relocatable images, written by Ingot. */\n"
        "#ifndef INGOT_RELOC_PLACES_H\n#define INGOT_RELOC_PLACES_H\n\n"
        f"#define INGOT_RELOC_BOARD_COMMANDS \\\n    {lines}\n\n#endif\n"
    )
