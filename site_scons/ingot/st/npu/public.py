# SPDX-License-Identifier: Apache-2.0
"""The table of what public builds have: forms with how often they occur, amounts with their range, both by network.

public.json is counted, never written by hand: `python bench/npu_public.py`. It has numbers only.
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingot.st.npu.container import Blob
from ingot.st.npu.forms import Amount, Form, amounts_of, forms_of, instruction_form
from ingot.st.npu.instructions import decode
from ingot.st.npu.machine import HardwareEpoch

TABLE = Path(__file__).with_name("public.json")
#: Amounts that have a lower limit only: more than any build has does no harm.
AT_LEAST = ("alignment", "before its limit")


@dataclass
class Counted:
    """Forms with their count, and amounts with their smallest and largest, of a build."""

    forms: Counter[Form] = field(default_factory=Counter)
    amounts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def epoch(self, epoch: HardwareEpoch) -> None:
        """Counts an epoch's."""
        self.forms.update(forms_of(epoch))
        for name, value in amounts_of(epoch):
            low, high = self.amounts.get(name, (value, value))
            self.amounts[name] = min(low, value), max(high, value)

    def program(self, blob: Blob, where: str) -> None:
        """Counts a blob's instructions."""
        self.forms.update(instruction_form(item) for _, item in decode(blob.words, where))


def counted(epochs: Iterable[HardwareEpoch], blobs: Mapping[str, Blob]) -> Counted:
    """What a build has."""
    found = Counted()
    for epoch in epochs:
        found.epoch(epoch)
    for name, blob in blobs.items():
        found.program(blob, name)
    return found


@dataclass(frozen=True)
class Public:
    """networks: names of those that were counted. forms, amounts: of all of them."""

    networks: tuple[str, ...]
    forms: Mapping[Form, int]
    amounts: Mapping[str, tuple[int, int]]

    def strange(self, epoch: HardwareEpoch) -> list[str]:
        """What of an epoch no public build has, a sentence each."""
        return [*self.strange_forms(forms_of(epoch)), *self.strange_amounts(amounts_of(epoch))]

    def strange_program(self, blob: Blob, where: str) -> list[str]:
        """Instructions of a blob that no public build has."""
        return self.strange_forms(instruction_form(item) for _, item in decode(blob.words, where))

    def strange_forms(self, forms: Iterable[Form]) -> list[str]:
        """Forms that no public build has, each once."""
        return [f"no public build has {form}" for form in dict.fromkeys(forms) if form not in self.forms]

    def strange_amounts(self, amounts: Iterable[Amount]) -> list[str]:
        """Amounts outside of the range that public builds have, each once."""
        found = []
        for name, value in dict.fromkeys(amounts):
            low, high = self.amounts.get(name, (1, 0))
            if low > high:
                found.append(f"no public build has {name}")
            elif value < low or (value > high and not name.endswith(AT_LEAST)):
                found.append(f"{name} is {value}; public builds have {low} to {high}")
        return found


@functools.cache
def public(without: str = "") -> Public:
    """The table. without: a network whose builds do not count, for a figure that does not prove itself."""
    return read_table(json.loads(TABLE.read_text(encoding="utf-8")), without)


def read_table(table: Mapping[str, Any], without: str = "") -> Public:
    """The table out of its document."""
    left = {number for number, source in enumerate(table["sources"]) if source["network"] != without or not without}
    forms: dict[Form, int] = {}
    for category, found in table["forms"].items():
        for key, counts in found.items():
            total = sum(count for number, count in counts if number in left)
            if total:
                values = tuple(int(word) if word.lstrip("-").isdecimal() else word for word in key.split(","))
                forms[Form(category, values)] = total
    amounts: dict[str, tuple[int, int]] = {}
    for name, ranges in table["amounts"].items():
        kept = [(low, high) for number, low, high in ranges if number in left]
        if kept:
            amounts[name] = min(low for low, _ in kept), max(high for _, high in kept)
    names = dict.fromkeys(source["network"] for number, source in enumerate(table["sources"]) if number in left)
    return Public(tuple(names), forms, amounts)


def table_text(sources: Sequence[Mapping[str, Any]], found: Sequence[Counted]) -> str:
    """The document of a table, a form a line. sources: of each count, with at least its `network`."""
    forms: dict[str, dict[str, list[list[int]]]] = {}
    amounts: dict[str, list[list[int]]] = {}
    for number, one in enumerate(found):
        for form, count in one.forms.items():
            forms.setdefault(form.category, {}).setdefault(form.key, []).append([number, count])
        for name, (low, high) in one.amounts.items():
            amounts.setdefault(name, []).append([number, low, high])
    lines = ["{", '"sources": [', *_listed(json.dumps(source, sort_keys=True) for source in sources), "],"]
    lines.append('"forms": {')
    for category in sorted(forms):
        items = _listed(f"{json.dumps(key)}: {json.dumps(forms[category][key])}" for key in sorted(forms[category]))
        lines += [f"{json.dumps(category)}: {{", *items, "}" + ("," if category != max(forms) else "")]
    lines += ["},", '"amounts": {']
    lines += [*_listed(f"{json.dumps(name)}: {json.dumps(amounts[name])}" for name in sorted(amounts)), "}", "}"]
    return "\n".join(lines) + "\n"


def _listed(items: Iterable[str]) -> Collection[str]:
    found = list(items)
    return [item + "," for item in found[:-1]] + found[-1:]
