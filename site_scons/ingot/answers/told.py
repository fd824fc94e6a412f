# SPDX-License-Identifier: Apache-2.0
"""What the outputs of a run say, and the pictures into which it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.answers.drawing import save_annotated
from ingot.answers.host import Answer, answering_of
from ingot.base.errors import IngotError
from ingot.base.host_cc import compiler
from ingot.model import Manifest
from ingot.network.types import Network
from ingot.preprocessing.definition import image_input, may_be_image
from ingot.preprocessing.load import inputs_in, is_picture
from ingot.preprocessing.picture import read_picture

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Told:
    """What the outputs of one input say. words: the lines that the firmware prints."""

    answers: list[Answer]
    words: list[str]

    def as_list(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [{"what": a.what, "name": a.name, "score": a.score, "box": list(a.box)} for a in self.answers]


def told(
    network: Network, manifest: Manifest | None, given: Sequence[Sequence[Array]], runs: Sequence[Sequence[Array]]
) -> list[Told]:
    """What the outputs of each run say by the model.yaml's `postprocessing`; nothing where that says nothing.

    given: the inputs of each run. runs: its outputs.

    Without a C compiler for this machine the words say that one is missing.
    """
    if manifest is None or not manifest.postprocessing:
        return []
    try:
        compiler()
    except IngotError as error:
        return [Told([], [f"no answer in words: {error.what}"]) for _ in runs]
    answering = answering_of(network, manifest)
    pairs = zip(given, runs, strict=True)
    return [Told(*answering.answers(outputs, inputs)) for inputs, outputs in pairs] if answering else []


def save_drawings(
    save: Path, source: Path, network: Network, manifest: Manifest | None, said: Mapping[str, Told | None]
) -> None:
    """Writes the pictures of `input=` with what was said about each: one, or those of a folder.

    said: by the names of the files. Raises IngotError.
    """
    pictures = [file for file in inputs_in(source) if is_picture(file)] if source.name else []
    if not pictures or not any(said.values()) or not may_be_image(network.inputs[0], manifest):
        raise IngotError(
            "there is nothing to draw: it takes a picture, and a model.yaml that says what the outputs mean",
            where=f"save={save}",
            remedy="Give input= a picture or a folder of pictures, and `postprocessing` a type of docs/app-config.md.",
        )
    image = image_input(network.inputs[0], manifest)
    for file in pictures:
        one = said[file.name]
        target = save / f"{file.stem}.png" if source.is_dir() else save
        if one is not None:
            save_annotated(target, read_picture(file), image, one.answers, one.words)
