# SPDX-License-Identifier: Apache-2.0
"""The verdict on a simulated build: for each epoch how far its results are from the model's tensors.

What an epoch may be apart, in units of the last place, follows from what it does:

    moved           0  bytes are copied or joined: nothing is rounded
    one layer       n  what its shifts and multipliers can round away (bounds.py); mostly 1
    several layers  n  alike: what one layer rounds away goes through the weights of the next
    partial sums    n  alike: sums of several passes are held in 16 bits between them
    table           n  alike: a function by pieces; its steepest step enlarges what the layer before rounded
    of the CPU      -  a routine of Ingot's in place of ST's: shown, not judged

n comes from the epoch's own registers and weights, a number a channel where the scales of its weights are; no threshold
is a choice. Where nothing bounds the rounding, the epoch is not judged and is listed so. An epoch that is further away
because 16-bit values were held inside their range, and is not when they are not held, is called "saturates".

Of a tensor with 1,000 elements or more at most a quarter may differ at all: in public builds it is a sixth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ingot.st.npu.judge.layout import Array
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import FIELDS
from ingot.st.npu.sim.epoch import EpochResult

#: Elements from which on shares count, and the largest share that may differ.
MANY, MOST = 1000, 0.25
REASONS: Mapping[str, str] = {
    "moved": "nothing is rounded",
    "one layer": "its shifts and multipliers round so much",
    "several layers": "a layer's rounding goes through the weights of the next",
    "partial sums": "sums are held in 16 bits between passes",
    "table": "the table's steepest step enlarges a layer's rounding",
}


@dataclass(frozen=True)
class BufferVerdict:
    """A result beside its tensor. differing: elements that are not equal; largest: the largest difference.

    limit: what rounding explains where it is largest, None where nothing bounds it. beyond: elements further away.
    """

    buffer: str
    tensor: str
    how: str
    elements: int
    differing: int
    largest: float
    limit: int | None = None
    beyond: int = 0


@dataclass(frozen=True)
class EpochVerdict:
    """An epoch of the NPU or the CPU. kind: see above, or "cpu". results: names of the buffers that it writes.

    held: it differs by more because it saturates.
    """

    epoch: int
    kind: str
    buffers: tuple[BufferVerdict, ...]
    results: tuple[str, ...]
    held: bool = False
    result: EpochResult = field(default_factory=EpochResult)

    @property
    def largest(self) -> float:
        """The largest difference of its results."""
        return max((item.largest for item in self.buffers), default=0)

    @property
    def worst(self) -> BufferVerdict:
        """The result that is furthest away, one that is too far first."""
        return max(self.buffers, key=lambda item: (item.beyond > 0, item.largest))

    @property
    def limit(self) -> int | None:
        """What its worst result may differ by; None where it is not judged."""
        return self.worst.limit if self.buffers else None

    @property
    def unbounded(self) -> bool:
        """Whether nothing bounds what rounding does to one of its results."""
        return self.kind != "cpu" and any(item.limit is None for item in self.buffers)

    @property
    def share(self) -> float:
        """The largest share of elements that differ, of its results."""
        return max((item.differing / max(1, item.elements) for item in self.buffers), default=0.0)

    @property
    def crowded(self) -> bool:
        """Whether more elements differ than rounding explains."""
        return any(item.elements >= MANY and item.differing > MOST * item.elements for item in self.buffers)

    @property
    def wrong(self) -> bool:
        """Whether it differs by more, or in more places, than its kind or saturation explains."""
        if self.kind == "cpu" or not self.buffers or self.held:
            return False
        return self.crowded or any(item.beyond for item in self.buffers)


@dataclass(frozen=True)
class OutputVerdict:
    """An output of the model end to end. bytes: as predicted for the board. cosine: with the model's."""

    name: str
    tensor: str
    elements: int
    differing: int
    largest: float
    cosine: float
    same_top: bool
    content: bytes = field(repr=False, default=b"")


