# SPDX-License-Identifier: Apache-2.0
"""The layers with their tensors as rows, their sums by kind of operator, and where the weights are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingot.network.types import Network, NetworkBuffer
from ingot.report.timeline import Bar, Timeline

_PARAMETERS = "parameters of "
_LAYER_ROW, _TENSOR_ROW = "l", "t"


@dataclass(frozen=True)
class LayerRow:
    """A layer and the tensor that it makes, or a tensor that no layer is named after (kind: its role).

    row: its id in the page. number: of the layer, None without one. weights: bytes in flash. bar: of its tensor in the
    picture, None where it has none. rows_kept: of a ring, 0 for a whole tensor. epoch: None where unknown.
    """

    row: str
    number: int | None
    kind: str
    name: str
    shape: str
    dtype: str
    macs: int
    weights: int
    epoch: int | None
    bar: Bar | None

    @property
    def memory(self) -> str:
        """How its tensor lies in memory, in words."""
        if self.bar is None:
            return ""
        ring = f"ring of {self.bar.ring_rows} rows" if self.bar.ring_rows else ""
        return ", ".join(part for part in (ring, self.bar.sharing) if part)


@dataclass(frozen=True)
class KindSum:
    """All layers of one kind of operator. weights: bytes in flash."""

    kind: str
    count: int
    macs: int
    weights: int


def layer_rows(network: Network, time: Timeline) -> list[LayerRow]:
    """Inputs first, then the layers in their order, then the tensors that no layer is named after."""
    bars = {bar.position: bar for lane in time.lanes for bar in lane.bars}
    by_name: dict[str, int] = {}
    for position, placed in bars.items():
        by_name.setdefault(placed.name, position)
    weights = {name: size for name, size in weight_sizes(network)}
    made = {at: epoch.number for epoch in network.epochs for at in epoch.writes}
    rows, seen = [], set()
    for layer in network.layers:
        at = by_name.get(layer.name, -1)
        bar = bars.get(at) if at not in seen else None
        if bar is not None:
            seen.add(bar.position)
        rows.append(
            LayerRow(
                row=f"{_LAYER_ROW}{layer.index}",
                number=layer.index,
                kind=layer.kind,
                name=layer.name,
                shape=_shape(layer.shape),
                dtype=network.buffers[bar.position].dtype if bar else "",
                macs=layer.macs,
                weights=weights.get(layer.name, layer.param_bytes),
                epoch=layer.epoch if layer.epoch >= 0 else None,
                bar=bar,
            )
        )
    others = [_tensor_row(network.buffers[at], made.get(at), bars[at]) for at in bars if at not in seen]
    inputs = [row for row in others if row.kind == "input"]
    return [*inputs, *rows, *(row for row in others if row.kind != "input")]


def _tensor_row(buffer: NetworkBuffer, epoch: int | None, bar: Bar) -> LayerRow:
    shape = _shape(buffer.shape)
    return LayerRow(
        f"{_TENSOR_ROW}{bar.position}", None, buffer.role, buffer.name, shape, buffer.dtype, 0, 0, epoch, bar
    )


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))


def weight_sizes(network: Network) -> list[tuple[str, int]]:
    """(layer or parameter, bytes in flash), most first."""
    sizes: dict[str, int] = {}
    for buffer in network.buffers:
        if buffer.role == "param":
            name = buffer.name.removeprefix(_PARAMETERS)
            sizes[name] = sizes.get(name, 0) + buffer.size
    return sorted(sizes.items(), key=lambda item: (-item[1], item[0]))


def kind_sums(rows: Sequence[LayerRow]) -> list[KindSum]:
    """The layers by kind of operator; what has most MACs, then most weights, comes first."""
    kinds: dict[str, list[LayerRow]] = {}
    for row in rows:
        if row.number is not None:
            kinds.setdefault(row.kind, []).append(row)
    sums = [
        KindSum(kind, len(of_kind), sum(row.macs for row in of_kind), sum(row.weights for row in of_kind))
        for kind, of_kind in kinds.items()
    ]
    return sorted(sums, key=lambda item: (-item.macs, -item.weights, -item.count, item.kind))
