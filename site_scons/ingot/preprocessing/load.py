# SPDX-License-Identifier: Apache-2.0
"""`input=`: one sample of the user's, from a picture, a NumPy file or a file of bytes, by the one definition."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.model import Manifest
from ingot.network.types import Network
from ingot.preprocessing.arrays import input_array, read_arrays, read_bytes, saturated_text
from ingot.preprocessing.definition import ImageInput, check_names, image_input, may_be_image, needed_range, shape_text
from ingot.preprocessing.picture import input_pixels, input_values, picture_line, read_picture

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

NUMPY_SUFFIXES = (".npy", ".npz")
BYTES_SUFFIXES = (".bin", ".raw")


@dataclass(frozen=True)
class Sample:
    """One sample. label: for people. arrays: one an input. lines: what was done with each: `input photo.jpg: ...`."""

    label: str
    arrays: list[Array]
    lines: tuple[str, ...]


def load_input(file: Path, network: Network, manifest: Manifest | None = None) -> Sample:
    """One sample from a file, by its suffix: .npy, .npz, .bin or .raw, else a picture.

    manifest: the model's, whose `preprocessing` counts; None for none. Raises IngotError when the file cannot be read
    or does not fit, and where nothing tells what a picture's pixels stand for.
    """
    if not file.is_file():
        raise IngotError("no such file", where=str(file))
    check_names(network, manifest)
    if file.suffix.lower() in NUMPY_SUFFIXES:
        made = [
            input_array(str(file), buffer, array)
            for buffer, array in zip(network.inputs, read_arrays(file, network), strict=True)
        ]
        lines = [line for _, line in made]
        return _sample(file, network, [array for array, _ in made], lines)
    if file.suffix.lower() in BYTES_SUFFIXES:
        arrays = read_bytes(file, network)
        return _sample(file, network, arrays, [f"{buffer.dtype} bytes as they are" for buffer in network.inputs])
    image = needed_range(_only_image(file, network, manifest), manifest)
    picture = read_picture(file)
    array, beyond = input_values(input_pixels(picture, image), image)
    return _sample(file, network, [array], [picture_line(picture, image) + saturated_text(beyond, array.size)])


def load_pixels(file: Path, network: Network, manifest: Manifest | None = None) -> Sample:
    """The same for an application that does the arithmetic itself: uint8 pixels, in the input's order of colors.

    A camera delivers them like that: in the input's size, rows from the top, channels last. arrays: (height, width,
    channels). Raises IngotError for anything but a picture or an array of such pixels.
    """
    import numpy as np

    if not file.is_file():
        raise IngotError("no such file", where=str(file))
    check_names(network, manifest)
    image = needed_range(_only_image(file, network, manifest), manifest)
    if file.suffix.lower() not in (*NUMPY_SUFFIXES, *BYTES_SUFFIXES):
        picture = read_picture(file)
        return Sample(
            file.name, [input_pixels(picture, image)], (f"input {file.name}: {picture_line(picture, image)}",)
        )
    shape = (image.height, image.width, image.channels)
    array = read_arrays(file, network)[0] if file.suffix.lower() in NUMPY_SUFFIXES else None
    if array is not None and array.shape == (1, *shape):
        array = array[0]
    if array is None or array.dtype != np.uint8 or array.shape != shape:
        what = f"is {array.dtype} {shape_text(array.shape)}" if array is not None else "is a file of bytes"
        raise IngotError(
            f"{what}; the application takes pixels, uint8 {shape_text(shape)}",
            where=str(file),
            remedy="Give a picture or an array of pixels, or leave app= out to feed the network itself.",
        )
    return Sample(file.name, [array], (f"input {file.name}: pixels as they are, {image.values_text}",))


def _only_image(file: Path, network: Network, manifest: Manifest | None) -> ImageInput:
    """The definition of the network's one input. Raises IngotError when there are more, or it is no image."""
    if len(network.inputs) != 1:
        names = ", ".join(buffer.name for buffer in network.inputs)
        raise IngotError(
            f"is one file, the network has {len(network.inputs)} inputs: {names}",
            where=str(file),
            remedy="Give a .npz file with an array for each input, by its name.",
        )
    (buffer,) = network.inputs
    if not may_be_image(buffer, manifest):
        raise IngotError(
            f"an image does not fit input '{buffer.name}', which is {buffer.dtype} {shape_text(buffer.shape)}",
            where=str(file),
            remedy="Give a .npy file.",
        )
    return image_input(buffer, manifest)


def _sample(file: Path, network: Network, arrays: list[Array], lines: list[str]) -> Sample:
    names = [f" for '{buffer.name}'" if len(network.inputs) > 1 else "" for buffer in network.inputs]
    return Sample(
        file.name,
        arrays,
        tuple(f"input {file.name}{name}: {line}" for name, line in zip(names, lines, strict=True)),
    )