@dataclass
class Verdict:
    """epochs: each alone, layer by layer. outputs: end to end. ties: the rule that was used."""

    model: str
    ties: str
    oracle: str
    epochs: list[EpochVerdict] = field(default_factory=list)
    outputs: list[OutputVerdict] = field(default_factory=list)
    unchecked: tuple[str, ...] = ()

    @property
    def hardware(self) -> list[EpochVerdict]:
        """Epochs of the NPU."""
        return [item for item in self.epochs if item.kind != "cpu"]

    @property
    def wrong(self) -> list[EpochVerdict]:
        """Epochs that differ by more than their kind explains."""
        return [item for item in self.hardware if item.wrong]

    @property
    def without(self) -> list[EpochVerdict]:
        """Epochs of the NPU of which no result has a counterpart."""
        return [item for item in self.hardware if not item.buffers]

    def counts(self) -> dict[str, int]:
        """Epochs of the NPU by their largest difference."""
        found = {"epochs": len(self.hardware), "at most 1": 0, "2 to 7": 0, "more": 0, "without counterpart": 0}
        for item in self.hardware:
            if not item.buffers:
                found["without counterpart"] += 1
            elif item.largest <= 1:
                found["at most 1"] += 1
            else:
                found["2 to 7" if item.largest <= 7 else "more"] += 1
        return found


def kind_of(epoch: HardwareEpoch, rounding: int) -> str:
    """What an epoch does. rounding: operators that round, from what it reads to what it makes."""
    units = {unit.kind for unit in epoch.units}
    if units == {"STRENG"}:
        return "moved"
    if "ACTIV" in units:
        return "table"
    fields = FIELDS["CONVACC"]
    for unit, registers in epoch.units.items():
        if unit.kind == "CONVACC" and fields["AFILTMODE"].get(registers[0]):
            return "partial sums"
    return "several layers" if rounding > 1 else "one layer"


def buffer_verdict(
    name: str, tensor: str, how: str, found: Array, expected: Array, limits: Array | None = None
) -> BufferVerdict:
    """Compares numbers in the order of memory. limits: what each may be apart, or one for all; None: not judged."""
    apart = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    largest, differing = _number(apart.max(initial=0)), int(np.count_nonzero(apart))
    if limits is None or not apart.size:
        return BufferVerdict(name, tensor, how, int(apart.size), differing, largest)
    room = np.broadcast_to(limits, apart.shape)
    beyond = apart > room
    at = int(np.argmax(np.where(beyond, apart, -1) if beyond.any() else apart))
    return BufferVerdict(
        name, tensor, how, int(apart.size), differing, largest, int(room[at]), int(np.count_nonzero(beyond))
    )


def output_verdict(name: str, tensor: str, found: Array, expected: Array, content: bytes) -> OutputVerdict:
    """Compares an output end to end."""
    one, other = found.astype(np.float64), expected.astype(np.float64)
    apart = np.abs(one - other)
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return OutputVerdict(
        name,
        tensor,
        int(apart.size),
        int(np.count_nonzero(apart)),
        _number(apart.max(initial=0)),
        float(one @ other) / length if length else 1.0,
        int(one.argmax()) == int(other.argmax()),
        content,
    )


def _number(value: Any) -> float:
    return int(value) if float(value).is_integer() else float(value)


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Verdicts on several inputs as one: of each epoch the worst, of each output the worst."""
    first = verdicts[0]
    merged = Verdict(first.model, first.ties, first.oracle, unchecked=first.unchecked)
    for items in zip(*(item.epochs for item in verdicts), strict=True):
        merged.epochs.append(max(items, key=lambda item: (item.largest, item.share)))
    for outputs in zip(*(item.outputs for item in verdicts), strict=True):
        merged.outputs.append(max(outputs, key=lambda item: (item.largest, item.differing)))
    return merged
