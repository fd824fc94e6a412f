# SPDX-License-Identifier: Apache-2.0
"""The table at the end of a build: what the network takes, what is left, how long it took. Light to import."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingot.board.aliases import Aliases
    from ingot.link.memory_map import MemoryMap
    from ingot.network.types import Network


def summary_of(memory_map: MemoryMap, network: Network) -> dict[str, Any]:
    """The figures of one build as plain data, for summary.json."""
    from ingot.link.memory_map import summarize

    facts = summarize(memory_map)
    networks = memory_map.networks

    def usage(item: Any) -> dict[str, Any]:
        return {"name": item.name, "start": item.range.start, "size": item.range.size, "used": item.used}

    return {
        "board": memory_map.board.name,
        "core": memory_map.board.core,
        "clock": memory_map.board.clock,
        "twin": memory_map.board.is_twin,
        "model": " + ".join(each.model for each in networks),
        "stand_in": any(each.stand_in for each in networks),
        "compiler": network.compiler,
        "epochs": {kind: sum(_count(each, kind) for each in networks) for kind in ("EC", "SW")},
        "macs": sum(epoch.macs for each in networks for epoch in each.epochs),
        "peak": network.peak if len(networks) == 1 else _together(networks, memory_map.board.aliases),
        "lower_bound": network.lower_bound if len(networks) == 1 else 0,
        "weights": facts.weights,
        "pools": [usage(item) for item in facts.pools],
        "slots": [usage(item) for item in facts.slots],
        "application": [usage(item) for item in facts.application],
    }


def _together(networks: Sequence[Network], aliases: Aliases) -> int:
    """Bytes of activations of several networks; what they use in turn counts once."""
    from ingot.board.ranges import Range

    constants = {item.pool for network in networks for item in network.initializers}
    used = [
        Range(pool.base + pool.start, pool.base + pool.used)
        for network in networks
        for pool in network.pools
        if pool.used and not pool.virtual and pool.base is not None and pool.name not in constants
    ]
    return aliases.union(used).size


def _count(network: Network, kind: str) -> int:
    return sum(epoch.kind == kind for epoch in network.epochs)


def print_summary(file: Path, seconds: Mapping[str, float], then: str) -> None:
    """Prints the table of a summary.json, and behind it where the firmware is and what comes next.

    seconds, then: see summary_text; then: commands.
    """
    facts = json.loads(file.read_text(encoding="utf-8"))
    folder = file.parent if file.parent.name else Path.cwd()  # CMake runs its commands in a folder of its own
    print(f"\n{summary_text(facts, seconds, f'firmware in {folder.as_posix()}/; next: {then}')}", flush=True)


def summary_text(facts: Mapping[str, Any], seconds: Mapping[str, float], then: str = "") -> str:
    """The table for the console. seconds: of the steps that ran in this build. then: what comes next."""
    lines = [f"{facts['model']} on {facts['board']}"]
    if facts["stand_in"]:
        lines[0] += "   STAND-IN: the weights are invented"
    rows: list[tuple[str, int, int]] = []
    rows += [(f"pool {item['name']}", item["used"], item["size"]) for item in facts["pools"] if item["used"]]
    rows += [(f"application {item['name']}", item["used"], item["size"]) for item in facts["application"]]
    rows += [(f"flash slot {item['name']}", item["used"], item["size"]) for item in facts["slots"] if item["used"]]
    budget = facts.get("budget", {"used": {}})
    rows += [(f"budget {kind}", used, budget["limits"][kind]) for kind, used in budget["used"].items()]
    width = max(len(name) for name, *_ in rows)
    lines.append(f"  {'':<{width}}  {'used':>11}  {'of':>11}  {'left':>11}")
    lines += [f"  {name:<{width}}  {used:>11,}  {size:>11,}  {size - used:>11,}" for name, used, size in rows]
    bound = facts["lower_bound"]
    activations = f"activations {facts['peak']:,}"
    if bound:
        activations += " (the least this schedule needs)" if bound == facts["peak"] else f" (at least {bound:,})"
    epochs = " + ".join(f"{count} {kind}" for kind, count in facts["epochs"].items() if count) or "0"
    lines.append(f"  {activations}, weights {facts['weights']:,}, epochs {epochs}, {facts['macs']:,} MACs")
    slow = {step: taken for step, taken in seconds.items() if taken >= 0.05}
    if slow:
        longest_first = sorted(slow, key=lambda step: -slow[step])
        lines.append("  seconds: " + ", ".join(f"{step} {slow[step]:.1f}" for step in longest_first))
    if then:
        lines.append(f"  {then}")
    return "\n".join(lines)
