# SPDX-License-Identifier: Apache-2.0
"""`input=`: samples of the user's, from a picture, a sound, a NumPy file, a file of bytes or a folder of these."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.untrusted import read_bounded
from ingot.model import Manifest
from ingot.network.types import Network
from ingot.preprocessing.arrays import input_array, read_arrays, read_bytes, saturated_text
from ingot.preprocessing.definition import ImageInput, check_names, image_input, may_be_image, needed_range, shape_text
from ingot.preprocessing.numpy_file import numpy_arrays
from ingot.preprocessing.picture import input_pixels, input_values, picture_line, read_picture
from ingot.preprocessing.sensor import SensorInput, sensor_input
from ingot.preprocessing.sensor import windows as sensor_windows
from ingot.preprocessing.sound import SoundInput, sound_input, sound_values, windows
from ingot.preprocessing.wav import WAV_SUFFIX, read_wav

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

NUMPY_SUFFIXES = (".npy", ".npz")
BYTES_SUFFIXES = (".bin", ".raw")
BOXES_SUFFIX = ".txt"
"""Of what lies beside a detector's pictures (ingot.answers.box_files)."""


@dataclass(frozen=True)
class Sample:
    """One sample. label: for people. arrays: one an input. lines: what was done with each: `input photo.jpg: ...`."""

    label: str
    arrays: list[Array]
    lines: tuple[str, ...]


def inputs_in(path: Path) -> list[Path]:
    """The file itself, or the files of a folder by name. Raises IngotError for a folder without any.

    Hidden ones are left out, and the boxes beside pictures.
    """
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.iterdir()) if is_input(file)]
    if not files:
        raise IngotError("holds no file", where=str(path), remedy="Give a folder of pictures or of NumPy files.")
    return files


def is_input(file: Path) -> bool:
    """Whether a file of a folder is one to be run."""
    return file.is_file() and not file.name.startswith(".") and file.suffix.lower() != BOXES_SUFFIX


def is_picture(file: Path) -> bool:
    """Whether a file is taken for a picture, by its name."""
    return file.suffix.lower() not in (*NUMPY_SUFFIXES, *BYTES_SUFFIXES, WAV_SUFFIX, BOXES_SUFFIX)


def load_inputs(path: Path, network: Network, manifest: Manifest | None = None) -> list[Sample]:
    """The samples of a file, or of a folder of files. An array with one more axis in front holds many inputs.

    Raises IngotError as load_input does.
    """
    found: list[Sample] = []
    sound = sound_of(network, manifest)
    for file in inputs_in(path):
        if sound is not None and file.suffix.lower() == WAV_SUFFIX:
            found += _heard(file, sound)
            continue
        sensor = sensor_input(network.inputs[0], manifest) if len(network.inputs) == 1 else None
        moved = _moved(file, sensor) if sensor is not None and file.suffix.lower() == ".npy" else None
        if moved is not None:
            found += moved
            continue
        many = _many(file, network) if file.suffix.lower() in NUMPY_SUFFIXES and len(network.inputs) == 1 else None
        if many is None:
            found.append(load_input(file, network, manifest))
            continue
        (buffer,) = network.inputs
        for i, value in enumerate(many):
            array, line = input_array(f"{file}[{i}]", buffer, value)
            found.append(_sample(Path(f"{file.name}[{i}]"), network, [array], [line]))
    return found


def sound_of(network: Network, manifest: Manifest | None) -> SoundInput | None:
    """The definition of the one input by a model.yaml that makes it of a sound. Raises IngotError."""
    return sound_input(network.inputs[0], manifest) if len(network.inputs) == 1 else None


def first_window(file: Path, sound: SoundInput) -> Array:
    """The int16 samples of the first input of a .wav file. Raises IngotError."""
    return windows(read_wav(file, sound.rate), sound)[0][1]


