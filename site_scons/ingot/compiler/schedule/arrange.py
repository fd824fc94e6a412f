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

from ingot.compiler.schedule.buffers import align
from ingot.compiler.schedule.cuts import Cut
from ingot.compiler.schedule.linear import Form, LinearOrder, aligned_interval

WIDTHS = (6, 40, 250)
"""States kept per region in successive attempts."""

_CANDIDATES = 12
"""Positions tried for one tensor."""

_TOGETHER = 20_736
"""Positions tried for all tensors that a region leaves behind: of many outputs each has few."""


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
    """Where what lives lies: sorted (owner, offset) pairs; and how it came about."""

    living: tuple[tuple[int, int], ...]
    peak: int
    before: _State | None
    form: Form | None
    local: tuple[tuple[int, int], ...]
    scratch: int


def arrange(linear: LinearOrder, path: Sequence[Cut], goal: int) -> Arrangement | None:
    """A placement of at most `goal` bytes, or None when the search finds none."""
    for width in WIDTHS:
        found = _search(linear, path, goal, width)
        if found is not None:
            return found
    return None


def _search(linear: LinearOrder, path: Sequence[Cut], goal: int, width: int) -> Arrangement | None:
    states = list(_start(linear, goal))
    for cut in path:
        forms = _directions(linear, cut, goal)
        found: dict[tuple[tuple[int, int], ...], _State] = {}
        for state in states:
            for form in forms:
                for after in _after(linear, cut, form, state, goal, found):
                    known = found.get(after.living)
                    if known is None or after.peak < known.peak:
                        found[after.living] = after
        if not found:
            return None
        ranked = sorted(found.values(), key=lambda s: (_rank(linear, s, goal), s.living))
        states = ranked[:width]
    return _trace(min(states, key=lambda s: (s.peak, s.living)))


def _directions(linear: LinearOrder, cut: Cut, goal: int) -> list[Form]:
    """The region top-down, and bottom-up where that makes a difference, as far as they need no more than `goal`."""
    form = linear.form(cut.begin, cut.end, cut.grain)
    both = (
        [form, linear.form(cut.begin, cut.end, cut.grain, reverse=True)]
        if linear.turns(cut.begin, cut.end, form)
        else [form]
    )
    return [f for f in both if f.memory <= goal]


def _start(linear: LinearOrder, goal: int) -> Iterator[_State]:
    """Inputs and state, stacked from the bottom or from the top."""
    given = sorted(linear.live[0], key=lambda t: (-(linear.spans[t][1]), t))
    low, at = [], 0
    for tensor in given:
        low.append((tensor, at))
        at += linear.bytes[tensor]
    if at > goal:
        return
    yield _State(tuple(sorted(low)), at, None, None, (), -1)
    if given:
        high, at = [], goal // 16 * 16
        for tensor in given:
            at -= linear.bytes[tensor]
            high.append((tensor, at))
        yield _State(tuple(sorted(high)), goal, None, None, (), -1)


def _living(
    linear: LinearOrder, cut: Cut, form: Form, placed: Mapping[int, int], spots: Mapping[int, int]
) -> dict[int, int]:
    """Where everything lies that lives behind the region. spots: what the region leaves behind."""
    root = form.plan.aliases
    living = {}
    for tensor in linear.live[cut.end]:
        if tensor in placed and tensor not in form.dying:
            living[tensor] = placed[tensor]
        else:
            owner = root.get(tensor, tensor)
            living[tensor] = spots[owner] if owner in spots else placed[owner]
    return living


