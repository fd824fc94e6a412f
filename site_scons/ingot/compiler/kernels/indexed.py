# SPDX-License-Identifier: Apache-2.0
"""Operators that choose, place or order elements by indexes (firmware/kernels/indexed.c).

They are rare and small, so that each has one form: what the kernel reads is in memory, constants are copied there.
Semantics: LiteRT's kernels/gather_nd.cc, scatter_nd.cc, topk_v2.cc, one_hot.cc, cumsum.cc, dynamic_update_slice.cc,
reverse_sequence.cc.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(indexed=1)

_DEPTH = 6
_SUFFIX = {DType.FLOAT32: "f32", DType.INT32: "s32", DType.INT16: "s16", DType.INT8: "s8", DType.UINT8: "u8"}


def _alike(graph: Graph, first: int | None, second: int | None) -> bool:
    assert first is not None and second is not None
    a, b = graph.tensors[first], graph.tensors[second]
    return a.dtype is b.dtype and (a.quant is None or a.quant.same(b.quant))


def _constant(graph: Graph, t: int | None) -> bool:
    return t is not None and graph.tensors[t].is_constant


def _int32(graph: Graph, t: int | None) -> bool:
    return t is not None and graph.tensors[t].dtype is DType.INT32


def indexes_of_int32(graph: Graph, op: Operator) -> bool:
    """Indexes are int32, of at most six numbers; input and output have one type and, when quantized, one scale."""
    indexes = op.inputs[1 if op.kind == "GATHER_ND" else 0]
    data = op.inputs[0 if op.kind == "GATHER_ND" else 1]
    return (
        _int32(graph, indexes)
        and _alike(graph, data, op.outputs[0])
        and indexes is not None
        and 1 <= graph.tensors[indexes].shape[-1] <= _DEPTH
    )


def scattered_types(graph: Graph, op: Operator) -> bool:
    """What is placed is int8, int32 or float32."""
    return graph.tensors[op.outputs[0]].dtype in (DType.INT8, DType.INT32, DType.FLOAT32)


def top_types(graph: Graph, op: Operator) -> bool:
    """The numbers are int8, uint8, int16, int32 or float32, the indexes int32; their count is constant."""
    return (
        graph.tensors[op.inputs[0] or 0].dtype in _SUFFIX
        and _alike(graph, op.inputs[0], op.outputs[0])
        and _int32(graph, op.outputs[1])
        and _constant(graph, op.inputs[1])
    )


def constant_but_indexes(graph: Graph, op: Operator) -> bool:
    """Depth and both values are constant, the indexes int32."""
    return _int32(graph, op.inputs[0]) and all(_constant(graph, t) for t in op.inputs[1:])


def summed_types(graph: Graph, op: Operator) -> bool:
    """Numbers are int32 or float32, the axis is constant."""
    types = {graph.tensors[t].dtype for t in (op.inputs[0], op.outputs[0]) if t is not None}
    return types in ({DType.INT32}, {DType.FLOAT32}) and _constant(graph, op.inputs[1])


def updated_types(graph: Graph, op: Operator) -> bool:
    """All have one type and, when quantized, one scale; the start is int32; at most six dimensions."""
    return (
        _alike(graph, op.inputs[0], op.outputs[0])
        and _alike(graph, op.inputs[1], op.outputs[0])
        and _int32(graph, op.inputs[2])
        and len(graph.tensors[op.outputs[0]].shape) <= _DEPTH
    )


def turned_types(graph: Graph, op: Operator) -> bool:
    """Input and output have one type and, when quantized, one scale; the lengths are int32."""
    return _alike(graph, op.inputs[0], op.outputs[0]) and _int32(graph, op.inputs[1])


@lowers("GATHER_ND", constraints=(indexes_of_int32,), memory=(0, 1))
def lower_gather_nd(site: Site) -> Call:
    """ingot_indexed_gather_nd()."""
    shape, indexes = site.input(0).shape, site.input(1).shape
    unit = math.prod(shape[indexes[-1] :]) * site.output().dtype.size
    return _call(site, "gather_nd", (0, 1), **_places(shape, indexes), unit=unit)


@lowers("SCATTER_ND", constraints=(indexes_of_int32, scattered_types), memory=(0, 1))
def lower_scatter_nd(site: Site) -> Call:
    """ingot_indexed_scatter_nd_<type>()."""
    shape, indexes, output = site.output().shape, site.input(0).shape, site.output()
    fields = {**_places(shape, indexes), "inner": math.prod(shape[indexes[-1] :]), "out_bytes": output.nbytes}
    return _call(site, f"scatter_nd_{_SUFFIX[output.dtype]}", (0, 1), **fields)


@lowers("TOPK_V2", constraints=(top_types,))
def lower_top_k(site: Site) -> Call:
    """ingot_indexed_top_k_<type>()."""
    shape = site.input(0).shape
    count = site.output().shape[-1]
    fields: dict[str, Any] = {"outer": math.prod(shape[:-1]), "axis": shape[-1], "count": count}
    return _call(site, f"top_k_{_SUFFIX[site.input(0).dtype]}", (0,), outputs=(0, 1), **fields)


@lowers("ONE_HOT", constraints=(constant_but_indexes,))
def lower_one_hot(site: Site) -> Call:
    """ingot_indexed_one_hot()."""
    shape, axis, output = site.input(0).shape, int(site.op.attrs.get("axis", -1)), site.output()
    at = len(shape) if axis == -1 else axis
    fields: dict[str, Any] = {
        "outer": math.prod(shape[:at]),
        "axis": output.shape[at],
        "inner": math.prod(shape[at:]),
        "unit": output.dtype.size,
    }
    values = np.concatenate([np.asarray(site.input(i).data).reshape(1) for i in (2, 3)])
    return _call(site, "one_hot", (0,), params=(Param("values", values),), **fields)


@lowers("CUMSUM", constraints=(summed_types,))
def lower_cumsum(site: Site) -> Call:
    """ingot_indexed_cumsum_<type>()."""
    shape = site.input(0).shape
    axis = int(np.asarray(site.input(1).data).ravel()[0]) % len(shape)
    fields: dict[str, Any] = {
        "outer": math.prod(shape[:axis]),
        "axis": shape[axis],
        "inner": math.prod(shape[axis + 1 :]),
        "exclusive": int(bool(site.op.attrs.get("exclusive"))),
        "reverse": int(bool(site.op.attrs.get("reverse"))),
    }
    return _call(site, f"cumsum_{_SUFFIX[site.input(0).dtype]}", (0,), **fields)


@lowers("DYNAMIC_UPDATE_SLICE", constraints=(updated_types,), memory=(0, 1, 2))
def lower_update(site: Site) -> Call:
    """ingot_indexed_update()."""
    shape, update = site.output().shape, site.input(1).shape
    fields: dict[str, Any] = {
        "depth": len(shape),
        "extent": _padded(shape),
        "stride": _padded([math.prod(shape[i + 1 :]) for i in range(len(shape))]),
        "second": _padded(update),
        "count": math.prod(update),
        "unit": site.output().dtype.size,
        "out_bytes": site.output().nbytes,
    }
    return _call(site, "update", (0, 1, 2), **fields)


@lowers("REVERSE_SEQUENCE", constraints=(turned_types,), memory=(0, 1))
def lower_reverse_sequence(site: Site) -> Call:
    """ingot_indexed_reverse()."""
    shape = site.input(0).shape
    steps, batch = (int(site.op.attrs.get(name, 0)) % len(shape) for name in ("seq_dim", "batch_dim"))
    first, second = sorted((steps, batch))
    extents = (math.prod(shape[:first]), shape[first], math.prod(shape[first + 1 : second]), shape[second])
    fields: dict[str, Any] = {
        "extent": _padded(extents),
        "unit": math.prod(shape[second + 1 :]) * site.output().dtype.size,
        "reverse": int(batch < steps),
    }
    return _call(site, "reverse", (0, 1), **fields)


def _places(shape: Sequence[int], indexes: Sequence[int]) -> dict[str, Any]:
    depth = indexes[-1]
    return {
        "count": math.prod(indexes[:-1]),
        "depth": depth,
        "extent": _padded(shape[:depth]),
        "stride": _padded([math.prod(shape[i + 1 : depth]) for i in range(depth)]),
    }


def _padded(numbers: Sequence[int]) -> tuple[int, ...]:
    return (*numbers, *[1] * (_DEPTH - len(numbers)))


def _call(
    site: Site,
    name: str,
    inputs: tuple[int, ...],
    *,
    outputs: tuple[int, ...] = (0,),
    params: tuple[Param, ...] = (),
    **fields: Any,
) -> Call:
    ones = (1,) * _DEPTH
    return Call(
        kernel=f"indexed_{name}",
        descriptor="indexed",
        inputs=inputs,
        outputs=outputs,
        fields={"extent": ones, "stride": ones, "second": ones, **fields},
        params=params,
        windows=(None,) * len(inputs),
    )
