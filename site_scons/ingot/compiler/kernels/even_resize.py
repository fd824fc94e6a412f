# SPDX-License-Identifier: Apache-2.0
"""RESIZE_BILINEAR of int8 and int16 with the arithmetic of QDQ models (firmware/kernels/resize_even.c).
Formulas: ingot.compiler.even.resize."""

from __future__ import annotations

from functools import cache

import numpy as np

from ingot.compiler.even.resize import Axis, neighbours, scales_divide
from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import EVEN
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import image_rows, row_window

packs(resize_even=1)

_SUFFIX = {DType.INT8: "s8", DType.INT16: "s16"}


def stored_images(graph: Graph, op: Operator) -> bool:
    """Input and output have four dimensions, are both int8 or both int16, and have one scale each, of a QDQ model at
    most 2^20 apart."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    alike = source.dtype is target.dtype and source.dtype in _SUFFIX and len(source.shape) == len(target.shape) == 4
    return alike and scales_divide(source, target)


@lowers("RESIZE_BILINEAR", arithmetic=EVEN, constraints=(stored_images,))
def lower_resize(site: Site) -> Call:
    """ingot_resize_even_s8() or _s16(), row by row."""
    image, output, attrs = site.input(0), site.output(), site.op.attrs
    source, target = site.rows_in(0), site.rows_out()
    (batches, in_height, in_width, channels), (_, out_height, out_width, _) = image.shape, output.shape
    y, x = (Axis.of(site.op, size, extent) for size, extent in ((in_height, out_height), (in_width, out_width)))
    rows_at_once = image_rows(target) if batches == 1 else out_height

    @cache
    def lines() -> list[tuple[int, int]]:
        first, second, _, _ = neighbours(y)
        return list(zip(first.tolist(), second.tolist(), strict=True))

    words = np.zeros(7, np.int32)
    words[:4] = [image.zero_point, output.zero_point, attrs["low"], attrs["high"]]
    scale = np.float32(output.scale)
    words[4:] = np.asarray([image.scale, scale, np.float32(1) / scale], np.float32).view(np.int32)
    bits = np.asarray([y.times, y.by, x.times, x.by, x.half], np.float32).view(np.uint32).tolist()
    return Call(
        kernel=f"resize_even_{_SUFFIX[image.dtype]}",
        descriptor="resize_even",
        inputs=(0,),
        outputs=(0,),
        fields={
            "batches": batches,
            "image_rows": rows_at_once,
            "in_height": in_height,
            "in_width": in_width,
            "out_width": out_width,
            "channels": channels,
            **dict(zip(("y_times", "y_by", "x_times", "x_by", "half"), bits, strict=True)),
        },
        params=(Param("block", words),),
        windows=(
            row_window(source, target, in_height, lambda row: lines()[row])
            if batches == 1 and rows_at_once == 1
            else None,
        ),
    )
