# SPDX-License-Identifier: Apache-2.0
"""Everything that can run out, with what is used of it: limits of the model.yaml first, then memories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingot.network.types import Network
from ingot.report.measured import Measured

_UNITS = {"cycles": "cycles"}


@dataclass(frozen=True)
class Limit:
    """used of available, in `unit`. used: None where it is not known yet. how: where the figure is from, or why not.

    own: a limit of the model.yaml, not of the board.
    """

    name: str
    used: int | None
    available: int
    own: bool = False
    how: str = ""
    unit: str = "bytes"

    @property
    def share(self) -> float:
        """Of what is available, 0 to 1 and more."""
        return (self.used or 0) / self.available

    @property
    def state(self) -> str:
        """How near it is to its end: "over", "near" (from 90 %), "ok" or "unknown"."""
        if self.used is None:
            return "unknown"
        return "over" if self.used > self.available else "near" if self.share >= 0.9 else "ok"


def limits_of(network: Network, summary: Mapping[str, Any] | None, measured: Measured | None) -> list[Limit]:
    """All of them. What is not used at all is left out, except limits of the model.yaml."""
    found = [*_own(summary, measured)]
    if measured and measured.stack_size:
        found.append(Limit("stack", measured.stack_used, measured.stack_size, how="measured on the twin"))
    if summary is None:
        found += [Limit(p.name, p.used, p.size) for p in network.pools if not p.virtual and p.used and p.size]
        return found
    found += [
        Limit(f"{kind} {item['name']}", item["used"], item["size"])
        for kind, key in (("application", "application"), ("pool", "pools"), ("flash slot", "slots"))
        for item in summary[key]
        if item["used"] and item["size"]
    ]
    return found


def _own(summary: Mapping[str, Any] | None, measured: Measured | None) -> list[Limit]:
    budget = (summary or {}).get("budget", {})
    used: dict[str, int] = dict(budget.get("used", {}))
    how = {"stack": "not run: profile=1 measures it", "cycles": "not run: profile=1 estimates them"}
    if measured and measured.stack_size:
        used["stack"], how["stack"] = measured.stack_used, "measured on the twin"
    if measured and measured.cycles:
        used["cycles"], how["cycles"] = sum(measured.cycles), "estimated"
    elif measured and measured.no_cycles:
        how["cycles"] = measured.no_cycles
    return [
        Limit(f"budget {name}", used.get(name), limit, True, how.get(name, ""), _UNITS.get(name, "bytes"))
        for name, limit in budget.get("limits", {}).items()
    ]
