# SPDX-License-Identifier: Apache-2.0
"""Pointwise functions of one 8-bit input, as a table in the initializer (firmware/kernels/table.c).

The pass ingot.compiler.passes.tables turns every such operator, and chains of them, into an operator of kind "table"
whose attribute `entries` is an array of 256 outputs in the order of the input byte taken as unsigned.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, elements, lowers, packs
from ingot.compiler.kernels.rows import same_rows

packs(table=1)


def of_truths(graph: Graph, op: Operator) -> bool:
    """Input and output are bool."""
    return all(graph.tensors[t].dtype is DType.BOOL for t in (*op.inputs, *op.outputs) if t is not None)


@lowers("LOGICAL_NOT", constraints=(of_truths,), pieces=elements)
def lower_not(site: Site) -> Call:
    """A table of truths, which are bytes of 0 or 1."""
    return _lookup(site, np.arange(256, dtype=np.uint8) == 0)


@lowers("table", pieces=elements)
def lower_table(site: Site) -> Call:
    """One call of ingot_table_8to8, 8to16 or 8to32, by the output's element size; in place when the size stays."""
    return _lookup(site, np.asarray(site.op.attrs["entries"]))


def _lookup(site: Site, entries: npt.NDArray[Any]) -> Call:
    source, target = site.rows_in(0), site.rows_out()
    size = target.dtype.size
    return Call(
        kernel=f"table_8to{8 * size}",
        descriptor="table",
        inputs=(0,),
        outputs=(0,),
        fields={"row_elements": target.row_bytes // size},
        params=(Param("entries", entries),),
        windows=(same_rows(source, target),),
        inplace=(0,) if size == 1 else (),
    )
