# SPDX-License-Identifier: Apache-2.0
"""The epochs as rows: what runs, what it costs, what it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingot.network.types import Network


@dataclass(frozen=True)
class EpochRow:
    """One epoch. cost: instructions or microseconds where they were measured, else None. share: of the cost, or of the
    MACs where there is none. bytes_read, bytes_written: of the buffers it reads and writes, without
    what lives only inside it."""

    number: int
    kind: str
    what: str
    macs: int
    cost: int | None
    share: float
    bytes_read: int
    bytes_written: int
    why: str


def epoch_rows(network: Network, costs: Sequence[int] | None = None) -> list[EpochRow]:
    """The rows. costs: one number an epoch, in order."""
    weights = list(costs) if costs is not None else [epoch.macs for epoch in network.epochs]
    total = sum(weights) or 1
    layers = {layer.index: layer for layer in network.layers}
    rows = []
    for position, epoch in enumerate(network.epochs):
        kinds = [layers[index].kind for index in epoch.layers if index in layers]
        rows.append(
            EpochRow(
                number=epoch.number,
                kind=epoch.kind,
                what=counted(kinds or epoch.kernels),
                macs=epoch.macs,
                cost=costs[position] if costs is not None else None,
                share=weights[position] / total,
                bytes_read=sum(network.buffers[i].size for i in epoch.reads),
                bytes_written=sum(network.buffers[i].size for i in epoch.writes),
                why=epoch.why,
            )
        )
    return rows


def counted(names: Sequence[str]) -> str:
    """The names in order, runs of the same one counted: `2x ADD, CONV_2D`."""
    parts: list[list[str | int]] = []
    for name in names:
        if parts and parts[-1][0] == name:
            parts[-1][1] = int(parts[-1][1]) + 1
        else:
            parts.append([name, 1])
    return ", ".join(str(name) if count == 1 else f"{count}x {name}" for name, count in parts)
