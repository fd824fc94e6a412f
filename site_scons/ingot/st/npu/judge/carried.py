# SPDX-License-Identifier: Apache-2.0
"""How far off memory is while a build runs layer by layer.

What an epoch writes is right when the model's tensor has replaced it. A buffer without counterpart keeps what the
simulator made, and with it its error: 16-bit numbers between two epochs, or bytes that no tensor is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ingot.st.npu.judge.bounds import Error, rounded_once
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import Unit
from ingot.st.npu.streams import Stream, streams_of
from ingot.st.prebuilt.network_c import SourceBuffer

#: Bytes that a stream of 24-bit elements may read behind its buffer.
SURPLUS = 2
_Place = tuple[str, int, int]


class Carried:
    """Errors by place: label, first byte, behind the last. What is in none is right."""

    def __init__(self) -> None:
        self._known: list[tuple[_Place, Error | None]] = []

    def of(self, stream: Stream) -> Error | None:
        """How far off what a stream reads is, without surplus bytes; None where nobody knows."""
        label, first, end = _place(stream)
        surplus = SURPLUS if stream.element > SURPLUS else 0
        return self._at((label, first, end - surplus), rounded_once(stream))

    def at(self, buffer: SourceBuffer) -> Error | None:
        """How far off a buffer is that an epoch has not written itself."""
        return self._at(_room(buffer), Error(np.zeros(1)))

    def _at(self, wanted: _Place, least: Error) -> Error | None:
        found = [error for place, error in self._known if _meet(place, wanted)]
        if any(error is None for error in found):
            return None
        errors = [error for error in (*found, least) if error is not None]
        rounded = frozenset[tuple[int, Unit]]().union(*(error.rounded for error in errors))
        return Error(np.array([max(error.largest for error in errors)]), rounded)

    def written(
        self, epoch: HardwareEpoch, errors: Mapping[Unit, Error | None], replaced: Iterable[SourceBuffer]
    ) -> None:
        """Notes what an epoch wrote. replaced: buffers that hold the model's tensors now."""
        right = [_room(buffer) for buffer in replaced]
        made = [(_place(stream), errors[stream.unit]) for stream in streams_of(epoch) if stream.writes]
        self._put(made, right)

    def made_by_cpu(self, buffers: Iterable[SourceBuffer], replaced: Iterable[SourceBuffer]) -> None:
        """Notes what a software epoch wrote: right where it was replaced, else nobody knows."""
        self._put([(_room(buffer), None) for buffer in buffers], [_room(buffer) for buffer in replaced])

    def _put(self, made: Sequence[tuple[_Place, Error | None]], right: Sequence[_Place]) -> None:
        for new in (*(place for place, _ in made), *right):
            self._known = [(left, error) for place, error in self._known for left in _without(place, new)]
        self._known += [(place, error) for place, error in made if not any(_inside(place, room) for room in right)]


def _place(stream: Stream) -> _Place:
    return stream.label, stream.first, stream.last + 1


def _room(buffer: SourceBuffer) -> _Place:
    return buffer.label, buffer.start, buffer.start + buffer.size


def _meet(one: _Place, other: _Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _inside(one: _Place, other: _Place) -> bool:
    return one[0] == other[0] and other[1] <= one[1] and one[2] <= other[2]


def _without(one: _Place, other: _Place) -> list[_Place]:
    """What is left of one place where another is overwritten."""
    if not _meet(one, other):
        return [one]
    label, first, end = one
    return [(label, low, high) for low, high in ((first, other[1]), (other[2], end)) if low < high]
