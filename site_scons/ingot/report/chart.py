# SPDX-License-Identifier: Apache-2.0
"""The pictures of the report as boxes and ticks, in percent of a picture: text keeps its size at any width."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from ingot.report.address_map import Strip
from ingot.report.names import fitted
from ingot.report.timeline import Bar, Lane, Timeline

#: Height in CSS pixels that lanes share by their bytes, and the least height of one.
LANES_HEIGHT = 380.0
LEAST_LANE = 64.0
#: The width that labels are chosen for, and of one of their characters, in CSS pixels.
_WIDTH = 900.0
_CHARACTER = 6.2


@dataclass(frozen=True)
class Box:
    """A bar. left, width, bottom, height: in percent of the picture. outline: a CSS polygon, "" for a rectangle.

    kind: what colours it. label: short text inside, "" where none fits. detail: what it is. position: of the buffer.
    indent: where the label begins, percent of the picture.
    """

    left: float
    width: float
    bottom: float
    height: float
    kind: str
    label: str
    detail: str
    position: int = 0
    outline: str = ""
    indent: float = 0


@dataclass(frozen=True)
class Tick:
    """A mark of an axis. at: percent from its start. text: what it says. detail: an exact figure, "" for none."""

    at: float
    text: str
    detail: str = ""


def size_text(count: int) -> str:
    """Bytes as people read them: below a KiB exact, else in KiB or MiB."""
    if count < 1024:
        return f"{count} B"
    if count < 1 << 20:
        return f"{count / 1024:,.1f} KiB"
    return f"{count / (1 << 20):,.2f} MiB"


def percent(value: float) -> str:
    """A number of CSS or SVG with at most two decimals."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def lane_height(time: Timeline, lane: Lane) -> float:
    """CSS pixels. Lanes share the height by their bytes; a small one stays readable."""
    total = sum(other.extent for other in time.lanes) or 1
    return max(LANES_HEIGHT * lane.extent / total, LEAST_LANE)


def lane_boxes(time: Timeline, lane: Lane) -> list[Box]:
    """The bars of a lane. What takes over another one's bytes begins in the middle of the epoch in which both live."""
    tall = lane_height(time, lane)
    boxes = []
    for bar in lane.bars:
        first, last = bar.first - time.first, bar.last - time.first + 1
        whole = ((0, bar.size),)
        early, late = bar.taken == whole, bar.takes == whole
        left, right = first + late / 2, last - early / 2
        outline = _outline(bar, early, late)
        width, height = 100 * (right - left) / time.steps, 100 * bar.size / max(lane.extent, 1)
        room = int((width * _WIDTH / 100 - 8) / _CHARACTER) if height * tall / 100 >= 14 else 0
        kind = " ".join(["ring" if bar.ring_rows else bar.role, *(["part"] if bar.part else [])])
        boxes.append(
            Box(
                100 * left / time.steps,
                width,
                100 * bar.offset / max(lane.extent, 1),
                height,
                kind,
                fitted(bar.name, room),
                bar.detail,
                bar.position,
                outline,
                50 / time.steps if outline and any(high == bar.size for _, high in bar.takes) else 0,
            )
        )
    return boxes


def _outline(bar: Bar, early: bool, late: bool) -> str:
    """The polygon of a bar that shares some of its bytes in its first or last epoch; "" where it is a rectangle."""
    takes = () if late else bar.takes
    taken = () if early else bar.taken
    if not takes and not taken:
        return ""
    half = 50 / (bar.last - bar.first + 1 - (early + late) / 2)
    edges = sorted({0, bar.size, *(edge for span in (*takes, *taken) for edge in span)})
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    for low, high in itertools.pairwise(edges):
        top, bottom = 100 - 100 * high / bar.size, 100 - 100 * low / bar.size
        x0 = half if any(a <= low and high <= b for a, b in takes) else 0.0
        x1 = 100 - (half if any(a <= low and high <= b for a, b in taken) else 0.0)
        left += [(x0, bottom), (x0, top)]
        right += [(x1, bottom), (x1, top)]
    points = [*left, *reversed(right)]
    return "polygon(" + ",".join(f"{percent(x)}% {percent(y)}%" for x, y in points) + ")"


def seams(time: Timeline, lane: Lane) -> list[Box]:
    """Where bytes go from one buffer to the next: a mark in the middle of the epoch."""
    return [
        Box(
            100 * (bar.first - time.first + 0.5) / time.steps,
            0,
            100 * (bar.offset + low) / max(lane.extent, 1),
            100 * (high - low) / max(lane.extent, 1),
            "seam",
            "",
            bar.sharing,
            bar.position,
        )
        for bar in lane.bars
        for low, high in bar.takes
    ]


def byte_ticks(lane: Lane, height: float) -> list[Tick]:
    """The axis of a lane: bytes from the pool's base, with the address of each."""
    step = _step(lane.extent, max(2, int(height / 44)))
    return [
        Tick(100 * at / lane.extent, _short_size(at), "" if lane.base is None else f"{lane.base + at:#010x}")
        for at in range(0, lane.extent + 1, step)
    ]


def address_ticks(strip: Strip) -> list[Tick]:
    """The axis of a strip of addresses."""
    step = _step(strip.size, 6)
    return [Tick(100 * at / strip.size, f"0x{strip.start + at:08X}") for at in range(0, strip.size, step)]


def epoch_ticks(first: int, steps: int) -> list[Tick]:
    """The axis of epochs; a number stands in the middle of its epoch."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000, 10**9) if steps / step <= 16)
    numbers = range(-(-first // step) * step, first + steps, step)
    return [Tick(100 * (number - first + 0.5) / steps, str(number)) for number in numbers]


def _step(size: int, most: int) -> int:
    """The least power of two that divides a size into at most so many parts."""
    step = 1
    while size > step * most:
        step *= 2
    return step


def _short_size(count: int) -> str:
    for unit, one in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= one and count % (one // 4) == 0:
            return f"{percent(count / one)} {unit}"
    return f"{count:,} B" if count else "0"


def curve(time: Timeline) -> str:
    """The bytes in use as an SVG path, one unit an epoch wide, 100 high."""
    most = max(time.peak, 1)
    return steps_path([100 * live / most for live in time.live])


def steps_path(heights: Sequence[float]) -> str:
    """Columns one unit wide as a closed SVG path in a picture 100 high."""
    parts = [f"V{percent(100 - height)}h1" for height in heights]
    return f"M0 100{''.join(parts)}V100Z"


def strip_boxes(strip: Strip) -> list[Box]:
    """The areas of a strip; behind each, what it uses."""
    boxes = []
    scale = 100 / max(strip.size, 1)
    for area in strip.areas:
        left, width = (area.start - strip.start) * scale, area.size * scale
        detail = (
            f"{area.name} ({area.owner})\n{area.start:#010x} to {area.start + area.size - 1:#010x}\n"
            f"{area.used:,} of {area.size:,} bytes used, {area.size - area.used:,} free"
        )
        label = fitted(area.name, int((width * _WIDTH / 100 - 8) / _CHARACTER))
        boxes.append(Box(left, width, 0, 100, f"{area.owner} area", label, detail))
        if area.used:
            boxes.append(Box(left, max(area.used * scale, 0.05), 0, 50, f"{area.owner} used", "", detail))
    return boxes
