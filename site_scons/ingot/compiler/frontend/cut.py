# SPDX-License-Identifier: Apache-2.0
"""A part of a model file: one of its signatures, from some tensors to others.

    outputs=name,name     the network ends at these tensors
    inputs=name,name      it begins at these
    signature=name        of several signatures, this one

The part is a file of its own, made by changing the lists of inputs, outputs and operators in place, so that the
compiler and the oracle read the same bytes. Operators that the outputs do not need are gone, custom ones too.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tflite

from ingot.base.errors import IngotError, did_you_mean
from ingot.compiler.frontend.flatbuffer import numbers, reading, tables, text
from ingot.compiler.frontend.operator_code import builtin_kind

_SUBGRAPHS = 8
"""Offset in the vtable of Model: field 2."""

_INPUTS, _OUTPUTS, _OPERATORS = 6, 8, 10
"""Offsets in the vtable of SubGraph: fields 1, 2 and 3."""


@dataclass(frozen=True)
class Cut:
    """inputs, outputs: names, separated by commas, "" for the file's. signature: a name, "" for the first."""

    inputs: str = ""
    outputs: str = ""
    signature: str = ""

    def __bool__(self) -> bool:
        return bool(self.inputs or self.outputs or self.signature)


def cut_model(data: bytes, cut: Cut, where: str) -> bytes:
    """The file of that part. Raises IngotError: a name that is no tensor's, an input that is missing."""
    if not cut or data[4:8] != b"TFL3":
        return data
    with reading(where, "the subgraphs"):
        model = tflite.Model.GetRootAs(data, 0)
        number = _signature(model, cut.signature, where)
        if number:
            data = _first(data, model, number)
            model = tflite.Model.GetRootAs(data, 0)
        subgraph = model.Subgraphs(0)
        names = [text(tensor, "Name") for tensor in tables(subgraph, "Tensors")]
        old = [[int(t) for t in numbers(subgraph, field)] for field in ("Inputs", "Outputs")]
    inputs = _tensors(cut.inputs, names, "inputs", where) or old[0]
    outputs = _tensors(cut.outputs, names, "outputs", where) or old[1]
    with reading(where, "the operators"):
        return _with_ports(data, model, subgraph, inputs, outputs, old[0] if cut.inputs else [], names, where)


def part_of(data: bytes, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
    """The part with inputs and outputs of these names; the file itself where it has others, or these already."""
    with reading("the model", "the subgraphs"):
        model = tflite.Model.GetRootAs(data, 0)
        for number in range(model.SubgraphsLength()):
            subgraph = model.Subgraphs(number)
            names = [text(tensor, "Name") for tensor in tables(subgraph, "Tensors")]
            known = {name: t for t, name in enumerate(names)}
            if len(known) != len(names) or not known.keys() >= {*inputs, *outputs}:
                continue
            wanted = [[known[name] for name in group] for group in (inputs, outputs)]
            if number:
                data = _first(data, model, number)
                model = tflite.Model.GetRootAs(data, 0)
                subgraph = model.Subgraphs(0)
            old = [[int(t) for t in numbers(subgraph, field)] for field in ("Inputs", "Outputs")]
            if wanted == old:
                return data
            return _with_ports(data, model, subgraph, wanted[0], wanted[1], [], names, "the model")
    return data


def _signature(model: Any, name: str, where: str) -> int:
    """The number of the signature's subgraph."""
    if not name:
        return 0
    known = {text(s, "SignatureKey"): int(s.SubgraphIndex()) for s in tables(model, "SignatureDefs")}
    if name not in known:
        raise IngotError(
            f"signature: the model has no signature '{name}'.", where=where, remedy=did_you_mean(name, sorted(known))
        )
    return known[name]


def _tensors(given: str, names: Sequence[str], option: str, where: str) -> list[int]:
    """The tensors that a text names; a name may have commas in it."""
    found: list[int] = []
    words: list[str] = []
    for word in given.split(",") if given else ():
        words.append(word)
        if (name := ",".join(words)) in names:
            found.append(names.index(name))
            words = []
    if words:
        name = ",".join(words)
        raise IngotError(
            f"{option}: the model has no tensor '{name}'.", where=where, remedy=did_you_mean(name, sorted(set(names)))
        )
    return found


def _first(data: bytes, model: Any, number: int) -> bytes:
    """The file in which that subgraph stands first, and the first in its place."""
    changed = bytearray(data)
    start = model._tab.Vector(model._tab.Offset(_SUBGRAPHS))
    places = [start + 4 * i for i in (0, number)]
    targets = [place + struct.unpack_from("<I", data, place)[0] for place in places]
    for place, target in zip(places, reversed(targets), strict=True):
        struct.pack_into("<I", changed, place, target - place)
    return bytes(changed)


def _with_ports(
    data: bytes,
    model: Any,
    subgraph: Any,
    inputs: Sequence[int],
    outputs: Sequence[int],
    dropped: Sequence[int],
    names: Sequence[str],
    where: str,
) -> bytes:
    """dropped: inputs of the file that are not there unless they are among `inputs`."""
    kinds = [builtin_kind(code) for code in tables(model, "OperatorCodes")]
    operators = tables(subgraph, "Operators")
    reads = [[int(t) for t in numbers(op, "Inputs") if t >= 0] for op in operators]
    writes = [[int(t) for t in numbers(op, "Outputs")] for op in operators]
    needed, kept = set(outputs), set[int]()
    for at in range(len(operators) - 1, -1, -1):
        if not needed.isdisjoint(set(writes[at]) - set(inputs)):
            kept.add(at)
            needed.update(reads[at])
    made = set(inputs) | {t for at in kept for t in writes[at]}
    written = {t for group in writes for t in group}
    for at, op in enumerate(operators):  # what keeps state has no output
        kind = kinds[op.OpcodeIndex()]
        if kind == "VAR_HANDLE" and not needed.isdisjoint(writes[at]):
            made.update(writes[at])
        if kind == "CALL_ONCE" or (kind == "ASSIGN_VARIABLE" and all(t in made or t not in written for t in reads[at])):
            kept.add(at)
    missing = [t for t in dropped if t in needed and t not in inputs]
    if missing:
        raise IngotError(
            f"inputs: the outputs need '{names[missing[0]]}' too, which is an input of the file.",
            where=where,
            remedy=f"Name it as well: inputs={','.join(names[t] for t in (*inputs, *missing))}.",
        )
    changed = bytearray(data)
    table = subgraph._tab
    start = table.Vector(table.Offset(_OPERATORS))
    targets = [start + 4 * at + struct.unpack_from("<I", data, start + 4 * at)[0] for at in sorted(kept)]
    struct.pack_into("<I", changed, start - 4, len(targets))
    for position, target in enumerate(targets):
        place = start + 4 * position
        struct.pack_into("<I", changed, place, target - place)
    for slot, ids in ((_INPUTS, inputs), (_OUTPUTS, outputs)):
        field = table.Offset(slot)
        if not field:
            raise ValueError("the subgraph has no list of inputs or outputs")
        changed += bytes(-len(changed) % 4)
        place = table.Pos + field
        struct.pack_into("<I", changed, place, len(changed) - place)
        changed += struct.pack(f"<I{len(ids)}i", len(ids), *ids)
    return bytes(changed)
