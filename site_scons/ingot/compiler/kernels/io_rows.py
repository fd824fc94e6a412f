# SPDX-License-Identifier: Apache-2.0
"""Inputs and outputs that the application hands over some rows at a time (firmware/runtime/ingot_rows.h).

Each such input or output is the application's, and a copy stands between it and the operators: its rows are asked for
when they are needed, or given away as soon as they are there, so that the network keeps a ring of them at most.
"""

from __future__ import annotations

from dataclasses import replace

from ingot.compiler.kernels.program import Activation, Call, Program
from ingot.compiler.kernels.rows import each_row
from ingot.network.types import rows_of


def with_rows(program: Program, inputs: bool, outputs: bool) -> Program:
    """The program with a copy behind every input, and before every output."""
    tensors, calls = list(program.tensors), list(program.calls)
    if inputs:
        inner = {t: len(tensors) + number for number, t in enumerate(program.inputs)}
        tensors += [_inside(tensors[t]) for t in inner]
        calls = [replace(call, inputs=tuple(inner.get(t, t) for t in call.inputs)) for call in calls]
        calls = [_handed_over(program, t, copy) for t, copy in inner.items()] + calls
    ports = program.outputs
    if outputs:
        ports = tuple(range(len(tensors), len(tensors) + len(program.outputs)))
        tensors += [tensors[t] for t in program.outputs]
        for source, target in zip(program.outputs, ports, strict=True):
            tensors[source] = _inside(tensors[source])
            calls.append(_handed_over(program, source, target))
    return replace(program, tensors=tuple(tensors), calls=tuple(calls), outputs=ports)


def _inside(port: Activation) -> Activation:
    return replace(port, name=rows_of(port.name), role="activation")


def _handed_over(program: Program, source: int, target: int) -> Call:
    """A copy of as many rows as are there. The application deals in them in order."""
    tensor = program.tensors[source]
    return Call(
        kernel="copy_rows",
        descriptor="copy",
        inputs=(source,),
        outputs=(target,),
        fields={"row_bytes": tensor.row_bytes},
        windows=(each_row(tensor.rows),),
        in_order=True,
    )