def _after(
    linear: LinearOrder,
    cut: Cut,
    form: Form,
    state: _State,
    goal: int,
    found: Mapping[tuple[tuple[int, int], ...], _State],
) -> Iterator[_State]:
    """All states behind the region that the candidates lead to, except those that cannot be better than one found."""
    placed = dict(state.living)
    sizes = linear.bytes
    most = max(min(_CANDIDATES, int(_TOGETHER ** (1 / max(len(form.born), 1)) + 1e-9)), 1)
    pieces = [(size, tensor) for tensor, size in form.rings.items()]
    if form.scratch:
        pieces.append((form.scratch, -1))
    for spots in _place(form, placed, list(form.born), sizes, goal, most):
        everything = [(o, o + sizes[t]) for t, o in (*placed.items(), *spots.items())]
        living = tuple(sorted(_living(linear, cut, form, placed, spots).items()))
        peak = max(state.peak, *(end for _, end in everything), 0)
        known = found.get(living)
        if known is not None and known.peak <= peak:
            continue
        fitted = _fit(everything, pieces, goal)
        if fitted is None:
            continue
        local, top = fitted
        peak = max(peak, top)
        rings = tuple((t, o) for t, o in local if t >= 0)
        scratch = next((o for t, o in local if t < 0), -1)
        yield _State(living, peak, state, form, (*sorted(spots.items()), *rings), scratch)


def _place(
    form: Form, placed: dict[int, int], waiting: list[int], sizes: Sequence[int], goal: int, most: int
) -> Iterator[dict[int, int]]:
    """Positions for the tensors that are born, one after the other, the largest first."""
    if not waiting:
        yield {}
        return
    waiting = sorted(waiting, key=lambda t: (-sizes[t], t))
    item, rest = waiting[0], waiting[1:]
    for at in _spots(form, placed, item, sizes, goal, most):
        for more in _place(form, {**placed, item: at}, rest, sizes, goal, most):
            yield {item: at, **more}


def _spots(form: Form, placed: dict[int, int], item: int, sizes: Sequence[int], goal: int, most: int) -> list[int]:
    """At most so many offsets at which the item touches a neighbour or an end of the block, and breaks nothing."""
    forbidden = []
    for other, offset in placed.items():
        interval = form.plan.overlays.get((other, item)) if other in form.dying else None
        low, high = aligned_interval(*interval) if interval else (-sizes[item], sizes[other])
        forbidden.append((offset + low, offset + high))
    top = (goal - sizes[item]) // 16 * 16
    tried = {0, top, *(begin for begin, _ in forbidden), *(end for _, end in forbidden)}
    good = [at for at in sorted(tried) if 0 <= at <= top and not any(b < at < e for b, e in forbidden)]
    return good if len(good) <= most else good[: most - most // 2] + good[len(good) - most // 2 :]


def _fit(
    taken: list[tuple[int, int]], wanted: list[tuple[int, int]], goal: int
) -> tuple[list[tuple[int, int]], int] | None:
    """Puts (size, key) pieces into the gaps, largest first, lowest fit; (key, offset) pairs and the highest byte."""
    result = []
    top = 0
    busy = sorted(taken)
    for size, key in sorted(wanted, key=lambda w: (-w[0], w[1])):
        at = 0
        for begin, end in busy:
            if begin - at >= size:
                break
            at = max(at, end)
        if at + size > goal:
            return None
        busy.append((at, at + size))
        busy.sort()
        result.append((key, at))
        top = max(top, at + size)
    return result, top


def _rank(linear: LinearOrder, state: _State, goal: int) -> tuple[int, int]:
    """Lower is better: the largest gap first, then how far long-lived tensors are from the ends."""
    at = largest = 0
    for begin, end in sorted((o, o + linear.bytes[t]) for t, o in state.living):
        largest = max(largest, begin - at)
        at = max(at, end)
    largest = max(largest, goal - at)
    inner = sum(min(o, goal - o - linear.bytes[t]) for t, o in state.living)
    return -largest, inner


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
        if item.form is None:
            offsets.update(item.living)
            continue
        forms.append(item.form)
        offsets.update(item.local)
        if item.scratch >= 0:
            scratch[number - 1] = item.scratch
    return Arrangement(tuple(forms), offsets, scratch, align(peak))
