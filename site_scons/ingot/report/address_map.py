# SPDX-License-Identifier: Apache-2.0
"""The address map to scale: who owns which part of RAM and flash, and what of it is free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingot.network.types import Network


@dataclass(frozen=True)
class Area:
    """A range with one owner. owner: "application", "network" or "flash". used: bytes from its start."""

    name: str
    owner: str
    start: int
    size: int
    used: int


@dataclass(frozen=True)
class Strip:
    """Areas on one stretch of addresses, by address. Gaps between them belong to nobody here."""

    start: int
    size: int
    areas: tuple[Area, ...]

    @property
    def used(self) -> int:
        return sum(area.used for area in self.areas)


def areas_of(network: Network, summary: Mapping[str, Any] | None) -> list[Area]:
    """All areas: of the proof's summary where there is one, else the pools alone."""
    if summary is None:
        pools = [p for p in network.pools if not p.virtual and p.base is not None and p.size]
        return [Area(p.name, "network", int(p.base or 0), p.size, p.used) for p in pools]
    found = [Area(a["name"], "application", a["start"], a["size"], a["used"]) for a in summary["application"]]
    found += [Area(p["name"], "network", p["start"], p["size"], p["used"]) for p in summary["pools"] if p["size"]]
    found += [Area(s["name"], "flash", s["start"], s["size"], s["used"]) for s in summary["slots"] if s["size"]]
    return found


def strips(areas: list[Area], gap: int = 1 << 20) -> list[Strip]:
    """The areas as strips; a gap of more than `gap` bytes begins a new one."""
    groups: list[list[Area]] = []
    for area in sorted(areas, key=lambda a: (a.start, a.size)):
        if groups and area.start - max(a.start + a.size for a in groups[-1]) <= gap:
            groups[-1].append(area)
        else:
            groups.append([area])
    return [
        Strip(group[0].start, max(a.start + a.size for a in group) - group[0].start, tuple(group)) for group in groups
    ]
