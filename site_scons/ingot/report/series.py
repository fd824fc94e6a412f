# SPDX-License-Identifier: Apache-2.0
"""What each epoch costs and moves, as lanes on the axis of the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingot.network.epoch_table import EpochRow
from ingot.network.types import Network
from ingot.report.chart import percent, steps_path
from ingot.report.measured import Measured
from ingot.report.npu_time import LANES, NpuTime


@dataclass(frozen=True)
class Series:
    """A lane. path: of an SVG picture one unit an epoch wide and 100 high. most: the largest value, as text."""

    name: str
    kind: str
    most: str
    path: str


@dataclass(frozen=True)
class Column:
    """What is known of one epoch. left, width: percent. detail: its figures, a line each."""

    number: int
    left: float
    width: float
    detail: str


def epoch_series(
    network: Network, rows: Sequence[EpochRow], measured: Measured | None, first: int, steps: int
) -> tuple[list[Series], list[Column]]:
    """The lanes that have figures, and the columns of all of them. first, steps: the axis of the epochs."""
    weights = [_weights(network, index) for index in range(len(rows))]
    tensors = [max(0, row.bytes_read - size) for row, size in zip(rows, weights, strict=True)]
    cycles = measured.cycles if measured else ()
    named: list[tuple[str, str, str, Sequence[int]]] = [
        ("estimated cycles", "cost", "cycles", cycles),
        ("instructions", "cost", "instructions, on the twin", measured.epochs if measured else ()),
        ("MACs", "cost", "MACs", [row.macs for row in rows]),
        ("tensors read", "read", "bytes of tensors read", tensors),
        ("written", "written", "bytes written", [row.bytes_written for row in rows]),
        ("weights fetched", "weights", "bytes of weights fetched", weights),
    ]
    shown = [item for item in named if any(item[3])]
    lanes = [
        Series(name, kind, f"{max(values):,}", _path(rows, values, first, steps)) for name, kind, _, values in shown
    ]
    columns = []
    for index, row in enumerate(rows):
        lines = [f"epoch {row.number} ({'NPU' if row.kind == 'EC' else 'CPU'}): {row.what}"]
        lines += [f"{values[index]:,} {words}" for _, _, words, values in shown]
        if measured and cycles and (time := measured.milliseconds(cycles[index])) is not None:
            lines.append(f"{1e3 * time:,.1f} us at {measured.clock / 1e6:g} MHz, estimated")
        columns.append(Column(row.number, 100 * (row.number - first) / steps, 100 / steps, "\n".join(lines)))
    return lanes, columns


def _weights(network: Network, index: int) -> int:
    """Bytes of parameters that an epoch reads."""
    read = (network.buffers[at] for at in network.epochs[index].reads)
    return sum(buffer.size for buffer in read if buffer.role == "param")


def _path(rows: Sequence[EpochRow], values: Sequence[int], first: int, steps: int) -> str:
    most = max(values) or 1
    heights = [0.0] * steps
    for row, value in zip(rows, values, strict=True):
        heights[row.number - first] = 100 * value / most
    return steps_path(heights)


def npu_series(time: NpuTime) -> tuple[list[Series], list[Column]]:
    """The lanes of the NPU over time: a column is as wide as its epoch takes, as high as the lane is busy in it."""
    scale = 1000 / max(time.cycles, 1)
    lanes = []
    for name, words in LANES.items():
        path = ["M0 100"]
        for span in time.spans:
            top = 100 - 100 * min(1.0, span.busy[name])
            path.append(f"V{percent(top)}H{percent((span.start + span.length) * scale)}")
        lanes.append(Series(name, name, words, "".join(path) + "V100Z"))
    columns = [
        Column(
            span.number,
            100 * span.start / max(time.cycles, 1),
            100 * span.length / max(time.cycles, 1),
            span.detail,
        )
        for span in time.spans
    ]
    return lanes, columns
