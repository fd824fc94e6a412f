# SPDX-License-Identifier: Apache-2.0
"""What changed from one build of a firmware to the next: RAM, flash, cycles, layers. For `ingot watch`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.network.c_info import read_c_info
from ingot.network.names import short_name
from ingot.network.types import Network
from ingot.report.compare import compare
from ingot.report.measured import measured_of

#: Tensors and layers that a line names.
_NAMED = 5


@dataclass(frozen=True)
class Figures:
    """One build. ram, flash: bytes in use of application, activations and weights. cycles: estimated, None unknown."""

    network: Network
    ram: int
    flash: int
    cycles: int | None


def figures_of(folder: Path, profiled: bool) -> Figures | None:
    """Of the build in a folder; None where there is none. profiled: the twin was profiled in this very build."""
    try:
        network = read_c_info(folder / "network_c_info.json")
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, IngotError):
        return None
    constants = {item.pool for item in network.initializers}
    pools = {item["name"]: item["used"] for item in summary["pools"]}
    ram = sum(item["used"] for item in summary["application"])
    ram += sum(used for name, used in pools.items() if name not in constants)
    flash = sum(item["used"] for item in summary["slots"])
    flash += sum(used for name, used in pools.items() if name in constants)
    return Figures(network, ram, flash, _cycles(folder / "twin" / "epochs.json", network) if profiled else None)


def _cycles(file: Path, network: Network) -> int | None:
    try:
        measured = measured_of(json.loads(file.read_text(encoding="utf-8")), network)
    except (OSError, ValueError):
        return None
    return sum(measured.cycles) if measured and measured.cycles else None


def difference(before: Figures, after: Figures) -> list[str]:
    """Lines for people: the three figures, the layers that changed, the tensors that grew or shrank most."""
    lines = [
        _figure("RAM", before.ram, after.ram, "bytes"),
        _figure("flash", before.flash, after.flash, "bytes"),
        "cycles       not estimated (profile=1 does)"
        if after.cycles is None
        else _figure("cycles", before.cycles, after.cycles, "estimated"),
    ]
    old, new = _layers(before.network), _layers(after.network)
    for what, names in (
        ("new", [name for name in new if name not in old]),
        ("gone", [name for name in old if name not in new]),
        ("changed", [name for name in new if name in old and old[name] != new[name]]),
    ):
        if names:
            lines.append(f"layers       {len(names)} {what}: {_some([short_name(name) for name in names])}")
    grown = [c for c in compare(before.network, after.network) if c.kind and c.kind != "file" and c.growth]
    if grown:
        lines.append(f"tensors      {_some([f'{c.title} {c.growth:+,}' for c in grown])}")
    return lines


def _figure(name: str, before: int | None, after: int, unit: str) -> str:
    if before is None:
        return f"{name:<12} {after:,} {unit}"
    change = f"{after - before:+,}" if after != before else "as before"
    return f"{name:<12} {after:,} {unit} ({change})"


def _layers(network: Network) -> Mapping[str, Any]:
    """What of a layer counts as a change: not its number, which others move."""
    return {layer.name: (layer.kind, layer.shape, layer.macs, layer.param_bytes) for layer in network.layers}


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
