# SPDX-License-Identifier: Apache-2.0
"""What an epoch costs at least: elements over its busiest stream, multiplications, bytes of weights from flash.

A stream engine moves one element a cycle, and a unit makes one a cycle; a CONVACC multiplies 72 pairs of 8 bits or 36
of 16 in a cycle; the NPU has four. The first is seen on a board's timings (1 to 3 % above the bound), the second is
derived from the NPU's published rate and is never the bottleneck there. Times are lower bounds at a clock and a flash
rate that the caller gives: nothing here was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingot.st.npu.build import Build
from ingot.st.npu.flow import flows_of
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import field_values
from ingot.st.npu.routes import links_of
from ingot.st.npu.streams import streams_of

CONVACCS = 4
#: Pairs that a CONVACC multiplies in a cycle, by bytes of a feature.
PAIRS = {1: 72, 2: 36}
#: Cycles in a second that times are given for.
CLOCK = 1_000_000_000
#: Bytes a cycle from flash: the bus at its best, as the field reports for the discovery kit's.
FLASH = 0.4
#: Nanoseconds that an epoch takes to start, as a board's public timings of networks of one layer have them.
EPOCH_START = 1_500
#: Nanoseconds of the CPU to start the NPU and to see its end: the same timings, of starts by calls from the CPU. Nobody
#: has published them for a program of the epoch controller, which needs less of the CPU.
PROGRAM_START = 14_000


@dataclass(frozen=True)
class EpochCost:
    """read, written: bytes over all streams. weights: bytes of kernels and vectors from files. unique: of these, each
    address once. elements: of the busiest stream or unit. multiplications: of all CONVACCs. cycles: at least, by what
    moves and computes; flash_cycles: at least, for the bytes of weights. convaccs: how many work.
    """

    epoch: int
    read: int
    written: int
    weights: int
    unique: int
    elements: int
    multiplications: int
    compute_cycles: int
    convaccs: int
    flash_cycles: int

    @property
    def cycles(self) -> int:
        """The lower bound."""
        return max(self.elements, self.compute_cycles, self.flash_cycles)

    @property
    def bound_by(self) -> str:
        """What the bound comes from."""
        if self.cycles == self.elements:
            return "streams"
        return "weights" if self.cycles == self.flash_cycles else "multiplications"

    @property
    def idle(self) -> float:
        """Share of the four CONVACCs' multiplications that the bound leaves unused."""
        return 1.0 - self.multiplications / max(1, self.cycles * CONVACCS * PAIRS[1])


def costs_of(build: Build, flash: float = FLASH) -> tuple[EpochCost, ...]:
    """The costs of the NPU's epochs. flash: bytes a cycle."""
    return tuple(_cost(epoch, build, flash) for epoch in build.epochs)


def flash_ns(nbytes: int) -> int:
    """Nanoseconds that so many bytes take at least from flash, whoever reads them."""
    return round(1e9 * nbytes / FLASH / CLOCK)


def program_ns(costs: Sequence[EpochCost], blob: int) -> int:
    """Nanoseconds of a program at least: its start, its blob from flash, its epochs one after the other with a start
    each. blob: its bytes.
    """
    cycles = sum(item.cycles for item in costs)
    return PROGRAM_START + flash_ns(blob) + EPOCH_START * len(costs) + round(1e9 * cycles / CLOCK)


def _cost(epoch: HardwareEpoch, build: Build, flash: float) -> EpochCost:
    streams = streams_of(epoch)
    files = [
        stream
        for stream in streams
        if not stream.writes and any(image.holds(stream.address, 1) for image in build.images if not stream.label)
    ]
    unique = sum({(stream.address, stream.last): stream.last - stream.first + 1 for stream in files}.values())
    flows = flows_of(epoch, streams, links_of(epoch))
    elements = max([stream.elements for stream in streams] + list(flows.values()))
    products, busiest, working = 0, 0, 0
    for unit, registers in epoch.units.items():
        if unit.kind != "CONVACC":
            continue
        fields = field_values("CONVACC", registers.words)
        own = flows.get(unit, 0) * fields["KW"] * fields["KH"] * fields["BTCDEPTH"]
        products, working = products + own, working + 1
        busiest = max(busiest, -(-own // PAIRS[2 if fields["SIMD"] == 2 else 1]))
    return EpochCost(
        epoch.number,
        sum(stream.moved for stream in streams if not stream.writes),
        sum(stream.moved for stream in streams if stream.writes),
        sum(stream.moved for stream in files),
        unique,
        elements,
        products,
        busiest,
        working,
        int(unique / flash),
    )


def cost_text(costs: Sequence[EpochCost]) -> str:
    """The costs, readable."""
    lines = ["epoch      read   written   weights       MAC   at least us  bound by         idle"]
    for item in costs:
        lines.append(
            f"{item.epoch:>5} {item.read:>9,} {item.written:>9,} {item.unique:>9,} {item.multiplications:>9,} "
            f"{1e6 * item.cycles / CLOCK:>12.1f}  {item.bound_by:<15} {100 * item.idle:>4.0f} %"
        )
    cycles = sum(item.cycles for item in costs)
    products = sum(item.multiplications for item in costs)
    idle = 1 - products / max(1, cycles * CONVACCS * PAIRS[1])
    lines.append(
        f"sum: {sum(item.read for item in costs):,} bytes read, {sum(item.written for item in costs):,} written, "
        f"{sum(item.unique for item in costs):,} of weights, {products:,} MAC; at least {1e3 * cycles / CLOCK:.2f} ms "
        f"at 1 GHz and {FLASH} bytes a cycle from flash; {100 * idle:.0f} % of the multipliers idle (estimated)"
    )
    return "\n".join(lines) + "\n"


def cost_facts(costs: Sequence[EpochCost]) -> dict[str, Any]:
    """The costs, for --json and the report's lane."""
    return {
        "clock": CLOCK,
        "flash_bytes_a_cycle": FLASH,
        "epochs": [
            vars(item) | {"cycles": item.cycles, "bound_by": item.bound_by, "idle": round(item.idle, 4)}
            for item in costs
        ],
        "cycles": sum(item.cycles for item in costs),
        "estimated": True,
    }
