# SPDX-License-Identifier: Apache-2.0
"""The report as one self-contained HTML page (toolchain/templates/report.html.j2): no network, no build step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ingot.base.render import render
from ingot.link.map_file import ObjectSize
from ingot.network.epoch_table import epoch_rows
from ingot.network.fused import UNFUSED, fused_regions
from ingot.network.names import short_name
from ingot.network.types import Network, NetworkBuffer
from ingot.report.address_map import areas_of, strips
from ingot.report.chart import (
    address_ticks,
    byte_ticks,
    curve,
    epoch_ticks,
    lane_boxes,
    lane_height,
    percent,
    seams,
    size_text,
    strip_boxes,
)
from ingot.report.compare import compare
from ingot.report.layers import kind_sums, layer_rows, weight_sizes
from ingot.report.limits import limits_of
from ingot.report.measured import Measured
from ingot.report.names import broken
from ingot.report.npu_programs import NUMBERS, TITLES, npu_programs
from ingot.report.npu_time import npu_time
from ingot.report.series import epoch_series, npu_series
from ingot.report.timeline import Lane, Timeline, timeline

#: Rows of the lists of weights and of code; the rest is one row.
_LISTED = 15


def page(
    network: Network,
    *,
    summary: Mapping[str, Any] | None = None,
    measured: Measured | None = None,
    base: Network | None = None,
    objects: Sequence[ObjectSize] = (),
    verdict: tuple[str, bool | None] | None = None,
) -> str:
    """The page's text.

    summary: what `ingot check` found (summary.json), for the address map. base: another build of the network
    to compare with. objects: the firmware's, from its map file. verdict: of ingot.report.verdict, None where nobody
    could have verified.
    """
    time = timeline(network)
    npu = npu_time(summary, network.name)
    rows = epoch_rows(network, _costs(measured))
    layers = layer_rows(network, time)
    series, columns = epoch_series(network, rows, measured, time.first, time.steps)
    cycles = sum(measured.cycles) if measured else 0
    return render(
        "report.html.j2",
        e=escape,
        network=network,
        summary=summary,
        time=time,
        lanes=[_lane(time, lane) for lane in time.lanes],
        curve=curve(time),
        epoch_ticks=epoch_ticks(time.first, time.steps),
        peak_at=percent(100 * (time.peak_epoch - time.first + 0.5) / time.steps),
        series=series,
        columns=columns,
        maps=[(strip, strip_boxes(strip), address_ticks(strip)) for strip in strips(areas_of(network, summary))],
        npu=npu,
        npu_lanes=npu_series(npu) if npu else ((), ()),
        programs=npu_programs(network),
        program_titles=TITLES,
        program_numbers=NUMBERS,
        rows=rows,
        row_of={row.bar.position: row.row for row in layers if row.bar},
        layers=layers,
        kinds=kind_sums(layers),
        ports=[(buffer, _real_range(buffer)) for buffer in (*network.inputs, *network.outputs)],
        weights=weight_sizes(network),
        objects=objects,
        listed=_LISTED,
        measured=measured,
        cycles=cycles,
        milliseconds=measured.milliseconds(cycles) if measured and cycles else None,
        traffic=any(row.bytes_read or row.bytes_written for row in rows),
        most=max((row.share for row in rows), default=1.0) or 1.0,
        longest=max(rows, key=lambda row: (row.cost or 0, -row.number)).number if measured and rows else None,
        macs=sum(row.macs for row in rows),
        cost=sum(measured.epochs) if measured else 0,
        regions=fused_regions(network),
        unfused=UNFUSED,
        changes=compare(base, network) if base is not None else [],
        base=base,
        limits=limits_of(network, summary, measured),
        verdict=verdict,
        size=size_text,
        short=short_name,
        broken=broken,
        n=percent,
    )


def _costs(measured: Measured | None) -> Sequence[int] | None:
    """What shares are of: estimated cycles, else instructions; None without a measurement."""
    return None if measured is None else measured.cycles or measured.epochs


def _lane(time: Timeline, lane: Lane) -> tuple[Any, ...]:
    """What the template draws of a lane: itself, its height, its axis, its bars, the seams of its bars."""
    height = lane_height(time, lane)
    return lane, percent(height), byte_ticks(lane, height), lane_boxes(time, lane), seams(time, lane)


def _real_range(buffer: NetworkBuffer) -> str:
    """The real numbers that a tensor of one scale can hold: `-1 to 0.992`; "" where that is not one range."""
    bounds = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}.get(buffer.dtype)
    if bounds is None or len(buffer.scale) != 1:
        return ""
    zero = buffer.zero_point[0] if buffer.zero_point else 0
    low, high = (buffer.scale[0] * (bound - zero) for bound in bounds)
    return f"{low:.4g} to {high:.4g}"