def _heard(file: Path, sound: SoundInput) -> list[Sample]:
    """The inputs of a .wav file, half an input apart."""
    samples = read_wav(file, sound.rate)
    found = []
    parts = windows(samples, sound)
    for start, part in parts:
        label = f"{file.name} at {start / sound.rate:.2f} s" if len(parts) > 1 else file.name
        array, beyond = sound_values(part, sound)
        more = f", {sound.samples - len(samples):,} zeros behind it" if len(samples) < sound.samples else ""
        line = f"{len(samples) / sound.rate:.2f} s at {sound.rate:,} Hz{more}, {sound.text}"
        text = f"input {file.name}: {line}{saturated_text(beyond, array.size)}"
        found.append(Sample(label, [array], (text,)))
    return found


def _moved(file: Path, sensor: SensorInput) -> list[Sample] | None:
    """The windows of a .npy file of samples (samples, axes), float; None for one that holds something else."""
    array = next(iter(numpy_arrays(read_bounded(file, "array"), str(file)).values()))
    if array.dtype.kind != "f" or array.ndim != 2 or array.shape[1] != sensor.axes or len(array) < sensor.samples:
        return None
    found = []
    for start, window in sensor_windows(array, sensor):
        given, line = input_array(f"{file} at {start}", sensor.buffer, window)
        text = f"input {file.name}: {sensor.samples} samples of {sensor.axes} numbers from {start} on, {line}"
        found.append(Sample(f"{file.name} at {start}", [given], (text,)))
    return found


def load_sensor(file: Path, network: Network, manifest: Manifest | None = None) -> Sample:
    """A sensor's samples for an application that does the arithmetic itself: float32 (samples, axes)."""
    import numpy as np

    sensor = sensor_input(network.inputs[0], manifest)
    if sensor is None:
        raise IngotError("the application takes a sensor's samples, which the network's input is not", where="app")
    if file.suffix.lower() != ".npy":
        raise IngotError("is no .npy file, and the application takes a sensor's samples", where=str(file))
    array = next(iter(numpy_arrays(read_bounded(file, "array"), str(file)).values()))
    if array.dtype.kind != "f" or array.ndim != 2 or array.shape[1] != sensor.axes:
        raise IngotError(
            f"is {array.dtype} {shape_text(array.shape)}; the application takes float32 samples x {sensor.axes}",
            where=str(file),
        )
    line = f"input {file.name}: {len(array):,} samples of {sensor.axes} numbers, windows of {sensor.samples}"
    return Sample(file.name, [array.astype(np.float32)], (line,))


def load_samples(file: Path, network: Network, manifest: Manifest | None = None) -> Sample:
    """A sound for an application that does the arithmetic itself: all its int16 samples. Raises IngotError."""
    sound = sound_of(network, manifest)
    if sound is None:
        raise IngotError("the application takes a sound, but nothing says that the network's input is one", where="app")
    if file.suffix.lower() != WAV_SUFFIX:
        raise IngotError("is no .wav file, and the application takes a sound", where=str(file))
    samples = read_wav(file, sound.rate)
    line = f"input {file.name}: {len(samples) / sound.rate:.2f} s at {sound.rate:,} Hz, {sound.text}"
    return Sample(file.name, [samples], (line,))


def _many(file: Path, network: Network) -> Array | None:
    """The inputs of a file that holds more than one; x of a labelled set. None where it holds one."""
    arrays = numpy_arrays(read_bounded(file, "array"), str(file)) if file.is_file() else {}
    shape = network.inputs[0].shape
    array = arrays.get("x") if set(arrays) == {"x", "y"} else next(iter(arrays.values()), None)
    if array is None or array.shape in (shape, shape[1:]) or not array.shape or not array.shape[0]:
        return None
    return array if array.shape[1:] in (shape, shape[1:]) else None


def load_input(file: Path, network: Network, manifest: Manifest | None = None) -> Sample:
    """One sample from a file, by its suffix: .npy, .npz, .bin or .raw, else a picture.

    manifest: the model's, whose `preprocessing` counts; None for none. Raises IngotError when the file cannot be read
    or does not fit, and where nothing tells what a picture's pixels stand for.
    """
    if not file.is_file():
        raise IngotError("no such file", where=str(file))
    check_names(network, manifest)
    sound = sound_of(network, manifest)
    if sound is not None and file.suffix.lower() == WAV_SUFFIX:
        return _heard(file, sound)[0]
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
