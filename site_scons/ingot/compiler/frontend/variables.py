# SPDX-License-Identifier: Apache-2.0
"""Resource variables become state tensors: CALL_ONCE, VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE.

Within one inference the operators run in the file's order, so that every READ_VARIABLE reads either what the variable
held before the inference or what an operator before it assigned. The first is a state tensor, the second the assigned
tensor itself; a READ_VARIABLE of the graph has that tensor as its input. Of a variable's assignments the last one
stays, with the state as its output. What the subgraph of CALL_ONCE assigns is what the state holds at the start.

Semantics: LiteRT's kernels/read_variable.cc, assign_variable.cc, call_once.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.frontend.flatbuffer import DAMAGED
from ingot.compiler.frontend.kinds import kinds
from ingot.compiler.frontend.plain_values import from_shape, plain_values
from ingot.compiler.graph import DType, Operator, Tensor

VARIABLES = frozenset(kinds("CALL_ONCE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE"))

_EXPORT = "Make the state an input and an output of the model (a streaming model with external states)."

Name = tuple[str, str]
"""container and shared_name of a variable."""


@dataclass(frozen=True)
class Section:
    """One subgraph. tensors: by id; a variable's handle is among them, of any type. where: how messages call it."""

    operators: Sequence[Operator]
    tensors: Sequence[Tensor]
    where: str


def data_tensors(op: Operator) -> tuple[int, ...]:
    """The tensors of an operator that hold data: all but the handles of variables."""
    if op.kind not in VARIABLES:
        return tuple(t for t in (*op.inputs, *op.outputs) if t is not None)
    return tuple(t for t in (*op.inputs[1:], *(op.outputs if op.kind == "READ_VARIABLE" else ())) if t is not None)


def with_states(main: Section, subgraph: Callable[[int], Section]) -> tuple[list[Operator], list[Tensor]]:
    """The operators without handles, and the tensors with one state more for every variable that is read first.

    subgraph: reads another subgraph of the file by its number. Raises IngotError: an initialisation that does more than
    assign constants, a variable that is read before anything was assigned, one whose type or size changes.
    """
    initial: dict[Name, Tensor] = {}
    handles: dict[int, Name] = {}
    current: dict[Name, int] = {}
    states: dict[Name, int] = {}
    assigned: dict[Name, Operator] = {}
    tensors = list(main.tensors)
    operators: list[Operator] = []
    for op in main.operators:
        place = f"{main.where}: operator {op.index} ({op.kind})"
        if op.kind == "CALL_ONCE":
            initial |= _initial_values(subgraph(_number(op, place)))
        elif op.kind == "VAR_HANDLE":
            handles |= dict.fromkeys(op.outputs, _name(op))
        elif op.kind == "READ_VARIABLE":
            name, (target,) = _variable(op, handles, 1, 1, place), op.outputs
            if name not in current:
                if name not in initial:
                    raise IngotError(
                        f"it reads the variable '{name[1]}' to which nothing was assigned.", where=place, remedy=_EXPORT
                    )
                current[name] = states[name] = len(tensors)
                tensors.append(_state(initial[name], tensors[target], name))
            _check_alike(tensors[current[name]], tensors[target], name, place)
            operators.append(replace(op, inputs=(current[name],)))
        elif op.kind == "ASSIGN_VARIABLE":
            name = _variable(op, handles, 2, 0, place)
            value = op.inputs[1]
            if value is None:
                raise IngotError("its input 1 is missing.", where=place, remedy=DAMAGED)
            current[name] = value
            assigned[name] = replace(op, inputs=(value,))
        else:
            operators.append(op)
    for name, op in assigned.items():
        value = current[name]
        if name in states and value != states[name]:
            _check_alike(tensors[states[name]], tensors[value], name, f"{main.where}: operator {op.index} ({op.kind})")
            operators.append(replace(op, inputs=(value,), outputs=(states[name],)))
    return operators, tensors


def _name(op: Operator) -> Name:
    return str(op.attrs.get("container", "")), str(op.attrs.get("shared_name", ""))


def _number(op: Operator, place: str) -> int:
    number = op.attrs.get("init_subgraph_index", 0)
    if not isinstance(number, int) or number < 1:
        raise IngotError(f"it runs the subgraph {number}.", where=place, remedy=DAMAGED)
    return number


def _variable(op: Operator, handles: Mapping[int, Name], inputs: int, outputs: int, place: str) -> Name:
    """The variable that the first input names."""
    if len(op.inputs) != inputs or len(op.outputs) != outputs:
        raise IngotError(
            f"it has {len(op.inputs)} inputs and {len(op.outputs)} outputs, which {op.kind} cannot have.",
            where=place,
            remedy=DAMAGED,
        )
    handle = op.inputs[0]
    if handle is None or handle not in handles:
        raise IngotError("its input 0 is no handle of a variable.", where=place, remedy=DAMAGED)
    return handles[handle]


def _state(initial: Tensor, read: Tensor, name: Name) -> Tensor:
    """The variable with its start value. Its numbers mean what the first READ_VARIABLE makes of them."""
    return Tensor(
        name[1] or "state",
        initial.shape,
        initial.dtype,
        read.quant if read.dtype is initial.dtype else initial.quant,
        is_variable=True,
        initial=initial.data,
    )


def _check_alike(a: Tensor, b: Tensor, name: Name, place: str) -> None:
    if a.dtype is not b.dtype:
        raise IngotError(
            f"the variable '{name[1]}' is {a.dtype.value} in one place and {b.dtype.value} in another.",
            where=place,
            remedy=_EXPORT,
        )


def _initial_values(section: Section) -> dict[Name, Tensor]:
    """Variable -> a constant tensor with what the subgraph assigns to it last."""
    handles: dict[int, Name] = {}
    values: dict[int, npt.NDArray[Any]] = {
        t: tensor.data for t, tensor in enumerate(section.tensors) if tensor.data is not None
    }
    result: dict[Name, Tensor] = {}
    for op in section.operators:
        place = f"{section.where}: operator {op.index} ({op.kind})"
        if op.kind == "VAR_HANDLE":
            handles |= dict.fromkeys(op.outputs, _name(op))
        elif op.kind == "ASSIGN_VARIABLE":
            name, value = _variable(op, handles, 2, 0, place), op.inputs[1]
            data = None if value is None else values.get(value)
            if value is None or data is None:
                raise _computed(place)
            tensor = section.tensors[value]
            result[name] = replace(tensor, shape=data.shape, dtype=DType(data.dtype.name), data=data)
        else:
            results = _evaluated(section, op, values)
            if results is None:
                raise _computed(place)
            values |= dict(zip(op.outputs, results, strict=True))
    return result


def _evaluated(section: Section, op: Operator, values: Mapping[int, npt.NDArray[Any]]) -> list[npt.NDArray[Any]] | None:
    if not op.outputs or any(t is not None and t not in values for t in op.inputs):
        return None
    if (shape := from_shape(section.tensors, op)) is not None:
        return shape
    return plain_values(section.tensors, op, [values[t] for t in op.inputs if t is not None])


def _computed(place: str) -> IngotError:
    return IngotError(
        "the initialisation of the model's variables does more than assign constants.", where=place, remedy=_EXPORT
    )
