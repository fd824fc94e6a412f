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
        initializer_size=compiled.initializer.size,
        user=any(not place.pool for place in compiled.plan.placements.values()) or _unplaced(compiled),
    )
    return with_last_line(text)


def _unplaced(compiled: Compiled) -> bool:
    ports = (*compiled.program.inputs, *compiled.program.outputs)
    return any(port not in compiled.plan.placements for port in ports)


def _port(compiled: Compiled, index: int) -> dict[str, object]:
    tensor = compiled.program.tensors[index]
    shape = compiled.face(index)[1]
    return {
        "title": f"{tensor.dtype.value} {_extents(shape)}",
        "size": tensor.nbytes,
        "elements": tensor.nbytes // tensor.dtype.size,
        "type": C_TYPES.get(tensor.dtype.value, f"{tensor.dtype.value}_t"),
        "shape": list(shape) or [1],
        "axes": _axes(shape),
    }


def _extents(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def _axes(shape: Sequence[int]) -> list[tuple[str, int]]:
    """Names of the axes of an image (NHWC); other shapes have none."""
    return list(zip(("BATCH", "HEIGHT", "WIDTH", "CHANNELS"), shape, strict=True)) if len(shape) == 4 else []
