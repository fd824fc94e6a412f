# SPDX-License-Identifier: Apache-2.0
"""What a network's outputs ask of somebody else's app_config.h: numbers of boxes, grids, classes, keypoints, masks.

No second list of macros: the header that Ingot would write for the network is held against the one that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.model import Manifest, Source
from ingot.network.types import Network
from ingot.use_cases.abi import ABIS
from ingot.use_cases.app_config import config_text
from ingot.use_cases.case import Case
from ingot.use_cases.config_files import NO_CAMERA
from ingot.use_cases.config_macros import macros_of, number
from ingot.use_cases.families import FAMILIES

#: What model.yaml wishes, and no output tells.
WISHES = "MAX_BOXES_LIMIT"


@dataclass(frozen=True)
class ForeignCase(Case):
    """A case without a model.yaml: what no tensor tells is taken from the header's macros or invented."""

    macros: Mapping[str, str] = field(default_factory=dict)
    anchors: int = 0

    def get(self, key: str, default: Any = None) -> Any:
        return self.macros.get("POSTPROCESS_TYPE", default) if key == "postprocess_type" else default

    def need(self, key: str, what: str, example: str) -> Any:
        known = {"anchors": [1.0] * (2 * self.anchors), "anchors_unit": "grid", "xy_scale": 1.0, "wh_scale": 1.0}
        return known[key] if key in known else super().need(key, what, example)

    def classes(self, count: int, background: bool = False) -> list[str]:
        return [str(number) for number in range(count)]


def from_outputs(macros: Mapping[str, str], network: Network) -> Sequence[tuple[str, int, int]]:
    """(macro, its value, the network's) of each that differs, for the reading of the type that fits best.

    That is the one with the most macros of the header (generations name them differently), then with the fewest that
    differ. Nothing where no reading of POSTPROCESS_TYPE fits the outputs: they may be in an order of their own.
    """
    readings = []
    for text in _texts(macros, network):
        own = macros_of(text)
        pairs = [(name, number(name, macros), number(name, own)) for name in own if _is_told(name, macros)]
        both = [(name, a, b) for name, a, b in pairs if a is not None and b is not None]
        different = [(name, a, b) for name, a, b in both if a != b]
        readings.append((-len(both), len(different), different))
    return min(readings, default=(0, 0, []))[2]


def _is_told(name: str, macros: Mapping[str, str]) -> bool:
    """Whether a macro's value follows from the outputs. NB_CLASSES is what detectors draw, and may be more."""
    if name == "NB_CLASSES":
        return "POSTPROCESS_TYPE" not in macros
    return name.startswith("AI_") and WISHES not in name


def _texts(macros: Mapping[str, str], network: Network) -> Iterable[str]:
    """The headers of all families and generations that have this POSTPROCESS_TYPE for these outputs."""
    manifest = Manifest("network", "", Path(), Source("network"))
    for abi in ABIS.values():
        for anchors in sorted(_anchors(macros, network)):
            case = ForeignCase(manifest, network, abi, macros, anchors)
            for family in _families(macros):
                try:
                    yield config_text(case, family, FAMILIES[family](case))
                except (IngotError, ZeroDivisionError):
                    continue


def _anchors(macros: Mapping[str, str], network: Network) -> set[int]:
    """How many anchors there may be: as the header says, or as its number of classes leaves of the channels."""
    stated = {name.rpartition("_NB_")[2]: number(name, macros) for name in macros if name.startswith("AI_")}
    values = 5 + (stated.get("CLASSES") or 0)
    channels = {output.shape[-1] for output in network.outputs if output.shape}
    return {stated.get("ANCHORS") or 0, *(extent // values for extent in channels if extent % values == 0)}


def _families(macros: Mapping[str, str]) -> Sequence[str]:
    """Without a type it is classification, which is told by its names of classes."""
    if "POSTPROCESS_TYPE" in macros:
        return [name for name in FAMILIES if name not in NO_CAMERA and name != "image_classification"]
    return ["image_classification"] if "CLASSES_TABLE" in macros else []
