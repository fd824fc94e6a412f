# SPDX-License-Identifier: Apache-2.0
"""Calibration data: read, checked, and brought to the inputs of a float model.

The quantizers check little: NaN, constants and zeros give files that load and compute nonsense.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.base.untrusted import read_bounded
from ingot.preprocessing.numpy_file import numpy_arrays
from ingot.quantize.settings import ARRAYS, QuantizeSettings, calibration_files

Array = npt.NDArray[Any]
Sample = dict[str, Array]
FEW = 20


@dataclass(frozen=True)
class FloatInput:
    """An input of a float model. shape: with a batch of one."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Calibration:
    """samples: float32 arrays by input. notes: lines for people."""

    samples: tuple[Sample, ...]
    notes: tuple[str, ...]


def read_calibration(place: Path, inputs: Sequence[FloatInput], settings: QuantizeSettings) -> Calibration:
    """The first samples of a folder or a file. Raises IngotError with file and place of what no sample is."""
    return checked(read_samples(calibration_files(place, settings.samples), place, inputs, settings), inputs, place)


def read_samples(
    files: Sequence[Path], place: Path, inputs: Sequence[FloatInput], settings: QuantizeSettings
) -> list[Sample]:
    """As many samples of the files as are wanted. place: how messages call all of them."""
    samples: list[Sample] = []
    seen: dict[str, str] = {}
    for file in files:
        content = read_bounded(file, "array") if file.suffix.lower() in ARRAYS else file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest in seen:
            raise IngotError(f"it is the same sample as {seen[digest]}.", where=str(file), remedy="Remove one of them.")
        seen[digest] = file.name
        samples += _of_file(file, content, inputs, settings)
        if len(samples) >= settings.samples:
            return samples[: settings.samples]
    raise IngotError(
        f"samples: {settings.samples} are wanted, {len(samples)} were found.",
        where=str(place),
        remedy="Add samples, or write `samples:` as many as there are.",
    )


def checked(samples: list[Sample], inputs: Sequence[FloatInput], place: Path) -> Calibration:
    """Raises IngotError where an input is the same number in all samples."""
    for item in inputs:
        values = {float(edge(s[item.name])) for s in samples for edge in (np.min, np.max)}
        if len(values) == 1:
            raise IngotError(
                f"input '{item.name}' is {values.pop():g} everywhere in all samples.",
                where=str(place),
                remedy="Calibrate with real inputs: ranges of constants mean nothing.",
            )
    few = [f"{len(samples)} calibration samples are few; 100 real ones give better ranges"]
    return Calibration(tuple(samples), tuple(few) if len(samples) < FEW else ())


def _of_file(file: Path, content: bytes, inputs: Sequence[FloatInput], settings: QuantizeSettings) -> list[Sample]:
    where, by_name = str(file), {item.name: item for item in inputs}
    if file.suffix.lower() in ARRAYS:
        arrays = numpy_arrays(content, where)
    else:
        arrays = {"arr_0": _picture(file)}
    if len(arrays) == len(inputs) == 1:
        arrays = {inputs[0].name: next(iter(arrays.values()))}
    for name in arrays:
        if name not in by_name:
            raise IngotError(f"array '{name}': the model's inputs are {', '.join(by_name)}.", where=where)
    if missing := [name for name in by_name if name not in arrays]:
        raise IngotError(f"it has no array for input {', '.join(missing)}.", where=where)
    split = {name: _samples(array, by_name[name], where, settings) for name, array in arrays.items()}
    if len({len(parts) for parts in split.values()}) > 1:
        raise IngotError("its arrays hold different numbers of samples.", where=where)
    return [dict(zip(split, parts, strict=True)) for parts in zip(*split.values(), strict=True)]


def _picture(file: Path) -> Array:
    from ingot.preprocessing.picture import read_picture

    return read_picture(file)


def _samples(array: Array, item: FloatInput, where: str, settings: QuantizeSettings) -> list[Array]:
    """The samples of one array, as float32 of the input's shape: batches are split."""
    real = _real(array, item, where, settings)
    shape = item.shape
    wanted = _laid_out(shape, settings.layout)
    if real.shape == wanted[1:]:
        real = real[None]
    if real.ndim != len(wanted) or real.shape[1:] != wanted[1:]:
        raise IngotError(
            f"it is {_text(array.shape)}, {item.name} is {_text(wanted)}.", where=where, remedy=_fits(real, shape)
        )
    if wanted != shape:
        real = real.transpose(_axes(settings.layout))
    return [np.ascontiguousarray(real[i : i + 1]) for i in range(len(real))]


def _laid_out(shape: tuple[int, ...], layout: str) -> tuple[int, ...]:
    """The shape of data that are to be transposed to this one; the same where their layout is the input's."""
    if len(shape) != 4 or not layout or layout == layout_of(shape):
        return shape
    n, a, b, c = shape
    return (n, b, c, a) if layout == "channels_last" else (n, c, a, b)


def layout_of(shape: tuple[int, ...]) -> str:
    """Where an image's channels are, as its extents tell."""
    return "channels_first" if shape[1] < shape[3] else "channels_last"


def _axes(layout: str) -> tuple[int, ...]:
    """From data of this layout to the other one."""
    return (0, 3, 1, 2) if layout == "channels_last" else (0, 2, 3, 1)


def _fits(array: Array, shape: tuple[int, ...]) -> str:
    if array.ndim != 4 or len(shape) != 4:
        return ""
    for layout in ("channels_last", "channels_first"):
        if array.shape[1:] == _laid_out(shape, layout)[1:] != shape[1:]:
            return f"It would fit transposed: `layout: {layout}`."
    return ""


def _real(array: Array, item: FloatInput, where: str, settings: QuantizeSettings) -> Array:
    if array.dtype.kind == "f":
        real = array.astype(np.float32)
        bad = np.argwhere(~np.isfinite(real))
        if len(bad):
            place = ", ".join(map(str, bad[0]))
            raise IngotError(f"the value at [{place}] is {array[tuple(bad[0])]:g}.", where=where)
        if settings.scale is not None:
            low, high = sorted(((0 - settings.mean) * settings.scale, (255 - settings.mean) * settings.scale))
            slack = 0.01 * (high - low)
            if real.size and (real.min() < low - slack or real.max() > high + slack):
                raise IngotError(
                    f"its values are {real.min():g} to {real.max():g}, `preprocess` gives {low:g} to {high:g}.",
                    where=where,
                    remedy="Give uint8 pixels, or values as the model takes them.",
                )
        return real
    if array.dtype != np.uint8:
        raise IngotError(
            f"it is {array.dtype}; {item.name} is float32.", where=where, remedy="Give float32, or uint8 pixels."
        )
    if settings.scale is None:
        raise IngotError(
            f"it is uint8; {item.name} is float32.",
            where=where,
            remedy="Write how pixels become its numbers: `preprocess: {scale: 0.003921569, mean: 0}`.",
        )
    scaled: Array = ((array.astype(np.float32) - np.float32(settings.mean)) * np.float32(settings.scale)).astype(
        np.float32
    )
    return scaled


def _text(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
