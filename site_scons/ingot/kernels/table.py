"""Pointwise functions of one 8-bit input, as a table in the initializer (firmware/kernels/table.c).

The pass ingot.passes.tables turns every such operator, and chains of them, into an operator of kind "table" whose
attribute `entries` is an array of 256 outputs in the order of the input byte taken as unsigned.
"""

from __future__ import annotations

import numpy as np

from ingot.kernels.program import Call, Param
from ingot.kernels.registry import Site, lowers


@lowers("table")
def lower_table(site: Site) -> Call:
    """One call of ingot_table_8to8 or ingot_table_8to32; in place when the element size stays."""
    source, target = site.rows_in(0), site.rows_out()
    wide = target.dtype.size == 4
    rows = np.arange(target.rows, dtype=np.int32)
    return Call(
        kernel="table_8to32" if wide else "table_8to8",
        descriptor="table",
        inputs=(0,),
        outputs=(0,),
        fields={"row_elements": source.row_bytes},
        params=(Param("entries", np.asarray(site.op.attrs["entries"])),),
        windows=(np.stack([rows, rows], axis=1),),
        inplace=() if wide else (0,),
    )
