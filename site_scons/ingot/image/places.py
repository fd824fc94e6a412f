# SPDX-License-Identifier: Apache-2.0
"""reloc_places.h: where a board has relocatable images, for `model_host` (as its commands) and for `model_update`."""

from __future__ import annotations

from ingot.base.errors import IngotError
from ingot.board import Board, Mpool
from ingot.board.board import UpdateSlots

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
    regions = [
        f"{{{pool.base:#x}u, {pool.size:#x}u, {MAY_HOLD_POOLS}u}}"
        for pool in mpool.enabled
        if pool.base is not None and pool.writable
    ]
    regions += [f"{{{slot.base:#x}u, {slot.size:#x}u, {MAY_READ}u}}" for slot in slots]
    update = board.update
    if update is not None:
        regions += [f"{{{update.slots[1].base:#x}u, {update.slots[1].size:#x}u, {MAY_READ}u}}"]
    joined = ", \\\n    ".join(regions)
    lines = ", \\\n    ".join(f'"{command}"' for command in commands)
    return (
        f"/* Where board {board.name} has relocatable images, written by Ingot. */\n"
        "#ifndef INGOT_RELOC_PLACES_H\n#define INGOT_RELOC_PLACES_H\n\n"
        f"#define INGOT_RELOC_BOARD_COMMANDS \\\n    {lines}\n\n"
        f'#define INGOT_RELOC_BOARD_NAME "{board.name}"\n'
        f"#define INGOT_RELOC_BOARD_REGIONS \\\n    {joined}\n" + _update_places(update) + "\n#endif\n"
    )


def _update_places(update: UpdateSlots | None) -> str:
    if update is None:
        return ""
    places = {
        "SLOT_A": update.slots[0].base,
        "SLOT_B": update.slots[1].base,
        "SLOT_SIZE": update.slots[0].size,
        "RECORD_1": update.records[0].base,
        "RECORD_2": update.records[1].base,
    }
    return "\n" + "".join(f"#define INGOT_UPDATE_{name} {value:#x}u\n" for name, value in places.items())
