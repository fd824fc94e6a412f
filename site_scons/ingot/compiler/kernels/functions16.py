# SPDX-License-Identifier: Apache-2.0
"""EXP, LOG, RSQRT and SQRT of int16 (firmware/kernels/lookup16.c); of 8 bits they are tables, float32 is unary.py's.

Formulas: LiteRT's kernels/exp.cc and elementwise.cc, and LUTPopulate() of internal/common.h, in float32.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ingot.compiler.kernels.lookup16 import int16_table
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, packs
from ingot.compiler.kernels.rows import same_rows

packs(lookup16=1)

KINDS = ("EXP", "LOG", "RSQRT", "SQRT")

Floats = npt.NDArray[np.floating]


def lower_function16(site: Site) -> Call:
    """ingot_lookup16_rows() or ingot_lookup16_sqrt(), in place."""
    source, target = site.rows_in(0), site.rows_out()
    is_root = site.op.kind == "SQRT"
    return Call(
        kernel="lookup16_sqrt" if is_root else "lookup16_rows",
        descriptor="lookup16",
        inputs=(0,),
        outputs=(0,),
        fields={"row_elements": target.row_bytes // 2},
        params=(_scales(site) if is_root else _table(site),),
        windows=(same_rows(source, target),),
        inplace=(0,),
    )


def _scales(site: Site) -> Param:
    return Param("scales", np.asarray([site.input(0).scale, site.output().scale], np.float32))


def _table(site: Site) -> Param:
    source, output = site.input(0), site.output()
    step = np.float32(output.scale)
    functions: dict[str, Callable[[Floats], Floats]] = {
        "EXP": np.exp,
        "LOG": lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1)), np.float32(-32768) * step),
        "RSQRT": lambda x: np.where(x > 0, np.float32(1) / np.sqrt(np.where(x > 0, x, 1)), np.float32(32767) * step),
    }

    def rounded(x: Floats) -> Floats:
        """The function in float32; a C library's is that of the real number, rounded."""
        given = x if site.op.kind == "RSQRT" else x.astype(np.float64)
        with np.errstate(over="ignore"):
            return np.asarray(functions[site.op.kind](given), np.float32)

    return Param("table", int16_table(rounded, source.scale, 0, output.scale, 0, np.float32))
