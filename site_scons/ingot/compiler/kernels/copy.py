# SPDX-License-Identifier: Apache-2.0
"""Copies that the compiler adds itself: operator kind "copy" (firmware/kernels/copy.c)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, elements, lowers, packs
from ingot.compiler.kernels.rows import same_rows

packs(copy=1)


@lowers("copy", data=(), pieces=elements)
def lower_copy(site: Site) -> Call:
    """Rows of an activation, or of a constant. Shapes may differ, bytes do not."""
    return _copy(site)


def _copy(site: Site) -> Call:
    target = site.rows_out()
    if site.input(0).is_constant:
        return Call(
            kernel="copy_constant",
            descriptor="copy",
            inputs=(),
            outputs=(0,),
            fields={"row_bytes": target.row_bytes},
            params=(Param("data", np.asarray(site.input(0).data)),),
        )
    source = site.rows_in(0)
    alike = source.row_bytes == target.row_bytes
    return Call(
        kernel="copy_rows",
        descriptor="copy",
        inputs=(0,),
        outputs=(0,),
        fields={"row_bytes": target.row_bytes},
        windows=(same_rows(source, target) if alike else None,),
    )


@lowers("ASSIGN_VARIABLE", data=())
def lower_assign(site: Site) -> Call:
    """The state as the next inference reads it: a copy that runs alone, when nobody reads the old one any more."""
    call = _copy(site)
    return replace(call, windows=(None,) * len(call.inputs), alone=True)
