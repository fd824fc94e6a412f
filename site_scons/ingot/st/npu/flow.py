# SPDX-License-Identifier: Apache-2.0
"""How many elements flow: what each unit makes of its frames must be what the streams write, element for element.

A convolution makes (height - rows) div stride + 1 lines of a frame, with crops, padding and frame around it counted; a
pool alike; a global pool one element a channel; ARITH and ACTIV as many as they get.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import Port, Unit, field_values
from ingot.st.npu.routes import Link
from ingot.st.npu.streams import Stream

#: Frames, elements of a frame.
Frames = tuple[int, int]


def wrong_lengths(epoch: HardwareEpoch, streams: Sequence[Stream], links: Sequence[Link]) -> list[str]:
    """For every stream that does not write what flows to it, a sentence."""
    flow = _Flow(epoch, {stream.unit: stream for stream in streams}, {link.port: link for link in links})
    found = []
    for stream in streams:
        if stream.writes:
            frames, size = flow.into(Port(stream.unit, 0))
            if frames * size != stream.elements:
                found.append(f"{stream.unit} writes {stream.elements:,} elements, {frames * size:,} flow to it")
    return found


def flows_of(epoch: HardwareEpoch, streams: Sequence[Stream], links: Sequence[Link]) -> dict[Unit, int]:
    """Elements that each computing unit makes."""
    flow = _Flow(epoch, {stream.unit: stream for stream in streams}, {link.port: link for link in links})
    found = {}
    for unit in epoch.units:
        if unit.kind != "STRENG":
            frames, size = flow.out_of(unit)
            found[unit] = frames * size
    return found


class _Flow:
    def __init__(self, epoch: HardwareEpoch, streams: Mapping[Unit, Stream], links: Mapping[Port, Link]) -> None:
        self.epoch, self.streams, self.links = epoch, streams, links
        self.known: dict[Unit, Frames] = {}
        self.open: set[Unit] = set()

    def into(self, port: Port) -> Frames:
        """What reaches an input."""
        link = self.links[port]
        frames, size = self.out_of(link.source)
        if link.kind == "first":
            return min(frames, link.first), size
        if link.kind == "every":
            return frames // (link.drop + link.keep) * link.keep, size
        return frames, size

    def out_of(self, unit: Unit) -> Frames:
        """What a unit makes; nothing for one whose input is its own output."""
        if unit not in self.known:
            if unit in self.open:
                return 0, 0
            self.open.add(unit)
            self.known[unit] = self._make(unit)
        return self.known[unit]

    def _make(self, unit: Unit) -> Frames:
        if unit.kind == "STRENG":
            stream = self.streams[unit]
            return stream.frames, stream.frame_elements
        frames, size = self.into(Port(unit, 0))
        registers = self.epoch.units[unit]
        fields = field_values(unit.kind, registers.words)
        if unit.kind == "CONVACC":
            return frames * (fields["FSTATCNT"] if fields["FSTAT"] else 1), _convolved(fields)
        if unit.kind == "POOL":
            return frames, _pooled(fields)
        return frames, size


def _convolved(fields: Mapping[str, int]) -> int:
    depth = max(1, fields["BTCDEPTH"])
    columns = (min(fields["RCROP"], fields["W"] - 1) - fields["LCROP"] + 1) // depth
    columns += (fields["ZLEFT"] + fields["ZRIGHT"]) // depth + fields["LPAD"] + fields["RPAD"]
    lines = min(fields["BCROP"], fields["H"] - 1) - fields["TCROP"] + 1
    lines += fields["ZTOP"] + fields["ZBOTTOM"] + fields["TPAD"] + fields["BPAD"]
    return _steps(columns, fields["KW"], fields["HSTRD"]) * _steps(lines, fields["KH"], fields["VSTRD"]) * fields["NR"]


def _pooled(fields: Mapping[str, int]) -> int:
    depth = max(1, fields["BSIZE"])
    if not fields["WINX"]:
        return depth
    columns = (min(fields["RCROP"], fields["X"] - 1) - fields["LCROP"] + 1) // depth
    lines = min(fields["BCROP"], fields["Y"] - 1) - fields["TCROP"] + 1
    return _steps(columns, fields["WINX"], fields["STRDX"]) * _steps(lines, fields["WINY"], fields["STRDY"]) * depth


def _steps(size: int, window: int, stride: int) -> int:
    return max(0, (size - window) // max(1, stride) + 1)
