# SPDX-License-Identifier: Apache-2.0
"""The epochs of a build as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingot.st.npu.build import Build
from ingot.st.npu.instructions import decode
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import Unit, field_values, signed
from ingot.st.npu.routes import links_of
from ingot.st.npu.streams import Stream, streams_of

POOL_KINDS = {0: "max", 2: "avg", 10: "global avg"}
ARITH_KINDS = {0: "a*x+b*y+c", 7: "x*y", 0x37: "clip"}
ACTIV_KINDS = {2: "threshold", 3: "table"}


def build_facts(build: Build) -> dict[str, Any]:
    """Everything about a build, for --json."""
    return {
        "network": build.name,
        "model": build.source.model,
        "form": build.form,
        "containers": sorted({blob.container for blob in build.blobs.values()}),
        "epochs": [epoch_facts(epoch) for epoch in build.epochs],
    }


def epoch_facts(epoch: HardwareEpoch) -> dict[str, Any]:
    """Units, links and streams of an epoch, and what it moves."""
    streams = streams_of(epoch)
    reads = [stream for stream in streams if not stream.writes]
    return {
        "epoch": epoch.number,
        "source": epoch.source,
        "units": [unit_facts(epoch, unit) for unit in epoch.units if unit.kind != "STRENG"],
        "links": [str(link) for link in links_of(epoch)],
        "streams": [stream_facts(stream) for stream in streams],
        "read": sum(stream.moved for stream in reads),
        "written": sum(stream.moved for stream in streams if stream.writes),
        "weights": sum(stream.moved for stream in reads if stream.cacheable),
    }


def unit_facts(epoch: HardwareEpoch, unit: Unit) -> dict[str, Any]:
    """What a computing unit does: its fields by name."""
    registers = epoch.units[unit]
    fields = field_values(unit.kind, registers.words)
    return {"unit": str(unit), "does": _does(unit, fields), "fields": fields}


def stream_facts(stream: Stream) -> dict[str, Any]:
    """Address, geometry and amount of a stream."""
    return {
        "unit": str(stream.unit),
        "direction": stream.direction,
        "label": stream.label,
        "first": stream.first,
        "last": stream.last,
        "geometry": geometry(stream),
        "frames": stream.frames,
        "element_bytes": stream.element,
        "moved": stream.moved,
        "cacheable": stream.cacheable,
    }


def geometry(stream: Stream) -> str:
    """One frame, and how the next one is found, in words."""
    kind = f"{8 * stream.element} bits{' signed' if stream.signed else ''}"
    if stream.raw:
        frame = f"{stream.size} x {kind}"
    else:
        frame = f"{stream.height}x{stream.width}x{stream.depth} x {kind}, pixel +{stream.pixel}, line +{stream.line}"
    if stream.frames == 1:
        return frame
    if stream.continuous:
        return f"{stream.frames} frames of {frame}, one behind the other"
    if stream.repeat:
        return f"{stream.frames} frames of {frame}, +{stream.step}, after {stream.repeat} +{stream.repeat_step}"
    return f"{stream.frames} frames of {frame}, +{stream.step}"


def _does(unit: Unit, fields: dict[str, int]) -> str:
    if unit.kind == "CONVACC":
        mode = " deep" if fields["DEEPMODE"] else " dss2" if fields["DSS2MODE"] else ""
        sums = "" if fields["NOSUM"] else f", adds << {fields['INSHIFT']}"
        pads = "".join(str(fields[f"{side}PAD"]) for side in "LRTB")
        depth = fields["BTCDEPTH"]
        return (
            f"conv{mode} {fields['KH']}x{fields['KW']} stride {fields['VSTRD']}x{fields['HSTRD']} pads {pads}, "
            f"{fields['H']}x{fields['W'] // max(1, depth)}x{depth} -> {fields['NR']} kernels, "
            f"zero {signed(fields['FSUB'], 24)}, >> {fields['OUTSHIFT']}, {_bytes(fields['OBYTES'])}{sums}"
        )
    if unit.kind == "ARITH":
        kind = ARITH_KINDS.get(fields["OP"], f"op {fields['OP']}")
        vector = "".join(name[-1].lower() for name in ("COEFFA", "COEFFB", "COEFFC") if fields[name])
        return (
            f"{kind}{f', {vector} a channel' if vector else ''}, >> {fields['RES']}, {_bytes(fields['OBYTES'])}"
            f"{', rounds' if fields['ROUND'] else ''}{', saturates' if fields['SAT'] else ''}"
        )
    if unit.kind == "POOL":
        kind = POOL_KINDS.get(fields["TYPE"], f"type {fields['TYPE']}")
        window = (
            f" {fields['WINY']}x{fields['WINX']} stride {fields['STRDY']}x{fields['STRDX']}" if fields["WINX"] else ""
        )
        return f"{kind} pool{window}, {fields['Y']}x{fields['X'] // max(1, fields['BSIZE'])}x{fields['BSIZE']}"
    if unit.kind == "ACTIV":
        return f"{ACTIV_KINDS.get(fields['TYPE'], 'type ' + str(fields['TYPE']))}, >> {fields['OUTSHIFT']}"
    return "unknown"


def _bytes(count: int) -> str:
    return "1 byte" if count == 1 else f"{count} bytes"


def list_text(build: Build) -> str:
    """The epochs of a build, readable."""
    head = f"{build.name}: {len(build.epochs)} epochs on the NPU, {build.form}"
    if build.blobs:
        kinds = ", ".join(sorted({blob.container for blob in build.blobs.values()}))
        head += f" ({len(build.blobs)}: {kinds})"
    lines = [head]
    for epoch in build.epochs:
        facts = epoch_facts(epoch)
        lines += [
            "",
            f"epoch {epoch.number} ({epoch.source}): reads {facts['read']:,} bytes, {facts['weights']:,} of them from "
            f"cached memory; writes {facts['written']:,}",
        ]
        lines += [f"  {unit['unit']:<9} {unit['does']}" for unit in facts["units"]]
        for stream in facts["streams"]:
            label = f"{stream['label']}+" if stream["label"] else ""
            place = f"{label}{stream['first']:#010x}..{stream['last']:#010x}"
            lines.append(f"  {stream['unit']:<9} {stream['direction']:<5} {place} {stream['geometry']}")
        lines += [f"  {link}" for link in facts["links"]]
    return "\n".join(lines) + "\n"


def dump_text(build: Build, names: Iterable[str]) -> str:
    """The programs of a build's blobs, instruction by instruction; the assembler reads the same text."""
    lines: list[str] = []
    for name in names:
        blob = build.blobs[name]
        lines.append(f"# {name}: {blob.container}, {len(blob.words):,} words")
        labels = {index: label for label, indexes in blob.relocations.items() for index in indexes}
        for at, instruction in decode(blob.words, name):
            data = range(at + 1, at + 1 + len(instruction.data))
            notes = [f"word {index} + {labels[index]}" for index in data if index in labels]
            lines.append(f"{instruction}{'  # ' + ', '.join(notes) if notes else ''}")
    return "\n".join(lines) + "\n"
