# SPDX-License-Identifier: Apache-2.0
"""What to send to a device, from what it reports: nothing, params, a delta or the whole image, and how many bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.image.sealed import sealed_image
from ingot.update.make import make_package, same_code
from ingot.update.package import HEADER_SIZE, Kind, Package


@dataclass(frozen=True)
class Choice:
    """One way. bytes: of the package; reason: why it cannot be (package None), or ""."""

    kind: Kind
    bytes: int
    reason: str
    package: Package | None


@dataclass(frozen=True)
class Plan:
    """choices: the shortest first; empty when the device has the model already."""

    version: int
    choices: tuple[Choice, ...]

    @property
    def best(self) -> Choice | None:
        return self.choices[0] if self.choices and self.choices[0].package is not None else None


def plan_update(
    report: Mapping[str, str], newer: bytes, where: str, version: int, fielded: Mapping[str, bytes]
) -> Plan:
    """report: of a device. newer: the image that it shall run, of `version`. fielded: images that may run there.

    Raises IngotError when the device cannot take it.
    """
    _, seal = sealed_image(newer, where)
    if seal.board != report["board"]:
        raise IngotError(f"was built for board '{seal.board}', and the device is '{report['board']}'", where=where)
    if report.get("sha256") == hashlib.sha256(newer).hexdigest():
        return Plan(version, ())
    if version <= int(report["version"]):
        raise IngotError(
            f"version {version} is not above {report['version']}, the newest that the device ever confirmed",
            where=where,
            remedy=f"Give --version {int(report['version']) + 1} or more.",
        )
    if len(newer) > int(report["slot_bytes"]):
        raise IngotError(
            f"has {len(newer):,} bytes, and the device's slot {int(report['slot_bytes']):,}",
            where=where,
            remedy="Make the slots of board.yaml larger in the next firmware.",
        )
    runs = next((item for item in fielded.items() if _digest(item[1]) == report.get("sha256")), None)
    choices = [_choice(Kind.WHOLE, make_package(newer, version, where, Kind.WHOLE), "")]
    unknown = "what the device runs is none of the given images" if fielded else "no fielded image is given"
    if runs is None:
        choices += [Choice(Kind.PARAMS, 0, unknown, None), Choice(Kind.DELTA, 0, unknown, None)]
    else:
        name, older = runs
        alike = same_code(newer, older)
        params = make_package(newer, version, where, Kind.PARAMS) if alike else None
        choices.append(_choice(Kind.PARAMS, params, "" if alike else f"its code is not that of {name}"))
        choices.append(_choice(Kind.DELTA, make_package(newer, version, where, Kind.DELTA, older, name), ""))
    return Plan(version, tuple(sorted(choices, key=lambda choice: (choice.package is None, choice.bytes))))


def _choice(kind: Kind, package: Package | None, reason: str) -> Choice:
    return Choice(kind, 0 if package is None else HEADER_SIZE + len(package.patch), reason, package)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
