# SPDX-License-Identifier: Apache-2.0
"""Vector registers of straight code as values, so that an order of it is not bound to the registers of another one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

COUNT = 8

_VECTOR = re.compile(r"\bq\d+\b")
_KEPT = ("vqdmlah", "vmla", "vsli", "vqmovnb", "vqmovnt", "vqmovunb", "vqmovunt")
"""Their result is a change of what the register has."""


def values_of(code: Sequence[str]) -> list[str]:
    """The code with a name of its own, q<n>, for every value. Nothing is in a vector register before it."""
    now: dict[str, str] = {}
    result, count = list[str](), 0
    for text in code:
        name, _, operands = text.partition(" ")
        first, *others = _VECTOR.findall(operands) or [""]
        kept = name.split(".")[0] in _KEPT or name.startswith("vst")
        sources = [now[register] for register in others]
        if first and not kept:
            now[first] = f"q{count}"
            count += 1
        result.append(_renamed(text, [now.get(first, ""), *sources]))
    return result


def _renamed(text: str, names: Sequence[str]) -> str:
    each = iter(names)
    return _VECTOR.sub(lambda _: next(each), text)


def vectors(text: str) -> list[str]:
    """The vectors that an instruction names, once each."""
    return list(dict.fromkeys(_VECTOR.findall(text)))


@dataclass(frozen=True)
class Life:
    """Where a value is born and dies, and the register that it has to have."""

    begin: int
    end: int
    value: str


def lives_of(code: Sequence[str], carried: Sequence[str]) -> list[Life]:
    """carried: values that are there before the code and, new ones, behind it."""
    uses: dict[str, list[int]] = {}
    for at, text in enumerate(code):
        for value in vectors(text):
            uses.setdefault(value, []).append(at)
    lives = []
    for value, places in uses.items():
        if value not in carried:
            lives.append(Life(places[0], places[-1], value))
            continue
        born = next((at for at in places if _makes(code[at], value)), None)
        old = [at for at in places if born is None or at < born or (at == born and code[at].count(value) > 1)]
        lives.append(Life(-1, old[-1] if old else -1, value))
        if born is not None:
            lives.append(Life(born, len(code), value))
    return lives


def _makes(text: str, value: str) -> bool:
    name = text.split(" ")[0].split(".")[0]
    return vectors(text)[0] == value and name not in _KEPT and not name.startswith("vst")


def with_registers(code: Sequence[str], carried: Sequence[str] = ()) -> list[str] | None:
    """The code with q0 to q7 for the values, the carried ones in the first of them; None where they do not suffice."""
    place = {value: i for i, value in enumerate(carried)}
    taken: list[list[Life]] = [[] for _ in range(COUNT)]
    lives = sorted(lives_of(code, carried), key=lambda life: (life.value not in place, life.begin))
    for life in lives:
        choices = [place[life.value]] if life.value in place else range(COUNT)
        fitting = [i for i in choices if all(one.end <= life.begin or life.end <= one.begin for one in taken[i])]
        if life.value not in place:
            fitting = [i for i in fitting if not any(one.begin == life.begin for one in taken[i])]
        if not fitting:
            return None

        def gap(register: int, life: Life = life) -> tuple[int, int]:
            """Free for how long in front, then behind: a value goes where it fits most closely."""
            behind = min((one.begin - life.end for one in taken[register] if one.begin >= life.end), default=999)
            before = min((life.begin - one.end for one in taken[register] if one.end <= life.begin), default=999)
            return behind, before

        chosen = min(fitting, key=gap)
        place[life.value] = chosen
        taken[chosen].append(life)
    return [_renamed(text, [f"q{place[value]}" for value in _VECTOR.findall(text)]) for text in code]
