# SPDX-License-Identifier: Apache-2.0
"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND (firmware/kernels/batch_space.c)."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import Graph, Operator
from ingot.compiler.kernels.move import one_type_and_scale, steps_are_constant
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(batch_space=1)


def three_or_four_dimensions(graph: Graph, op: Operator) -> bool:
    """The input has three or four dimensions, and blocks are of all but the first and last."""
    rank = len(graph.tensors[op.inputs[0] or 0].shape)
    block = graph.tensors[op.inputs[1] or 0]
    return rank in (3, 4) and block.elements == rank - 2


@lowers(
    "SPACE_TO_BATCH_ND",
    "BATCH_TO_SPACE_ND",
    constraints=(one_type_and_scale, steps_are_constant, three_or_four_dimensions),
)
def lower_batch_space(site: Site) -> Call:
    """ingot_batch_space_split() or ingot_batch_space_join()."""
    source, target, dtype = site.input(0).shape, site.rows_out(), site.input(0).dtype
    split = site.op.kind == "SPACE_TO_BATCH_ND"
    (in_n, in_h, in_w), (out_n, out_h, out_w) = (_as_image(s) for s in (source, site.output().shape))
    block = [int(v) for v in np.asarray(site.input(1).data).ravel()]
    edges = np.asarray(site.input(2).data).reshape(-1, 2)
    wide = len(block) == 2
    pattern = 0
    if split and dtype.size == 1 and site.output().quant is not None:
        pattern = (site.output().zero_point & 0xFF) * 0x01010101
    return Call(
        kernel="batch_space_split" if split else "batch_space_join",
        descriptor="batch_space",
        inputs=(0,),
        outputs=(0,),
        fields={
            "in_batches": in_n,
            "in_height": in_h,
            "in_width": in_w,
            "out_batches": out_n,
            "out_height": out_h,
            "out_width": out_w,
            "pixel": source[-1] * dtype.size,
            "block_height": block[0],
            "block_width": block[1] if wide else 1,
            "top": int(edges[0][0]),
            "left": int(edges[1][0]) if wide else 0,
            "rows_at_once": out_n * out_h // target.rows,
        },
        params=(Param("pattern", np.asarray([pattern], np.uint32)),) if split else (),
        windows=(None,),
    )


def _as_image(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(N, H, W); W is 1 for three dimensions."""
    return shape[0], shape[1], shape[2] if len(shape) == 4 else 1
