# SPDX-License-Identifier: Apache-2.0
"""The report as one self-contained HTML page (toolchain/templates/report.html.j2): no network, no build step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from ingot.base.render import render
from ingot.network.epoch_table import epoch_rows
from ingot.network.fused import UNFUSED, fused_regions
from ingot.network.types import Network
from ingot.report.address_map import Strip, areas_of, strips
from ingot.report.compare import compare
from ingot.report.measured import Measured
from ingot.report.names import fitted, short_name
from ingot.report.npu_time import LANES, NpuTime, npu_time
from ingot.report.timeline import Lane, Timeline, timeline

_WIDTH = 1000.0
_LANES_HEIGHT = 360.0
_LEAST_LANE = 60.0
_NPU_HEIGHT = 44.0
#: Width of a character of a label, in the pictures' units.
_CHARACTER = 5.8


@dataclass(frozen=True)
class Box:
    """A rectangle of a picture, in its units. kind: what colours it. label: short text inside, "" where none fits."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    detail: str


def page(
    network: Network,
    *,
    summary: Mapping[str, Any] | None = None,
    measured: Measured | None = None,
    base: Network | None = None,
) -> str:
    """The page's text.

    summary: what `ingot check` found (summary.json), for the address map. base: another build of the network
    to compare with.
    """
    time = timeline(network)
    maps = strips(areas_of(network, summary))
    npu = npu_time(summary, network.name)
    rows = epoch_rows(network, measured.epochs if measured else None)
    return render(
        "report.html.j2",
        e=escape,
        network=network,
        summary=summary,
        time=time,
        width=_WIDTH,
        lanes=[(lane, *_lane_boxes(time, lane)) for lane in time.lanes],
        curve=_curve(time),
        peak_x=_x(time, time.peak_epoch) + _step(time) / 2,
        maps=[(strip, _strip_boxes(strip)) for strip in maps],
        npu=npu,
        npu_lanes=[(name, words, _npu_boxes(npu, name)) for name, words in LANES.items()] if npu else [],
        rows=rows,
        measured=measured,
        traffic=any(row.bytes_read or row.bytes_written for row in rows),
        most=max((row.share for row in rows), default=1.0) or 1.0,
        macs=sum(row.macs for row in rows),
        cost=sum(row.cost or 0 for row in rows),
        regions=fused_regions(network),
        unfused=UNFUSED,
        changes=compare(base, network) if base is not None else [],
        base=base,
        budgets=_budgets(network, summary),
        size=human,
        short=short_name,
    )


def human(count: int) -> str:
    """Bytes as people read them: exact below a KiB, else in KiB or MiB with the exact number nowhere lost (hover)."""
    if count < 1024:
        return f"{count} B"
    if count < 1 << 20:
        return f"{count / 1024:,.1f} KiB"
    return f"{count / (1 << 20):,.2f} MiB"


def _step(time: Timeline) -> float:
    return _WIDTH / max(time.steps, 1)


def _x(time: Timeline, epoch: int) -> float:
    return (epoch - time.first) * _step(time)


def _lane_boxes(time: Timeline, lane: Lane) -> tuple[float, list[Box]]:
    """(height, bars) of a lane. Lanes share the height by their bytes; a small one stays readable."""
    total = sum(other.extent for other in time.lanes) or 1
    height = max(_LANES_HEIGHT * lane.extent / total, _LEAST_LANE)
    scale = height / max(lane.extent, 1)
    boxes = []
    for bar in lane.bars:
        width = (bar.last - bar.first + 1) * _step(time)
        tall = max(bar.size * scale, 0.75)
        kind = "ring" if bar.ring_rows else bar.role
        label = fitted(bar.name, int((width - 8) / _CHARACTER)) if tall > 12 else ""
        y = height - (bar.offset + bar.size) * scale
        boxes.append(Box(_x(time, bar.first), y, width, tall, kind, label, bar.detail))
    return height, [replace(box, label="") if _covered(box, boxes[n + 1 :]) else box for n, box in enumerate(boxes)]


def _npu_boxes(time: NpuTime, lane: str) -> list[Box]:
    """A bar an epoch, as wide as its time, as high as the lane is busy in it."""
    scale = _WIDTH / max(time.cycles, 1)
    boxes = []
    for span in time.spans:
        tall = _NPU_HEIGHT * min(1.0, span.busy[lane])
        boxes.append(
            Box(span.start * scale, _NPU_HEIGHT - tall, max(span.length * scale, 0.3), tall, lane, "", span.detail)
        )
    return boxes


def _covered(box: Box, later: Sequence[Box]) -> bool:
    """Whether a box that is drawn later lies over the label."""
    right, bottom = box.x + 4 + len(box.label) * _CHARACTER, box.y + 12
    return any(
        other.x < right and other.x + other.width > box.x and other.y < bottom and other.y + other.height > box.y
        for other in later
    )


def _curve(time: Timeline) -> str:
    """The bytes in use as the points of a stepped line, 80 units high."""
    most = max(time.peak, 1)
    points = []
    for index, live in enumerate(time.live):
        y = 80 - 76 * live / most
        points += [f"{index * _step(time):.1f},{y:.1f}", f"{(index + 1) * _step(time):.1f},{y:.1f}"]
    return " ".join(points)


def _strip_boxes(strip: Strip) -> list[Box]:
    """The areas of a strip; behind each, what it uses."""
    boxes = []
    scale = _WIDTH / max(strip.size, 1)
    for area in strip.areas:
        x, width = (area.start - strip.start) * scale, area.size * scale
        detail = (
            f"{area.name} ({area.owner})\n{area.start:#010x} to {area.start + area.size - 1:#010x}\n"
            f"{area.used:,} of {area.size:,} bytes used, {area.size - area.used:,} free"
        )
        label = fitted(area.name, int((width - 8) / _CHARACTER))
        boxes.append(Box(x, 0, width, 44, f"{area.owner} area", label, detail))
        boxes.append(Box(x, 22, max(area.used * scale, 0.5 if area.used else 0), 22, f"{area.owner} used", "", detail))
    return boxes


def _budgets(network: Network, summary: Mapping[str, Any] | None) -> list[tuple[str, int, int]]:
    """(name, used, available) of everything that can run out and is used."""
    if summary is None:
        found = [(p.name, p.used, p.size) for p in network.pools if not p.virtual]
    else:
        found = [
            (f"{kind} {item['name']}", item["used"], item["size"])
            for kind, key in (("application", "application"), ("pool", "pools"), ("flash slot", "slots"))
            for item in summary[key]
        ]
    return [item for item in found if item[1] and item[2]]
