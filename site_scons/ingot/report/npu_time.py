# SPDX-License-Identifier: Apache-2.0
"""The NPU over time: its epochs one after the other, each as long as its lower bound, and how busy each part is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Lane -> what it is busy with, as words for hovering.
LANES = {"streams": "elements moved", "multipliers": "products", "flash": "weights fetched"}


@dataclass(frozen=True)
class NpuSpan:
    """An epoch. start, length: cycles. busy: lane -> share of its time, 0 to 1. detail: what hovering shows."""

    start: int
    length: int
    busy: Mapping[str, float]
    detail: str
    number: int


@dataclass(frozen=True)
class NpuTime:
    """cycles: of all epochs. clock: of them in a second. idle: share of the multipliers that is unused."""

    spans: tuple[NpuSpan, ...]
    cycles: int
    clock: int
    idle: float

    @property
    def milliseconds(self) -> float:
        """The lower bound of an inference's time on the NPU."""
        return 1e3 * self.cycles / self.clock


def npu_time(summary: Mapping[str, Any] | None, network: str) -> NpuTime | None:
    """Of what `check` wrote in summary.json; None for a network without proven epochs on the NPU.

    network: its name; of a summary with one network that network is taken.
    """
    known: Mapping[str, Any] = (summary or {}).get("npu", {})
    facts = known.get(network) or (next(iter(known.values())) if len(known) == 1 else {})
    cost = facts.get("cost")
    if not cost or not cost["epochs"]:
        return None
    spans = []
    start, unused = 0, 0.0
    for epoch in cost["epochs"]:
        length = epoch["cycles"]
        spans.append(NpuSpan(start, length, _busy(epoch), _detail(epoch, cost["clock"]), epoch["epoch"]))
        start += length
        unused += epoch["idle"] * length
    return NpuTime(tuple(spans), start, cost["clock"], unused / max(1, start))


def _busy(epoch: Mapping[str, Any]) -> dict[str, float]:
    length = max(1, epoch["cycles"])
    return {
        "streams": epoch["elements"] / length,
        "multipliers": 1.0 - epoch["idle"],
        "flash": epoch["flash_cycles"] / length,
    }


def _detail(epoch: Mapping[str, Any], clock: int) -> str:
    shares = ", ".join(f"{LANES[lane]} {100 * share:.0f} %" for lane, share in _busy(epoch).items())
    return "\n".join(
        [
            f"epoch {epoch['epoch']}: at least {1e6 * epoch['cycles'] / clock:,.1f} us, bound by {epoch['bound_by']}",
            f"{epoch['read']:,} bytes read, {epoch['written']:,} written, {epoch['unique']:,} of weights",
            f"{epoch['multiplications']:,} MAC on {epoch['convaccs']} convolution units",
            f"of this time: {shares}",
        ]
    )
