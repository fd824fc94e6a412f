# SPDX-License-Identifier: Apache-2.0
"""A picture with the answers drawn into it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.answers.host import Answer
from ingot.answers.places import place_in_picture
from ingot.base.errors import IngotError, os_error
from ingot.preprocessing.definition import ImageInput

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

MARK, INK, GROUND = (255, 200, 0), (0, 0, 0), (255, 255, 255)
SMALLEST = 160  # pixels of the shorter side: smaller pictures are drawn larger, so that the words can be read


def annotated(picture: Array, image: ImageInput, answers: Sequence[Answer], words: Sequence[str]) -> Any:
    """A picture of Pillow's: boxes with their names, key points as dots, classes as a line below.

    picture: uint8 RGB (height, width, 3), of any size. Places of answers are fractions of the input.
    """
    from PIL import Image, ImageDraw

    height, width = picture.shape[:2]
    larger = max(1, -(-SMALLEST // min(height, width)))
    drawn = Image.fromarray(picture).resize((width * larger, height * larger))
    draw = ImageDraw.Draw(drawn)
    within = place_in_picture(image, width, height)

    def place(across: float, down: float) -> tuple[float, float]:
        """Where in the drawing a place of the input is."""
        x, y = within(across, down)
        return x * larger, y * larger

    lines = list(words)
    for answer in answers:
        left, top, right, bottom = answer.box
        if (left, top, right, bottom) == (0.0, 0.0, 1.0, 1.0):
            continue
        (x0, y0), (x1, y1) = place(left, top), place(right, bottom)
        if left == right and top == bottom:
            draw.ellipse((x0 - 3, y0 - 3, x0 + 3, y0 + 3), fill=MARK, outline=INK)
            draw.text((x0 + 4, y0 - 5), answer.name, fill=MARK)
            continue
        draw.rectangle((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), outline=MARK, width=2)
        draw.text((x0 + 3, y0 + 2), f"{answer.name} {round(100 * answer.score)} %", fill=MARK)
        lines = []
    if any(answer.box != (0.0, 0.0, 1.0, 1.0) for answer in answers):
        return drawn
    sheet = Image.new("RGB", (drawn.width, drawn.height + 16 * len(lines)), GROUND)
    sheet.paste(drawn)
    pen = ImageDraw.Draw(sheet)
    for i, line in enumerate(lines):
        pen.text((4, drawn.height + 16 * i + 2), line, fill=INK)
    return sheet


def save_annotated(
    target: Path, picture: Array, image: ImageInput, answers: Sequence[Answer], words: Sequence[str]
) -> None:
    """Writes the drawing; the suffix tells the format. Raises IngotError where that cannot be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        annotated(picture, image, answers, words).save(target)
    except (ValueError, KeyError):
        raise IngotError("is no name of a picture", where=str(target), remedy="Give save=answer.png.") from None
    except OSError as error:
        raise os_error(error) from None
