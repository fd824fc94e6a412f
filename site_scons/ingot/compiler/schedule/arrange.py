# SPDX-License-Identifier: Apache-2.0
"""Offsets in one block for a path of regions, region by region, with the direction of each region's rows.

A beam search in the order of execution: a state is where the living tensors lie. Each region first places what it
leaves behind, at every position where it touches something else, for both directions of its rows, and then its rings
and its scratch in the gaps. States that lie the same are merged; of the rest those with the largest free gap survive.
Long chains in which every tensor lies over the one before need this: each overlay shifts the data by some rows, and
only a region that runs bottom-up shifts it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ingot.compiler.schedule.buffers import align
from ingot.compiler.schedule.cuts import Cut
from ingot.compiler.schedule.linear import Form, LinearOrder, aligned_interval
from ingot.compiler.schedule.spots import Array, fit, quality, touching

WIDTHS = (6, 40, 250)
"""States kept per region in successive attempts."""

_CANDIDATES = 12
"""Positions tried for one tensor."""

_TOGETHER = 20_736
"""Positions tried for all tensors that a region leaves behind: of many outputs each has few."""

_ROWS = 1 << 15
"""Placements looked at together, about: for speed only."""


@dataclass
class Effort:
    """What searches wider than the first of WIDTHS may still take for one program: offsets looked at.

    Of the networks tried one of 244 operators takes 440,000, and one of 206 operators 10 million, without which its
    block is a quarter larger. One of 272 operators would take 115 million and end with the same block.
    """

    left: int = 12_000_000

    def take(self, width: int, offsets: Array) -> bool:
        """Whether these may be looked at."""
        if width > WIDTHS[0]:
            self.left -= offsets.size
        return width == WIDTHS[0] or self.left >= 0


@dataclass(frozen=True)
class Arrangement:
    """A placement in one block.

    forms: the chosen form of each region. offsets: memory owner -> byte offset, rings included. scratch: region ->
    offset of its scratch. peak: bytes of the block.
    """

    forms: tuple[Form, ...]
    offsets: dict[int, int]
    scratch: dict[int, int]
    peak: int


@dataclass(frozen=True)
class _State:
    """How a placement of what lives came about: the highest byte so far, and what the last region placed."""

    peak: int
    before: _State | None
    form: Form | None
    local: tuple[tuple[int, int], ...]
    scratch: int


class _Level(NamedTuple):
    """The states between two regions. tensors: what lives, ascending. offsets: (states, tensors)."""

    tensors: tuple[int, ...]
    offsets: Array
    states: list[_State]


class _Found(NamedTuple):
    """A state behind a region: how good it is, smaller is better; of equals, the first counts. rank: by it states are
    kept: the largest gap first, then how far tensors are from the ends, then their offsets."""

    rank: tuple[int, int, tuple[int, ...]]
    peak: int
    parent: int
    turn: int
    row: int
    form: Form
    local: tuple[tuple[int, int], ...]
    scratch: int


def arrange(linear: LinearOrder, path: Sequence[Cut], goal: int, effort: Effort) -> Arrangement | None:
    """A placement of at most `goal` bytes, or None when the search finds none. effort: grows less."""
    for width in WIDTHS:
        found = _search(linear, path, goal, width, effort)
        if found is not None:
            return found
    return None


def _search(linear: LinearOrder, path: Sequence[Cut], goal: int, width: int, effort: Effort) -> Arrangement | None:
    level = _start(linear, goal)
    for cut in path:
        found: dict[tuple[int, ...], _Found] = {}
        for turn, form in enumerate(_directions(linear, cut, goal)):
            for one in _after(linear, cut, (turn, form), level, goal, width, found, effort):
                known = found.get(one.rank[2])
                if known is None or one[1:5] < known[1:5]:
                    found[one.rank[2]] = one
        if not found or (effort.left < 0 and width > WIDTHS[0]):
            return None
        kept = sorted(found.values(), key=lambda one: one.rank)[:width]
        level = _Level(
            tuple(sorted(linear.live[cut.end])),
            np.asarray([one.rank[2] for one in kept], np.int64).reshape(len(kept), -1),
            [_State(one.peak, level.states[one.parent], one.form, one.local, one.scratch) for one in kept],
        )
    best = min(range(len(level.states)), key=lambda at: (level.states[at].peak, level.offsets[at].tolist()))
    return _trace(level.states[best])


def _directions(linear: LinearOrder, cut: Cut, goal: int) -> list[Form]:
    """The region top-down, and bottom-up where that makes a difference, as far as they need no more than `goal`."""
    form = linear.form(cut.begin, cut.end, cut.grain)
    both = (
        [form, linear.form(cut.begin, cut.end, cut.grain, reverse=True)]
        if linear.turns(cut.begin, cut.end, form)
        else [form]
    )
    return [f for f in both if f.memory <= goal]


def _start(linear: LinearOrder, goal: int) -> _Level:
    """Inputs and state, stacked from the bottom or from the top."""
    given = sorted(linear.live[0], key=lambda t: (-(linear.spans[t][1]), t))
    low, at = {}, 0
    for tensor in given:
        low[tensor] = at
        at += linear.bytes[tensor]
    tensors = tuple(sorted(given))
    if at > goal:
        return _Level(tensors, np.zeros((0, len(tensors)), np.int64), [])
    ways, peaks = [low], [at]
    if given:
        high, at = {}, goal // 16 * 16
        for tensor in given:
            at -= linear.bytes[tensor]
            high[tensor] = at
        ways, peaks = [low, high], [*peaks, goal]
    states = [_State(peak, None, None, tuple(sorted(way.items())), -1) for way, peak in zip(ways, peaks, strict=True)]
    offsets = np.asarray([[way[t] for t in tensors] for way in ways], np.int64)
    return _Level(tensors, offsets, states)


def _after(
    linear: LinearOrder,
    cut: Cut,
    way: tuple[int, Form],
    level: _Level,
    goal: int,
    width: int,
    found: Mapping[tuple[int, ...], _Found],
    effort: Effort,
) -> Iterator[_Found]:
    """The best `width` states behind the region at least, of all that the candidates lead to; some more than once.

    Ends when the effort is spent. found: those of earlier ones, at any time: what leaves a smaller gap than `width` of
    them is left out.
    """
    _, form = way
    most = max(min(_CANDIDATES, int(_TOGETHER ** (1 / max(len(form.born), 1)) + 1e-9)), 1)
    together = max(_ROWS // most ** len(form.born), 1)
    for begin in range(0, len(level.states), together):
        parents = np.arange(begin, min(begin + together, len(level.states)))
        owners, offsets = list(level.tensors), level.offsets[parents]
        for item in sorted(form.born, key=lambda t: (-linear.bytes[t], t)):
            forbidden = [_forbidden(linear, form, other, item) for other in owners]
            rows, at = touching(offsets, forbidden, linear.bytes[item], goal, most)
            parents, offsets = parents[rows], np.column_stack([offsets[rows], at])
            owners.append(item)
        if not effort.take(width, offsets):
            return
        if len(parents):
            gaps = sorted((-one.rank[0] for one in found.values()), reverse=True)
            least = gaps[width - 1] if len(gaps) >= width else 0
            yield from _best(linear, cut, way, level, (parents, owners, offsets), goal, width, least)


def _forbidden(linear: LinearOrder, form: Form, other: int, item: int) -> tuple[int, int]:
    """The open interval of the item's offset minus the other's."""
    interval = form.plan.overlays.get((other, item)) if other in form.dying else None
    return aligned_interval(*interval) if interval else (-linear.bytes[item], linear.bytes[other])


def _best(
    linear: LinearOrder,
    cut: Cut,
    way: tuple[int, Form],
    level: _Level,
    placed: tuple[Array, list[int], Array],
    goal: int,
    width: int,
    least: int,
) -> Iterator[_Found]:
    """Those of the placements whose rings and scratch fit, the best first, of `width` different states. placed: the
    states that they come of; owners; and where these lie. least: bytes of the largest gap."""
    (turn, form), (parents, owners, offsets) = way, placed
    sizes = np.asarray([linear.bytes[t] for t in owners], np.int64)
    columns = _living(linear, cut, form, level.tensors, owners)
    after = offsets[:, columns]
    gap, inner = quality(after, np.asarray([linear.bytes[t] for t in sorted(linear.live[cut.end])], np.int64), goal)
    peaks = np.asarray([state.peak for state in level.states], np.int64)[parents]
    peaks = np.maximum(peaks, (offsets + sizes).max(axis=1, initial=0))
    pieces = sorted([*((size, t) for t, size in form.rings.items()), (form.scratch, -1)], key=lambda w: (-w[0], w[1]))
    pieces = [piece for piece in pieces if piece[1] >= 0 or piece[0]]
    wanted = np.asarray([size for size, _ in pieces], np.int64)
    keys: set[tuple[int, ...]] = set()
    for batch in _ranked(after, gap, inner, width, least):
        local, fits = fit(offsets[batch], sizes, wanted.tolist(), goal)
        tops = np.maximum(peaks[batch], (local + wanted).max(axis=1, initial=0))
        for number in np.flatnonzero(fits).tolist():
            row = int(batch[number])
            key = tuple(after[row].tolist())
            if key not in keys and len(keys) == width:
                return
            keys.add(key)
            rings = [(t, o) for (_, t), o in zip(pieces, local[number].tolist(), strict=True)]
            born = sorted(zip(owners[len(level.tensors) :], offsets[row, len(level.tensors) :].tolist(), strict=True))
            yield _Found(
                (-int(gap[row]), int(inner[row]), key),
                int(tops[number]),
                int(parents[row]),
                turn,
                row,
                form,
                (*born, *((t, o) for t, o in rings if t >= 0)),
                next((o for t, o in rings if t < 0), -1),
            )


def _living(linear: LinearOrder, cut: Cut, form: Form, tensors: Sequence[int], owners: Sequence[int]) -> list[int]:
    """Of all that lives behind the region, ascending, the column of `owners` that says where it lies. tensors: those of
    the owners that lived before."""
    before = {tensor: column for column, tensor in enumerate(tensors)}
    places = {tensor: column for column, tensor in enumerate(owners)}
    root = form.plan.aliases
    return [
        before[t] if t in before and t not in form.dying else places[root.get(t, t)]
        for t in sorted(linear.live[cut.end])
    ]


def _ranked(after: Array, gap: Array, inner: Array, width: int, least: int) -> Iterator[Array]:
    """All rows with a gap of `least`, the best first, in batches; rows of equal states are neighbours, in one batch,
    and in their order."""
    rough = np.flatnonzero(gap >= least)
    if not len(rough):
        return
    rough = rough[np.lexsort((inner[rough], -gap[rough]))]
    new = (np.diff(gap[rough]) != 0) | (np.diff(inner[rough]) != 0)
    groups = [*(np.flatnonzero(new) + 1).tolist(), len(rough)]
    begin = 0
    for end in groups:
        if end - begin >= 2 * width or end == len(rough):
            batch = np.sort(rough[begin:end])
            yield batch[np.lexsort((*after[batch].T[::-1], inner[batch], -gap[batch]))]
            begin = end


def _trace(state: _State) -> Arrangement:
    forms: list[Form] = []
    offsets: dict[int, int] = {}
    scratch: dict[int, int] = {}
    peak = state.peak
    chain = []
    walk: _State | None = state
    while walk is not None:
        chain.append(walk)
        walk = walk.before
    for number, item in enumerate(reversed(chain)):
        offsets.update(item.local)
        if item.form is None:
            continue
        forms.append(item.form)
        if item.scratch >= 0:
            scratch[number - 1] = item.scratch
    return Arrangement(tuple(forms), offsets, scratch, align(peak))
