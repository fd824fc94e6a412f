# SPDX-License-Identifier: Apache-2.0
"""A good order of straight code: greedy by priorities, then many small moves that wait no longer.

Always the same one for the same code: what is tried follows from a fixed number, and nothing stops by the clock.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence

from pipeline import Pipeline, parse, predecessors
from registers import with_registers

PATIENCE = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.15, 1.0)
COOLING, COLDEST = 0.9997, 0.05


def best_order(code: Sequence[tuple[str, float]], tries: int, seed: int = 1) -> tuple[float, list[str]]:
    """Cycles of a turn and the instructions. code: each with where it would like to stand, 0 to 1; in this order it is
    right, and dependences are kept. tries: moves that are looked at."""
    instructions = [parse(text) for text, _ in code]
    before = predecessors(instructions)
    behind = _successors(before)
    pipeline, chance = Pipeline(instructions), random.Random(seed)
    wishes = [place for _, place in code]
    starts = [(pipeline.by_priority(before, wishes, patience)) for patience in PATIENCE]
    for patience in PATIENCE:
        shaken = [place + chance.uniform(-0.03, 0.03) for place in wishes]
        starts.append(pipeline.by_priority(before, shaken, patience))
    now, order = min((pipeline.cycles(start), start) for start in starts)
    best, heat = (now, order), 1.0
    for _ in range(tries):
        if best[0] <= pipeline.least():
            break
        moved = _moved(order, before, behind, chance)
        if moved is None:
            continue
        heat = max(COLDEST, heat * COOLING)
        cycles = pipeline.cycles(moved)
        if cycles <= now or chance.random() < math.exp((now - cycles) / heat):
            now, order = cycles, moved
            best = min(best, (now, order), key=lambda found: found[0])
    return best[0], [code[i][0] for i in best[1]]


def best_order_of_values(
    code: Sequence[str], carried: Sequence[str], tries: int, seed: int = 1
) -> tuple[float, list[str]]:
    """The same for code with values (registers.py): q0 to q7 are given to them anew in each order. carried: see there.

    The code as it stands has to fit the registers.
    """
    instructions = [parse(text) for text in code]
    before = predecessors(instructions)
    behind = _successors(before)
    pipeline, chance = Pipeline(instructions), random.Random(seed)
    order = list(range(len(code)))
    found = with_registers(code, carried)
    assert found is not None
    now = least = pipeline.cycles(order)
    heat = 1.0
    for _ in range(tries):
        moved = _moved(order, before, behind, chance)
        if moved is None:
            continue
        cycles = pipeline.cycles(moved)
        heat = max(COLDEST, heat * COOLING)
        if cycles > now and chance.random() >= math.exp((now - cycles) / heat):
            continue
        registers = with_registers([code[i] for i in moved], carried)
        if registers is None:
            continue
        now, order = cycles, moved
        if now < least:
            least, found = now, registers
    return least, found


def _successors(before: Sequence[Iterable[int]]) -> list[set[int]]:
    """Of each instruction, those that have it among the ones before them."""
    behind: list[set[int]] = [set() for _ in before]
    for at, each in enumerate(before):
        for i in each:
            behind[i].add(at)
    return behind


def _moved(
    order: list[int], before: Sequence[set[int]], behind: Sequence[set[int]], chance: random.Random
) -> list[int] | None:
    """The order with one instruction elsewhere; None where it cannot move."""
    at = chance.randrange(len(order))
    one = order[at]
    low = high = at
    reach = chance.choice((1, 2, 3, 6, 12))
    while low > max(0, at - reach) and order[low - 1] not in before[one]:
        low -= 1
    while high < min(len(order) - 1, at + reach) and order[high + 1] not in behind[one]:
        high += 1
    to = chance.randint(low, high)
    if to == at:
        return None
    rest = order[:at] + order[at + 1 :]
    rest.insert(to, one)
    return rest
