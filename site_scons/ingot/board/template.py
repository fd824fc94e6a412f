"""`ingot board new`: a board of your own, begun as a copy of one that is near it, comments and all."""

from __future__ import annotations

import re
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.board import find_board, load_board
from ingot.board.fit import load_pools


def new_board(name: str, folder: Path, like: str, known: Path) -> list[Path]:
    """Writes folder/board.yaml and its pools, which are valid as they are; returns the files.

    name: of the new board. like: the board to begin with, known: where boards' names are looked up.
    Raises IngotError for a name that is none, or when there is a board already.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise IngotError(f"'{name}' cannot be the name of a board", remedy="Use a-z, 0-9, - and _.")
    source = load_board(find_board(like, known))
    target = folder / "board.yaml"
    if target.exists():
        raise IngotError("there is a board already", where=str(target), remedy="Name another folder with --out.")
    text = source.path.read_text()
    text = re.sub(r"(?m)^name: .*$", f"name: {name}", text, count=1)
    text = re.sub(r"(?m)^title: .*$", f"title: {name}, begun as a copy of {source.name}", text, count=1)
    head = (
        f"# {name}: correct the memories first, then the pools in {source.pools_file.name}; see docs/own-board.md.\n#\n"
    )
    write_if_changed(target, head + text)
    pools = folder / source.pools_file.name
    write_if_changed(pools, source.pools_file.read_bytes())
    load_pools(load_board(target))
    return [target, pools]
