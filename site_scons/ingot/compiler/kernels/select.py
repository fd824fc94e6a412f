# SPDX-License-Identifier: Apache-2.0
"""SELECT and SELECT_V2 (firmware/kernels/select.c). SELECT broadcasts nothing but a condition that is a vector, or one
truth."""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(select=1)

_LOOPS = 5


def one_type_selected(graph: Graph, op: Operator) -> bool:
    """The condition is bool; the two others and the output have one type and, when quantized, one scale."""
    condition, *values = (graph.tensors[t] for t in op.inputs if t is not None)
    output = graph.tensors[op.outputs[0]]
    return condition.dtype is DType.BOOL and all(
        t.dtype is output.dtype and (output.quant is None or output.quant.same(t.quant)) for t in values
    )


def few_extents(graph: Graph, op: Operator) -> bool:
    """At most five dimensions."""
    return len(graph.tensors[op.outputs[0]].shape) <= _LOOPS


@lowers("SELECT", "SELECT_V2", constraints=(one_type_selected, few_extents), data=None)
def lower_select(site: Site) -> Call:
    """ingot_select_<number of computed inputs>()."""
    output, target = site.output().shape, site.rows_out()
    extent = (1,) * (_LOOPS - len(output)) + output
    computed = tuple(i for i in range(3) if not site.input(i).is_constant)
    constants = [i for i in range(3) if i not in computed]
    places, at, params = [0, 0, 0], 0, []
    for i in constants:
        data = np.asarray(site.input(i).data)
        params.append(Param(f"input{i}", data))
        places[i] = at
        at += -(-data.nbytes // 4) * 4
    condition, yes, no = (_strides(_shape(site, i), extent) for i in range(3))
    return Call(
        kernel=f"select_{len(computed)}",
        descriptor="select",
        inputs=computed,
        outputs=(0,),
        fields={
            "row_elements": target.row_bytes // target.dtype.size,
            "extent": extent,
            "condition": condition,
            "yes": yes,
            "no": no,
            "place": tuple(places),
            "constants": sum(1 << i for i in constants),
            "size": target.dtype.size,
        },
        params=tuple(params),
        windows=(None,) * len(computed),
    )


def _shape(site: Site, position: int) -> tuple[int, ...]:
    """Of SELECT, a condition that is a vector chooses along the first axis."""
    shape = site.input(position).shape
    if position == 0 and site.op.kind == "SELECT" and len(shape) == 1:
        return shape + (1,) * (len(site.output().shape) - 1)
    return shape


def _strides(shape: tuple[int, ...], extent: tuple[int, ...]) -> tuple[int, ...]:
    own = (1,) * (len(extent) - len(shape)) + shape
    return tuple(0 if own[i] == 1 else math.prod(own[i + 1 :]) for i in range(len(extent)))
