# SPDX-License-Identifier: Apache-2.0
"""Functions of a network.c that start an epoch by calls: their units, as registers and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError
from ingot.st.npu.machine import HardwareEpoch, snapshot
from ingot.st.npu.plain.arithacc import arithacc
from ingot.st.npu.plain.convacc import convacc
from ingot.st.npu.plain.poolacc import poolacc
from ingot.st.npu.plain.streng import streng
from ingot.st.npu.plain.structure import REMEDY, Structure
from ingot.st.npu.plain.switch import known, switch_words
from ingot.st.npu.registers import CTRL, EN, Unit

if TYPE_CHECKING:
    from ingot.st.npu.images import Image

_FUNCTION = re.compile(r"^static void (LL_ATON_Start_EpochBlock_(\d+))\(const void \*\s*\w+\)\s*\{", re.MULTILINE)
_END = re.compile(r"^\}", re.MULTILINE)
_STRUCT = re.compile(r"static const (LL_\w+?)_?InitTypeDef (\w+) = \{(.*?)^  \};", re.DOTALL | re.MULTILINE)
_LIST = re.compile(r"static const (LL_\w+?)_?InitTypeDef (\w+)\[\] = \{(.*?)^  \};", re.DOTALL | re.MULTILINE)
_MEMBER = re.compile(r"^\s*\.(\w+)\s*=\s*([^\n]*?),?\s*(?:/\*[^\n]*)?$", re.MULTILINE)
_CALL = re.compile(
    r"^\s*(LL_(?:Convacc|Arithacc|Poolacc|Activacc|Streng|Switch|Dec|Recbuf)\w*)\(([^;\n]*)\);", re.MULTILINE
)
_ENABLE = re.compile(r"^\s*LL_ATON_EnableUnits_Init\((\w+)", re.MULTILINE)
_UNIT = re.compile(r"\{\s*\{\s*(\w+),\s*(\d+)\s*\}")

_Setter = Callable[[Structure, "Sequence[Image]"], dict[int, int]]
_SETTERS: Mapping[str, tuple[str, _Setter]] = {
    "LL_Convacc_Init": ("CONVACC", lambda item, images: convacc(item)),
    "LL_Arithacc_Init": ("ARITH", arithacc),
    "LL_Poolacc_Init": ("POOL", lambda item, images: poolacc(item)),
    "LL_Streng_TensorInit": ("STRENG", lambda item, images: streng(item)),
}


def plain_epochs(text: str, images: Sequence[Image], where: str) -> list[HardwareEpoch]:
    """The epochs of a network.c. images: for the coefficients; those that no image has stay out of the registers.

    Raises IngotError for a member, a call or a value that no public build has.
    """
    epochs = []
    for function in _FUNCTION.finditer(text):
        end = _END.search(text, function.end())
        body = text[function.end() : end.start() if end else len(text)]
        epoch = _epoch(body, int(function[2]), images, f"{where}, {function[1]}")
        if epoch is not None:
            epochs.append(epoch)
    return epochs


def _epoch(body: str, number: int, images: Sequence[Image], where: str) -> HardwareEpoch | None:
    structures = {
        found[2]: Structure(found[2], {name: value.strip() for name, value in _MEMBER.findall(found[3])}, where)
        for found in _STRUCT.finditer(body)
    }
    lists = {found[2]: found[3] for found in _LIST.finditer(body)}
    words: dict[Unit, dict[int, int]] = {}
    for call in _CALL.finditer(body):
        arguments = [part.strip() for part in call[2].split(",")]
        if call[1] == "LL_Switch_Init":
            if arguments[0] not in lists:
                raise IngotError(f"there is no {arguments[0]}", where=where, remedy=REMEDY)
            words[Unit("STRSWITCH", 0)] = switch_words(lists[arguments[0]], where)
        elif call[1] in _SETTERS:
            kind, setter = _SETTERS[call[1]]
            structure = structures.get(arguments[1].lstrip("&")) if len(arguments) > 1 else None
            if structure is None or not arguments[0].isdecimal():
                raise IngotError(f"{call[1]}({call[2]}) names no structure", where=where, remedy=REMEDY)
            unit = Unit(kind, int(arguments[0]))
            known(unit, where)
            words[unit] = setter(structure, images)
            structure.finish()
        elif call[1] != "LL_Switch_Deinit":
            raise IngotError(f"it calls {call[1]}", where=where, remedy=REMEDY)
    enable = _ENABLE.search(body)
    if enable is None:
        if words:
            raise IngotError("units are set up and never enabled", where=where, remedy=REMEDY)
        return None
    for kind, index in _UNIT.findall(lists.get(enable[1], "")):
        unit = Unit(kind, int(index))
        known(unit, where)
        if unit not in words:
            raise IngotError(f"{unit} is enabled and never set up", where=where, remedy=REMEDY)
        words[unit][CTRL] |= EN
    return snapshot(words, {}, number, where.rsplit(", ", 1)[-1])
