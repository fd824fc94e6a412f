# SPDX-License-Identifier: Apache-2.0
"""The list of a switch's init structures as registers: which source feeds which port, in which frames."""

from __future__ import annotations

import re

from ingot.base.errors import IngotError
from ingot.st.npu.plain.structure import REMEDY
from ingot.st.npu.registers import DESTINATION_WORDS, LINK, Port, Unit, source_number

_PORT = re.compile(r"ATONN_(?:DST|SRC)PORT\(STRSWITCH, 0, (\w+), (\d+), (\d+)\)")


def known(unit: Unit, where: str) -> None:
    """Raises IngotError for a unit that the NPU does not have."""
    try:
        source_number(unit)
    except ValueError:
        raise IngotError(f"there is no {unit.kind} {unit.instance}", where=where, remedy=REMEDY) from None


def switch_words(text: str, where: str) -> dict[int, int]:
    """Register words. Raises IngotError for an entry that no public build has."""
    words: dict[int, int] = {}
    for line in text.splitlines():
        if "LL_Switch_Init_Dest" not in line:
            continue
        destination, *sources = [part for part in line.split("/*")[0].split("LL_Switch_Init_Source")]
        target = _port(destination, where)
        value = 0
        for part in sources:
            found = re.match(r"\((\d)\)", part)
            context = int(found[1]) if found else 9
            enabled = re.search(r"Context\(\d\) = (\d+)", part)
            frames = re.search(r"Frames\(\d\) = (\d+)", part)
            if context > 1 or enabled is None or frames is None:
                raise IngotError(f"a switch entry says {part.strip()[:60]}", where=where, remedy=REMEDY)
            try:
                source = source_number(_port(part, where).unit)
                value |= LINK[f"EN{context}"].put(int(enabled[1])) | LINK[f"LINK{context}"].put(source)
                value |= LINK[f"FNR{context}"].put(int(frames[1]))
            except ValueError as error:
                raise IngotError(f"a switch entry: {error}", where=where, remedy=REMEDY) from None
        if target not in DESTINATION_WORDS:
            raise IngotError(f"the switch has no {target}", where=where, remedy=REMEDY)
        words[DESTINATION_WORDS[target]] = value
    return words


def _port(text: str, where: str) -> Port:
    found = _PORT.search(text)
    if found is None:
        raise IngotError(f"a switch entry says {text.strip()[:60]}", where=where, remedy=REMEDY)
    unit = Unit(found[1], int(found[2]))
    known(unit, where)
    return Port(unit, int(found[3]))
