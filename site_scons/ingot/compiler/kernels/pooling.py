# SPDX-License-Identifier: Apache-2.0
"""AVERAGE_POOL_2D and MAX_POOL_2D of int8, int16 and float32 images (firmware/kernels/average_pool*.c, max_pool*.c).

Formulas: LiteRT's kernels/internal/reference/integer_ops/pooling.h; internal/reference/pooling.h for float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.activation_range import float_range, quantized_range
from ingot.compiler.kernels.conv2d import known_activation, window_rows
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import MAX_ROWS, each_row

packs(average_pool=1, max_pool=1)

_SUFFIX = {DType.INT8: "s8", DType.INT16: "s16", DType.FLOAT32: "f32"}
SUMS = 8
"""Channels whose sums the kernels keep together: INGOT_SUMS of firmware/kernels/window_sums.h, the largest."""

_FOLDED = ("average_pool", "average_pool_up", "average_pool_even", "reduce_mean", "reduce_even_mean")
_FIRST = {"h": "top", "w": "left"}
_KERNELS = {"AVERAGE_POOL_2D": "average_pool", "MAX_POOL_2D": "max_pool"}


def image_of_one_type(graph: Graph, op: Operator) -> bool:
    """Input and output are images of four dimensions, both int8, both int16 with zero point 0, or both float32."""
    tensors = [graph.tensors[t] for t in (op.inputs[0], op.outputs[0]) if t is not None]
    types = {t.dtype for t in tensors}
    if len(types) != 1 or not types <= _SUFFIX.keys() or any(len(t.shape) != 4 for t in tensors):
        return False
    if types == {DType.FLOAT32}:
        return True
    return all(t.quant is not None and (t.dtype is DType.INT8 or t.zero_point == 0) for t in tensors)


@lowers("AVERAGE_POOL_2D", "MAX_POOL_2D", constraints=(image_of_one_type, known_activation))
def lower_pool(site: Site) -> Call:
    """One call of ingot_average_pool_<type>() or ingot_max_pool_<type>()."""
    image, output, attrs = site.input(0), site.output(), site.op.attrs
    if image.dtype is DType.FLOAT32:
        clamps = np.asarray(float_range(attrs["activation"]), np.float32)
    else:
        clamps = np.asarray(quantized_range(attrs["activation"], output), np.int32)
    kernel = f"{_KERNELS[site.op.kind]}{'_up' if attrs.get('from_uint8') else ''}_{_SUFFIX[image.dtype]}"
    return pool_call(site, kernel, Param("clamps", clamps))


FOLDING = {f"{kernel}_s8": f"{kernel}_rows_s8" for kernel in _FOLDED}
"""Kernel -> the one that does the same with a whole image, whose rows it adds up some at a time."""


def _covered(attrs: Mapping[str, Any], extent: int, axis: str) -> bool:
    """Whether the first window has all of the image along the axis."""
    return bool(attrs[f"filter_{axis}"] - attrs[f"pad_{_FIRST[axis]}"] >= extent)


def folds(site: Site, kernel: str) -> bool:
    """Whether a kernel that makes one pixel of a whole image may do so some rows at a time: it has several."""
    return (
        kernel in FOLDING
        and site.input(0).shape[:2] == (1, site.rows_in(0).rows)
        and 1 < site.rows_in(0).rows <= MAX_ROWS
    )


def fold_call(site: Site, kernel: str, block: Param) -> Call:
    """One call of the form of a kernel that makes one pixel of a whole image, some rows of it at a time."""
    _, in_h, in_w, channels = site.input(0).shape
    return Call(
        kernel=FOLDING[kernel],
        descriptor="pool",
        inputs=(0,),
        outputs=(0,),
        fields={"in_h": in_h, "in_w": in_w, "channels": channels},
        params=(block,),
        windows=(each_row(in_h),),
        scratch=4 * -(-channels // SUMS) * SUMS,
        folds=in_h,
    )


def pool_call(site: Site, kernel: str, block: Param) -> Call:
    """One call of a kernel that goes over windows."""
    output, attrs = site.output(), site.op.attrs
    batches, in_h, in_w, channels = site.input(0).shape
    if (
        output.shape[1:3] == (1, 1)
        and _covered(attrs, in_h, "h")
        and _covered(attrs, in_w, "w")
        and folds(site, kernel)
    ):
        return fold_call(site, kernel, block)
    return Call(
        kernel=kernel,
        descriptor="pool",
        inputs=(0,),
        outputs=(0,),
        fields={
            "in_h": in_h,
            "in_w": in_w,
            "channels": channels,
            "out_h": output.shape[1],
            "out_w": output.shape[2],
            "filter_h": attrs["filter_h"],
            "filter_w": attrs["filter_w"],
            "stride_h": attrs["stride_h"],
            "stride_w": attrs["stride_w"],
            "pad_top": attrs["pad_top"],
            "pad_left": attrs["pad_left"],
            "batches": batches,
        },
        params=(block,),
        windows=(window_rows(site, attrs["filter_h"]),),
    )
