# SPDX-License-Identifier: Apache-2.0
"""What a CONVACC adds to its sums: the accumulator port, chains of units, partial sums of the frame before.

    out = S(R(sum + (a << INSHIFT), OUTSHIFT))

a is what another CONVACC makes of the same frame. For the head of a loop it is what the last unit of the chain made of
the frame before: by the switch (a unit's own output, or GEN1SUM), or through memory, which one stream writes and
another reads. NO1SUM: nothing for frame 0. AFILTMODE 3: only in frames FIRST <= i mod TOT <= LAST.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.st.npu.registers import Port, Unit
from ingot.st.npu.routes import Link
from ingot.st.npu.sim.arithmetic import Ints, narrow
from ingot.st.npu.sim.fields import never
from ingot.st.npu.streams import Stream


@dataclass(frozen=True)
class Chain:
    """units: from the head to the last one, where they loop; else the one asked for. head: fields of the head."""

    units: tuple[Unit, ...]
    loops: bool
    head: Mapping[str, int]

    def takes(self, frame: int) -> bool:
        """Whether the head adds something to this frame."""
        if frame == 0 and self.head["NO1SUM"]:
            return False
        if self.head["AFILTMODE"] == 0:
            return True
        return self.head["AFIRST"] <= frame % max(1, self.head["ATOT"]) <= self.head["ALAST"]


def accumulated(fields: Mapping[str, int], sums: Ints, added: Ints | None) -> Ints:
    """(frames, elements): sums plus what is added, before the last shift."""
    half = 1 << max(0, fields["OUTSHIFT"] - 1)
    bound = _largest(sums) + half
    if added is None:
        return narrow(sums, bound)
    bound += _largest(added) << fields["INSHIFT"]
    total: Ints = narrow(sums, bound) + (narrow(added, bound) << fields["INSHIFT"])
    return total


def _largest(values: Ints) -> int:
    return max(abs(int(values.max())), abs(int(values.min())))


def chain_of(
    unit: Unit,
    fields: Mapping[Unit, Mapping[str, int]],
    links: Mapping[Port, Link],
    streams: Mapping[Unit, Stream],
    where: str,
) -> Chain:
    """The loop that a unit is part of, or the unit alone. Raises IngotError for a use that never occurred."""
    if not fields[unit]["NOSUM"]:
        for last in (item for item in fields if item.kind == "CONVACC"):
            chain = _back_from(last, fields, links)
            if unit in chain and _feeds(last, chain[0], fields, links, streams):
                if len({fields[item]["NR"] for item in chain}) > 1:
                    raise never("another number of kernels than the chain it is in", unit, where)
                return Chain(chain, True, fields[chain[0]])
        link = links[Port(unit, 2)]
        plain = not fields[unit]["AFILTMODE"] and not fields[unit]["NO1SUM"] and link.kind == "all"
        if not plain or link.source.kind != "CONVACC":
            raise IngotError(f"{unit} adds sums from {link.source}, which are not its own", where=where)
    return Chain((unit,), False, fields[unit])


def _back_from(last: Unit, fields: Mapping[Unit, Mapping[str, int]], links: Mapping[Port, Link]) -> tuple[Unit, ...]:
    """The units whose sums end up in this one, head first."""
    chain = [last]
    while True:
        head = chain[0]
        if fields[head]["NOSUM"] or fields[head]["GEN1SUM"]:
            return tuple(chain)
        source = links[Port(head, 2)].source
        if source.kind != "CONVACC" or source in chain:
            return tuple(chain)
        chain.insert(0, source)


def _feeds(
    last: Unit,
    head: Unit,
    fields: Mapping[Unit, Mapping[str, int]],
    links: Mapping[Port, Link],
    streams: Mapping[Unit, Stream],
) -> bool:
    """Whether the head adds what the last unit made of the frame before."""
    if fields[head]["NOSUM"]:
        return False
    link = links[Port(head, 2)]
    if link.kind != "all":
        return False
    if link.source.kind == "CONVACC":
        return link.source == last
    if link.source.kind != "STRENG":
        return False
    read = streams[link.source]
    for port, other in links.items():
        if port.unit.kind == "STRENG" and other.source == last and other.kind == "all":
            written = streams[port.unit]
            same = (written.label, written.address, written.element) == (read.label, read.address, read.element)
            if same and not (written.step or written.repeat_step or read.step or read.repeat_step):
                return True
    return False
