# SPDX-License-Identifier: Apache-2.0
"""Pictures with their true boxes: a folder with a .txt beside each picture, a line a box, as YOLO's trainings read.

`<class> <centre x> <centre y> <width> <height>`: the class is a number from 0 or a name, the rest are fractions of the
picture (docs.ultralytics.com, "Ultralytics YOLO format"). An empty file: there is nothing to be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingot.answers.average_precision import Box
from ingot.base.errors import IngotError, did_you_mean
from ingot.base.untrusted import read_bounded
from ingot.preprocessing.load import is_input, is_picture

LAYOUT = "Give a folder of pictures with a .txt beside each: a line `class x y width height` a box, in fractions."

ROUNDED = 0.001


def pictures_with_boxes(path: Path, names: Sequence[str]) -> list[tuple[Path, tuple[Box, ...]]]:
    """Each picture of a folder and its boxes; or of its `images/`, with the boxes in `labels/`. Raises IngotError."""
    if not path.is_dir():
        raise IngotError("is no folder", where=str(path), remedy=LAYOUT)
    images, labels = (path / "images", path / "labels") if (path / "images").is_dir() else (path, path)
    files = [file for file in sorted(images.iterdir()) if is_input(file) and is_picture(file)]
    if not files:
        raise IngotError("holds no picture", where=str(images), remedy=LAYOUT)
    return [(file, boxes_of(labels / f"{file.stem}.txt", names)) for file in files]


def boxes_of(file: Path, names: Sequence[str]) -> tuple[Box, ...]:
    """The boxes of a .txt file. Raises IngotError with the line."""
    if not file.is_file():
        raise IngotError(
            "there is no such file, which should have the boxes of its picture", where=str(file), remedy=LAYOUT
        )
    text = read_bounded(file, "record").decode(errors="replace")
    lines = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1)]
    return tuple(_box(f"{file}:{number}", words, names) for number, words in lines if words)


def _box(where: str, words: Sequence[str], names: Sequence[str]) -> Box:
    try:
        x, y, width, height = map(float, words[1:])
    except ValueError:
        raise IngotError(f"is no box: {' '.join(words)!a}", where=where, remedy=LAYOUT) from None
    what = names.index(words[0]) if words[0] in names else int(words[0]) if words[0].isdecimal() else -1
    if not 0 <= what < len(names):
        known = f"The classes are 0 to {len(names) - 1}: {', '.join(names)}."
        raise IngotError(
            f"'{words[0]}' is no class", where=where, remedy=f"{did_you_mean(words[0], names)} {known}".strip()
        )
    box = Box(what, x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    # Files of trainings are rounded: a box at the border may be past it by the last digit.
    low, high = -ROUNDED, 1 + ROUNDED
    if not (width > 0 < height and min(box.left, box.top) >= low and max(box.right, box.bottom) <= high):
        raise IngotError(f"is no box in a picture: {' '.join(words[1:])}", where=where, remedy=LAYOUT)
    return box
