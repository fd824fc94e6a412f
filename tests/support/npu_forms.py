# SPDX-License-Identifier: Apache-2.0
"""Forms of builds for the NPU by name: those that the decoder's declarations list, and those that tests simulate.

As a plugin of pytest (`-p support.npu_forms`) it writes what was simulated, one name a line, to the file that
NPU_FORMS names. An epoch counts when the simulator took it to its end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

from ingot.st.npu import build, container
from ingot.st.npu.instructions import CODES, decode
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.plain import epochs as plain
from ingot.st.npu.registers import COUNTS, DESTINATIONS, FIELDS, Port, Unit
from ingot.st.npu.routes import Link, RouteKind, links_of
from ingot.st.npu.sim import epoch as simulator
from ingot.st.npu.software import routines
from ingot.st.npu.streams import Stream, streams_of

#: A field with more values than that is an amount, such as a shift.
MODES = 4
#: Where a CONVACC gets the sums from that it adds.
SUMS = ("another unit", "itself", "the last of its chain", "memory")
RUN: set[str] = set()


def declared_forms() -> set[str]:
    """All that the declarations list. Units without fields are refused whatever they do."""
    units = {f"unit {Unit(kind, number)}" for kind in FIELDS for number in range(COUNTS[kind])}
    ports = {_port(port) for port in DESTINATIONS.values() if port.unit.kind in FIELDS}
    modes = {
        f"{kind}.{name} = {value}"
        for kind, fields in FIELDS.items()
        for name, field in fields.items()
        if field.seen is not None and len(field.seen) <= MODES and name != "EN"
        for value in field.seen
    }
    streams = {
        f"stream: {direction}, {shape}, {place}"
        for direction in ("read", "write")
        for shape in ("raw", "raster")
        for place in ("one frame", "step", "repeat")
    } | {"stream: read, raw, continuous", "stream: relocated"}
    streams |= {f"stream: {direction}, elements of {size}" for direction in ("read", "write") for size in (1, 2, 3)}
    containers = {f"container {magic:08X}" for magic in (container.PLAIN, *container.CONTAINERS)}
    relocated = {f"container {magic:08X}, relocated" for magic in container.CONTAINERS}
    routes = {f"route {kind}" for kind in get_args(RouteKind)} | {f"sums from {source}" for source in SUMS}
    other = {f"instruction {name}" for name in CODES} | {f"call {name}" for name in routines.ROUTINES}
    return units | ports | modes | streams | containers | relocated | routes | other | {"plain calls"}


def forms_of(epoch: HardwareEpoch) -> Iterator[str]:
    """The forms of an epoch."""
    for unit, registers in epoch.units.items():
        yield f"unit {unit}"
        for name, field in FIELDS[unit.kind].items():
            yield f"{unit.kind}.{name} = {field.get(registers[field.word])}"
    for link in links_of(epoch):
        yield f"route {link.kind}"
        yield _port(link.port)
        if link.port.unit.kind == "CONVACC" and link.port.port == 2:
            yield f"sums from {_sums(link, epoch)}"
    for stream in streams_of(epoch):
        yield f"stream: {stream.direction}, {'raw' if stream.raw else 'raster'}, {_place(stream)}"
        yield f"stream: {stream.direction}, elements of {stream.element}"
        if stream.label:
            yield "stream: relocated"


def _port(port: Port) -> str:
    return f"into {str(port).replace(str(port.unit), port.unit.kind)}"


def _place(stream: Stream) -> str:
    if stream.continuous:
        return "continuous"
    return "one frame" if stream.frames == 1 else "repeat" if stream.repeat else "step"


def _sums(link: Link, epoch: HardwareEpoch) -> str:
    if link.source.kind == "STRENG":
        return "memory"
    if link.source == link.port.unit:
        return "itself"
    head = FIELDS["CONVACC"]["GEN1SUM"].get(epoch.units[link.port.unit][0])
    return "the last of its chain" if head else "another unit"


def pytest_configure() -> None:
    """Records what runs from here on; modules of tests are imported later."""
    _record(simulator, "results_of", lambda found, epoch, *rest: forms_of(epoch))
    _record(plain, "plain_epochs", lambda found, *rest: ["plain calls"] if found else [])
    _record(routines, "run_call", lambda found, call, store: [f"call {call.name}"])
    for module in (container, build):
        _record(module, "read_blob", lambda found, *rest: _blob(found))


def pytest_unconfigure() -> None:
    """Writes the names."""
    Path(os.environ["NPU_FORMS"]).write_text("".join(f"{name}\n" for name in sorted(RUN)), encoding="utf-8")


def _blob(blob: container.Blob) -> Iterator[str]:
    yield f"container {blob.magic:08X}"
    if blob.relocations:
        yield f"container {blob.magic:08X}, relocated"
    yield from (f"instruction {found.name}" for _, found in decode(blob.words, "blob"))


def _record(module: Any, name: str, forms: Callable[..., Any]) -> None:
    function = getattr(module, name)

    def recorded(*arguments: Any, **named: Any) -> Any:
        found = function(*arguments, **named)
        RUN.update(forms(found, *arguments))
        return found

    setattr(module, name, recorded)
