# SPDX-License-Identifier: Apache-2.0
"""Labelled inputs: a folder with a folder of files for each class, a .npz with the arrays x and y, or pictures with
boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.answers.average_precision import Box
from ingot.answers.box_files import pictures_with_boxes
from ingot.base.errors import IngotError, did_you_mean
from ingot.base.untrusted import read_bounded
from ingot.network.types import Network
from ingot.preprocessing.arrays import input_array
from ingot.preprocessing.numpy_file import numpy_arrays

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

LAYOUT = "Give a folder with a folder of files for each class, or a .npz file with the arrays x and y."


@dataclass(frozen=True)
class Labelled:
    """One input and its class, or its boxes. label: for people. file: to be preprocessed. arrays: the network's inputs,
    where there is no file."""

    label: str
    truth: int
    file: Path | None = None
    arrays: tuple[Array, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """names: of the classes, in the order of the scores."""

    names: tuple[str, ...]
    size: int
    items: Callable[[], Iterator[Labelled]]


def open_dataset(path: Path, network: Network, classes: int, names: Sequence[str] = ()) -> Dataset:
    """The labelled inputs of a folder or a .npz file.

    classes: how many scores the network gives. names: of the classes by the model.yaml; without, those of the folders
    in alphabetical order, as Keras and PyTorch number them. Raises IngotError.
    """
    check_place(path)
    return _folder(path, classes, names) if path.is_dir() else _arrays(path, network, classes, names)


def open_pictures(path: Path, names: Sequence[str]) -> Dataset:
    """The pictures of a folder with their boxes (ingot.answers.box_files). Raises IngotError."""
    listed = pictures_with_boxes(path, names)
    return Dataset(
        tuple(names), len(listed), lambda: (Labelled(file.name, -1, file, boxes=boxes) for file, boxes in listed)
    )


def check_place(path: Path) -> None:
    """Raises IngotError for what is neither a folder nor a .npz file."""
    if not path.exists():
        raise IngotError("there is no such folder or file", where=str(path), remedy=LAYOUT)
    if not path.is_dir() and path.suffix.lower() != ".npz":
        raise IngotError("is neither a folder nor a .npz file", where=str(path), remedy=LAYOUT)


def _folder(path: Path, classes: int, names: Sequence[str]) -> Dataset:
    folders = sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith("."))
    found = {folder: [file for file in sorted(folder.iterdir()) if _is_data(file)] for folder in folders}
    if not any(found.values()):
        raise IngotError("holds no folder with files", where=str(path), remedy=LAYOUT)
    known = tuple(names) or tuple(folder.name for folder in folders)
    if len(known) != classes:
        raise IngotError(
            f"has {len(known)} classes, the network gives {classes} scores: {', '.join(known)}",
            where=str(path),
            remedy="Name the classes in the order of the scores in the model.yaml: postprocessing: {classes: [...]}.",
        )
    for folder in folders:
        if folder.name not in known:
            raise IngotError("is no class of the model", where=str(folder), remedy=did_you_mean(folder.name, known))
    listed = [(file, known.index(folder.name)) for folder, files in found.items() for file in files]
    return Dataset(
        known, len(listed), lambda: (Labelled(f"{file.parent.name}/{file.name}", truth, file) for file, truth in listed)
    )


def _is_data(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".")


def _arrays(path: Path, network: Network, classes: int, names: Sequence[str]) -> Dataset:
    import numpy as np

    arrays = numpy_arrays(read_bounded(path, "array"), str(path))
    if set(arrays) != {"x", "y"}:
        raise IngotError(f"has the arrays {', '.join(arrays)}, not x and y", where=str(path), remedy=LAYOUT)
    if len(network.inputs) != 1:
        raise IngotError(f"the network has {len(network.inputs)} inputs; x can be one", where=str(path))
    inputs, labels = arrays["x"], arrays["y"]
    if labels.ndim == 2 and labels.shape[1] == 1:  # a column, as some data sets have them
        labels = labels[:, 0]
    if inputs.ndim < 1 or labels.shape != inputs.shape[:1] or not len(labels):
        raise IngotError(
            f"x is {inputs.shape} and y {labels.shape}",
            where=str(path),
            remedy="Give a class in y for each input in x"
            + (": y.argmax(axis=1)." if labels.shape == (*inputs.shape[:1], classes) else "."),
        )
    known = tuple(names) or tuple(str(number) for number in range(classes))
    numbers = [_number(label, known) for label in labels.tolist()]
    for i, number in enumerate(numbers):
        if not 0 <= number < classes:
            raise IngotError(
                f"y[{i}] is {labels.tolist()[i]!r}, which is no class of 0 to {classes - 1}",
                where=str(path),
                remedy=f"The classes are: {', '.join(known)}.",
            )
    (buffer,) = network.inputs

    def items() -> Iterator[Labelled]:
        for i, number in enumerate(numbers):
            value = np.ascontiguousarray(inputs[i])
            shaped = value[None] if value.shape == buffer.shape[1:] else value
            array, _ = input_array(f"{path}:x[{i}]", buffer, shaped)
            yield Labelled(f"x[{i}]", number, None, (array,))

    return Dataset(known, len(numbers), items)


def _number(label: Any, names: Sequence[str]) -> int:
    """The class of a label: a whole number, or a name; -1 for anything else."""
    if isinstance(label, bytes):
        label = label.decode(errors="replace")
    if isinstance(label, str):
        return names.index(label) if label in names else -1
    whole = isinstance(label, (bool, int)) or (isinstance(label, float) and label.is_integer())
    return int(label) if whole else -1
