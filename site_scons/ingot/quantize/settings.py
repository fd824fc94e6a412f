# SPDX-License-Identifier: Apache-2.0
"""The section `quantize` of a model.yaml. What decides the quantized file is apart from what only judges it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError

JUDGING = ("check", "lock", "calibration")
"""Keys that do not change the file; the files of the calibration count by their content."""


@dataclass(frozen=True)
class QuantizeSettings:
    """samples: how many of the calibration data. layout: of the data, "" for the model's. scale, mean: of uint8 data.

    activations: "int8" or "int16". weights: "int8" or "int4". small: patterns of layers whose weights are int4 all the
    same. method: "minmax", "entropy" or "percentile". keep: patterns of layers that stay float32. in_float: "inputs",
    "outputs": those that the network takes or gives as float32.
    """

    samples: int = 100
    layout: str = ""
    scale: float | None = None
    mean: float = 0.0
    activations: str = "int8"
    weights: str = "int8"
    small: tuple[str, ...] = ()
    method: str = "minmax"
    keep: tuple[str, ...] = ()
    in_float: tuple[str, ...] = ()

    @staticmethod
    def of(section: Mapping[str, Any]) -> QuantizeSettings:
        """From the section, which its schema has accepted. Raises IngotError for inputs or outputs that are neither
        float32 nor of the activations' type."""
        preprocess, weights = section.get("preprocess", {}), section.get("weights", "int8")
        each = {} if isinstance(weights, str) else weights
        stored = section.get("activations", "int8")
        for end in ("inputs", "outputs"):
            if section.get(end, stored) not in (stored, "float32"):
                raise IngotError(
                    f"quantize: {end} are {section[end]}, the activations {stored}.",
                    where="model.yaml",
                    remedy=f"Write `{end}: {stored}` or `{end}: float32`.",
                )
        return QuantizeSettings(
            samples=section.get("samples", 100),
            layout=section.get("layout", ""),
            scale=preprocess.get("scale"),
            mean=preprocess.get("mean", 0.0),
            activations=section.get("activations", "int8"),
            weights="int8" if each else weights,
            small=tuple(pattern for pattern, kind in each.items() if kind == "int4"),
            method=section.get("method", "minmax"),
            keep=tuple(section.get("float", ())),
            in_float=tuple(end for end in ("inputs", "outputs") if section.get(end) == "float32"),
        )


def check_patterns(key: str, patterns: Sequence[str], names: Sequence[str], where: str) -> None:
    """Raises IngotError for a pattern that no layer's name matches. key: of the section."""
    for pattern in patterns:
        if not any(re.search(pattern, name) for name in names):
            some = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
            raise IngotError(f"{key}: no layer's name matches '{pattern}'.", where=where, remedy=f"Layers are: {some}.")


def deciding(section: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the section that decides the quantized file."""
    return {key: value for key, value in section.items() if key not in JUDGING}


def calibration_files(place: Path, samples: int) -> list[Path]:
    """The files that the first `samples` samples come from, sorted by name: a folder's, or the one file.

    Raises IngotError when there are none.
    """
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise IngotError("there is no such folder or file of calibration data.", where=str(place))
    found = sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise IngotError(
            "calibration: no .npy, .npz or image in the folder.",
            where=str(place),
            remedy="Put real inputs of the model there: 100 are enough.",
        )
    return found[:samples]


ARRAYS = (".npy", ".npz")
IMAGES = (".png", ".jpg", ".jpeg", ".bmp")
SUFFIXES = (*ARRAYS, *IMAGES)
