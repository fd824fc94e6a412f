# SPDX-License-Identifier: Apache-2.0
"""network.h: what an application must know about a network at compile time; like network.c, from structure alone."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.base import c_text
from ingot.base.last_line import with_last_line
from ingot.base.render import render
from ingot.compiler.emit.compiled import Compiled

#: C's names of types that are not NumPy's with _t.
C_TYPES = {"float32": "float", "bool": "bool", "float64": "double"}


def emit_network_h(compiled: Compiled) -> str:
    """The text of the header: prototypes, and shapes and sizes of inputs and outputs as macros."""
    name = c_text.identifier(compiled.name)
    text = render(
        "network.h.j2",
        name=name,
        upper=name.upper(),
        raw=c_text.comment(compiled.raw_name()),
        ports=[
            ("IN", [_port(compiled, i) for i in compiled.program.inputs]),
            ("OUT", [_port(compiled, i) for i in compiled.program.outputs]),
        ],
        states=any(tensor.role == "state" for tensor in compiled.program.tensors),
        rows=any(call.in_order for call in compiled.program.calls),
        initializer_size=compiled.initializer.size,
        user_inputs=_users(compiled, compiled.program.inputs),
        user_outputs=_users(compiled, compiled.program.outputs),
    )
    return with_last_line(text)


def _users(compiled: Compiled, ports: Sequence[int]) -> bool:
    """Whether the application has the memory of one of these inputs or outputs."""
    places = compiled.plan.placements
    return any(port not in places or not places[port].pool for port in ports)


def _port(compiled: Compiled, index: int) -> dict[str, object]:
    tensor = compiled.program.tensors[index]
    shape = compiled.face(index)[1]
    return {
        "title": f"{tensor.dtype.value} {_extents(shape)}",
        "size": tensor.nbytes,
        "elements": tensor.nbytes // tensor.dtype.size,
        "type": C_TYPES.get(tensor.dtype.value, f"{tensor.dtype.value}_t"),
        "rows": tensor.rows,
        "row_bytes": tensor.row_bytes,
        "shape": list(shape) or [1],
        "axes": _axes(shape),
    }


def _extents(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def _axes(shape: Sequence[int]) -> list[tuple[str, int]]:
    """Names of the axes of an image (NHWC); other shapes have none."""
    return list(zip(("BATCH", "HEIGHT", "WIDTH", "CHANNELS"), shape, strict=True)) if len(shape) == 4 else []
