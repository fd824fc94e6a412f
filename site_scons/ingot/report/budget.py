# SPDX-License-Identifier: Apache-2.0
"""`budget:` of a model.yaml: what a firmware may take, and what grew where it takes more.

ram and flash: bytes in use of all memories of that kind, as the memory map counts them, reserved stack and heap
included. stack: the most that was used while the twin ran. cycles: of one inference, estimated (device/run/cycles.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.link.elf import sized_symbols
from ingot.link.memory_map import MemoryMap, used_bytes
from ingot.model import Manifest
from ingot.network.names import short_name

if TYPE_CHECKING:
    from ingot.device.run.cycles import Cycles
    from ingot.network.types import Network

#: Limits that a build itself can compare; a run on the twin compares the rest.
OF_A_BUILD = ("ram", "flash")
OF_A_RUN = ("stack", "cycles")
#: Parts that a message lists.
MOST = 6

#: "ram" or "flash" -> part, as messages call it -> bytes.
Parts = Mapping[str, Mapping[str, int]]


def budget_facts(manifest: Manifest, memory_map: MemoryMap, elf: Path | None, before: Mapping[str, Any]) -> Any:
    """The figures of a build that is within its budget, for summary.json: limits, used, parts.

    elf: None without a firmware. before: those of the last build that was within it, {} without one. Raises IngotError
    that says what grew.
    """
    used = {kind: used_bytes(memory_map, kind) for kind in OF_A_BUILD if kind in manifest.budget}
    parts = _parts(memory_map, elf)
    over = {kind: bytes_ for kind, bytes_ in used.items() if bytes_ > manifest.budget[kind]}
    if over:
        known: Parts = before.get("parts", {})
        raise exceeded(manifest, over, [_growth(kind, parts[kind], known.get(kind)) for kind in over])
    return {"limits": dict(manifest.budget), "used": used, "parts": parts}


def check_run(manifest: Manifest, network: Network, stack: int, cycles: Cycles | None, missing: str) -> list[str]:
    """What a run on the twin took, beside its limits, a line each. missing: why there is no estimate of cycles.

    stack: bytes. Raises IngotError for what is exceeded, and where `cycles` has a limit that cannot be compared.
    """
    limits = manifest.budget
    lines: list[str] = []
    if "stack" in limits:
        if stack > limits["stack"]:
            deepest = ["The figure is of the twin, whose application only runs the network."]
            raise exceeded(manifest, {"stack": stack}, deepest, "the twin used")
        lines.append(f"budget       stack {stack:,} of {limits['stack']:,} bytes, measured on the twin")
    if "cycles" in limits:
        if cycles is None:
            raise manifest.error(
                f"budget.cycles cannot be compared here: {missing}",
                "budget",
                "cycles",
                remedy="Provide what is missing, or take the limit out.",
            )
        if cycles.total > limits["cycles"]:
            costs = dict(zip(_epochs(network), cycles.epochs, strict=False))
            most = [f"{name} {costs[name]:,}" for name in _ordered(costs)]
            raise exceeded(manifest, {"cycles": cycles.total}, [f"Most: {', '.join(most[:MOST])}."], "the estimate is")
        lines.append(f"budget       cycles {cycles.total:,} of {limits['cycles']:,}, estimated")
    return lines


def _epochs(network: Network) -> list[str]:
    """What messages call each epoch."""
    names = {layer.index: short_name(layer.name) for layer in network.layers}
    return [
        f"epoch {epoch.number} ({', '.join(names[i] for i in epoch.layers if i in names) or 'no layer'})"
        for epoch in network.epochs
    ]


def exceeded(
    manifest: Manifest, over: Mapping[str, int], why: Sequence[str], how: str = "the build takes"
) -> IngotError:
    """The message for limits that are exceeded. over: limit -> what is used. why: sentences. how: a verb."""
    said = [f"budget.{key} is {manifest.budget[key]:,}, {how} {used:,}" for key, used in over.items()]
    key = next(iter(over))
    remedy = "\n  ".join([*why, "Make it smaller, or raise the budget."])
    return manifest.error("; ".join(said), "budget", key, remedy=remedy)


def _parts(memory_map: MemoryMap, elf: Path | None) -> Parts:
    """Tensors, layers (their weights), functions, data, and what is reserved."""
    ram: dict[str, int] = {}
    flash: dict[str, int] = {}
    for network in memory_map.networks:
        for buffer in network.buffers:
            if buffer.role == "param":
                _add(flash, f"layer {short_name(buffer.name.removeprefix('parameters of '))}", buffer.size)
            elif buffer.pool:
                _add(ram, f"tensor {short_name(buffer.name)}", buffer.size)
    for claim in memory_map.claims:
        if claim.name in ("section '.stack'", "section '.heap'"):
            _add(ram, claim.name, claim.range.size)
    for symbol in sized_symbols(elf) if elf is not None else ():
        name = f"{'function' if symbol.function else 'data'} {symbol.name}"
        region = memory_map.board.region_at(symbol.address)
        if region is not None and region.kind == "ram":
            _add(ram, name, symbol.size)
        if symbol.stored:
            _add(flash, name, symbol.size)
    return {"ram": ram, "flash": flash}


def _add(parts: dict[str, int], name: str, size: int) -> None:
    parts[name] = parts.get(name, 0) + size


def _growth(kind: str, now: Mapping[str, int], before: Mapping[str, int] | None) -> str:
    """A sentence: what grew since that build, most first; where nothing did, what is largest."""
    known = now if before is None else before
    growth = {name: size - known.get(name, 0) for name, size in now.items() if size > known.get(name, 0)}
    if not growth:
        largest = ", ".join(f"{name} {now[name]:,}" for name in _ordered(now)[:MOST])
        what = "Nothing is known of a build within its budget" if before is None else f"No part of {kind} grew"
        return f"{what}. Largest in {kind}: {largest or 'nothing'}."
    grown = [f"{name} +{growth[name]:,}{'' if name in known else ' (new)'}" for name in _ordered(growth)]
    more = f", and {len(grown) - MOST} more" if len(grown) > MOST else ""
    return f"In {kind} grew since the last build within its budget: {', '.join(grown[:MOST])}{more}."


def _ordered(sizes: Mapping[str, int]) -> list[str]:
    return sorted(sizes, key=lambda name: (-sizes[name], name))
