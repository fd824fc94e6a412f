# SPDX-License-Identifier: Apache-2.0
"""The report as text: the figures, the pools over time as blocks, the epochs that cost most."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.base.text_table import text_table
from ingot.network.epoch_table import epoch_rows
from ingot.network.fused import UNFUSED, FusedRegion, fused_regions
from ingot.network.types import Network
from ingot.report.compare import compare
from ingot.report.measured import Measured
from ingot.report.npu_programs import NUMBERS, TITLES, npu_programs
from ingot.report.timeline import timeline

_BLOCKS = " ▁▂▃▄▅▆▇█"
_WIDTH = 80
_SHOWN = 12


def terminal_report(network: Network, measured: Measured | None = None, base: Network | None = None) -> str:
    """The text. base: another build to compare with."""
    time = timeline(network)
    rows = epoch_rows(network, measured.epochs if measured else None)
    lines = [f"{network.model}   {network.compiler} {network.compiler_version}"]
    if network.stand_in:
        lines.append("STAND-IN: the weights of this model are invented")
    lines += network.notes
    weights = sum(item.size for item in network.initializers)
    lines.append(f"activations {network.peak:,} bytes, weights {weights:,} bytes, {len(rows)} epochs")
    if network.unfused_peak:
        lines.append(f"{UNFUSED} at least {network.unfused_peak:,} bytes")
    if measured and measured.stack:
        lines.append(measured.stack)
    if measured and measured.twin:
        lines.append(measured.twin)
    lines += ["", f"bytes in use, epochs {time.first} to {time.last}; the most, {time.peak:,}, in {time.peak_epoch}"]
    lines += [_graph(time.live), ""]
    costly = sorted(rows, key=lambda row: (-row.share, row.number))[:_SHOWN]
    if measured or any(row.macs for row in rows):
        lines.append(f"epochs that cost most, {len(costly)} of {len(rows)}")
        columns = [
            ("epoch", "r", [str(row.number) for row in costly]),
            ("kind", "l", [row.kind for row in costly]),
            ("layers", "l", [_short(row.what) for row in costly]),
            ("MACs", "r", [f"{row.macs:,}" for row in costly]),
            ("share", "r", [f"{100 * row.share:.1f} %" for row in costly]),
        ]
        if measured:
            columns.insert(4, ("instructions", "r", [f"{row.cost or 0:,}" for row in costly]))
        table = [list(cells) for cells in zip(*(cells for *_, cells in columns), strict=True)]
        text = "\n".join(lines) + "\n"
        text += text_table([title for title, *_ in columns], table, "".join(side for _, side, _ in columns))
    else:
        text = (
            "\n".join(lines).rstrip() + "\n\nwhat the epochs cost is not known: the compiler gives no MACs for them\n"
        )
    if programs := npu_programs(network):
        sides = "".join("r" if title in NUMBERS else "l" for title in TITLES)
        shown = [[*row[:1], _short(row[1]), *row[2:]] for row in programs]
        text += "\nwhere the epochs run; times are estimated\n" + text_table(TITLES, shown, sides)
    if regions := fused_regions(network):
        text += _regions(regions)
    if base is not None:
        changes = compare(base, network)
        shown = [[c.title[:60], _number(c.before), _number(c.after), f"{c.growth:+,}"] for c in changes[: 4 + _SHOWN]]
        text += "\nagainst the other build\n" + text_table(["what", "before", "now", "growth"], shown, "lrrr")
    return text


def _short(layers: str) -> str:
    return layers if len(layers) <= 48 else layers[:45] + "..."


def _regions(regions: Sequence[FusedRegion]) -> str:
    shown = sorted(regions, key=lambda region: (region.size - region.whole, region.epoch))[:_SHOWN]
    rows = [[str(r.epoch), str(len(r.rings)), f"{r.whole:,}", f"{r.size:,}"] for r in shown]
    title = f"\nfused regions whose rings save most, {len(shown)} of {len(regions)}; bytes of their inner tensors\n"
    return title + text_table(["epoch", "rings", "whole", "as rings"], rows, "rrrr")


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _graph(values: Sequence[int]) -> str:
    """A line of blocks, one a value or one for several where there are more than fit."""
    each = -(-len(values) // _WIDTH) or 1
    heights = [max(values[i : i + each]) for i in range(0, len(values), each)]
    most = max(heights, default=1) or 1
    return "".join(_BLOCKS[-(-h * (len(_BLOCKS) - 1) // most)] for h in heights)
