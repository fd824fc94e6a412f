# SPDX-License-Identifier: Apache-2.0
"""CONCATENATION and PACK (firmware/kernels/concat.c)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.kernels.program import Activation, Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import Window, same_rows

packs(concat=1)

_FINEST = 16  # pieces of an input's row, beyond which copying them costs too much


def concat_types(graph: Graph, op: Operator) -> bool:
    """All inputs have the output's type and, when quantized, its scale and zero point; an output of uint8 without a
    scale has inputs without one (LiteRT would divide by the scale that is not there)."""
    output = graph.tensors[op.outputs[0]]
    inputs = [graph.tensors[t] for t in op.inputs if t is not None]
    if output.dtype is DType.UINT8 and output.quant is None and any(t.quant for t in inputs):
        return False
    return all(t.dtype is output.dtype and (output.quant is None or output.quant.same(t.quant)) for t in inputs)


def no_activation(graph: Graph, op: Operator) -> bool:
    """No fused activation."""
    return bool(op.attrs.get("activation", "NONE") == "NONE")


def joined_rows(graph: Graph, op: Operator, rows: Sequence[int]) -> int:
    """Rows of which each input's rows are a whole number; 1 where inputs are not one after the other, have no rows or
    would be cut too finely."""
    output = graph.tensors[op.outputs[0]]
    parts = [graph.tensors[t] for t in op.inputs if t is not None]
    if math.prod(output.shape[: _axis(op, output)]) != 1 or max(rows) == 1:
        return 1
    widths = [part.nbytes // n for part, n in zip(parts, rows, strict=True)]
    pitch = math.gcd(*widths)
    finest = max(width // pitch for width, n in zip(widths, rows, strict=True) if n > 1)
    return output.nbytes // pitch if finest <= _FINEST else 1


@lowers("CONCATENATION", "PACK", constraints=(concat_types, no_activation), data=None, joined_rows=joined_rows)
def lower_concat(site: Site) -> Call:
    """ingot_concat_<number of activations>(), row by row. A pass sees to it that there are at most 16 inputs."""
    target = site.rows_out()
    shape, size = site.output().shape, site.output().dtype.size
    axis = _axis(site.op, site.output())
    pack = site.op.kind == "PACK"
    extents = [1 if pack else site.input(i).shape[axis] for i in range(len(site.op.inputs))]
    inner = math.prod(shape[axis + 1 :]) * size
    split = target.rows > 1
    along_rows = split and math.prod(shape[:axis]) == 1
    if along_rows:
        extents = [n * inner // target.row_bytes for n in extents]
    activations = tuple(i for i in range(len(extents)) if not site.input(i).is_constant)
    starts = np.concatenate([[0], np.cumsum(extents)])
    windows = [
        _rows_of_part(site.rows_in(i), target, int(starts[i]), extents[i])
        if along_rows
        else _same_split(site.rows_in(i), target, split)
        for i in activations
    ]
    return Call(
        kernel=f"concat_{len(activations)}",
        descriptor="concat",
        inputs=activations,
        outputs=(0,),
        fields={
            "inputs": len(extents),
            "constants": sum(1 << i for i in range(len(extents)) if i not in activations),
            "groups": 1 if along_rows else math.prod(shape[:axis]) // target.rows,
            "out_pitch": target.row_bytes,
            "part": tuple(n if along_rows else n * inner for n in extents),
            "rows": target.rows,
            "along_rows": int(along_rows),
        },
        params=tuple(
            Param(f"part{i}", np.asarray(site.input(i).data)) for i in range(len(extents)) if i not in activations
        ),
        windows=tuple(windows),
        cuts=tuple(_cuts(site.rows_in(i), extents[i]) for i in activations) if along_rows else (),
    )


def _axis(op: Operator, output: Tensor) -> int:
    return int(op.attrs.get("axis", 0)) % len(output.shape)


def _same_split(source: Activation, target: Activation, inside_rows: bool) -> Window | None:
    return same_rows(source, target) if inside_rows or target.rows == 1 == source.rows else None


def _rows_of_part(source: Activation, target: Activation, start: int, rows: int) -> Window | None:
    """Output row y is (a piece of) row y - start of this input; other output rows ask for nothing new."""
    cuts = _cuts(source, rows)
    if cuts * source.rows != rows:
        return None
    row = np.clip(np.arange(target.rows) - start, 0, rows - 1) // cuts
    return np.stack([row, row], axis=1).astype(np.int32)


def _cuts(source: Activation, rows: int) -> int:
    """Pieces of a row of the input, which has `rows` of the output's rows; 1 where it is needed whole."""
    return rows // source.rows if source.rows > 1 and rows % source.rows == 0 else 1
