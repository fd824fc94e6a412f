# SPDX-License-Identifier: Apache-2.0
"""What grew between two builds of a network: by figure, by buffer and by initializer."""

from __future__ import annotations

from dataclasses import dataclass

from ingot.network.names import short_name
from ingot.network.types import Network


@dataclass(frozen=True)
class Change:
    """One line of the comparison. before, after: bytes (or a count), None where it was not there.

    kind: "" for a total, "file", or a buffer's role; what: its name.
    """

    kind: str
    what: str
    before: int | None
    after: int | None

    @property
    def title(self) -> str:
        return f"{self.kind} {short_name(self.what)}".strip()

    @property
    def growth(self) -> int:
        return (self.after or 0) - (self.before or 0)


def compare(base: Network, network: Network) -> list[Change]:
    """All differences: totals first, then what grew or shrank most. Equal things are left out, totals never."""
    totals = [
        Change("", "activations, peak", base.peak, network.peak),
        Change("", "weights", _weights(base), _weights(network)),
        Change("", "epochs", len(base.epochs), len(network.epochs)),
        Change("", "MACs", sum(e.macs for e in base.epochs), sum(e.macs for e in network.epochs)),
    ]
    before, after = _parts(base), _parts(network)
    parts = [Change(*name, before.get(name), after.get(name)) for name in sorted({*before, *after})]
    changed = [part for part in parts if part.before != part.after]
    return totals + sorted(changed, key=lambda part: (-abs(part.growth), part.kind, part.what))


def _weights(network: Network) -> int:
    return sum(item.size for item in network.initializers)


def _parts(network: Network) -> dict[tuple[str, str], int]:
    parts = {("file", item.file): item.size for item in network.initializers}
    for buffer in network.buffers:
        key = (buffer.role, buffer.name)
        parts[key] = parts.get(key, 0) + buffer.size
    return parts
