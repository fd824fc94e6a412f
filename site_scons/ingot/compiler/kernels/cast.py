# SPDX-License-Identifier: Apache-2.0
"""CAST (firmware/kernels/cast.c)."""

from __future__ import annotations

from ingot.compiler.graph import DType
from ingot.compiler.kernels.program import Call
from ingot.compiler.kernels.registry import Site, elements, lowers, packs
from ingot.compiler.kernels.rows import same_rows

packs(cast=1)

_CODES = {
    DType.INT8: 0,
    DType.UINT8: 1,
    DType.INT16: 2,
    DType.INT32: 3,
    DType.FLOAT32: 4,
    DType.BOOL: 5,
    DType.INT64: 6,
}


@lowers("CAST", pieces=elements)
def lower_cast(site: Site) -> Call:
    """ingot_cast_rows(); in place when the element size stays."""
    source, target = site.rows_in(0), site.rows_out()
    return Call(
        kernel="cast_rows",
        descriptor="cast",
        inputs=(0,),
        outputs=(0,),
        fields={
            "row_elements": target.row_bytes // target.dtype.size,
            "from": _CODES[source.dtype],
            "to": _CODES[target.dtype],
        },
        windows=(same_rows(source, target),),
        inplace=(0,) if source.dtype.size == target.dtype.size else (),
    )
