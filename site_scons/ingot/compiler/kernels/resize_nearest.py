# SPDX-License-Identifier: Apache-2.0
"""RESIZE_NEAREST_NEIGHBOR (firmware/kernels/resize_nearest.c). Formulas: LiteRT's resize_nearest_neighbor.h."""

from __future__ import annotations

import struct

import numpy as np

from ingot.compiler.graph import Graph, Operator
from ingot.compiler.kernels.program import Call
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import image_rows, row_window

packs(resize_nearest=1)


def same_type_and_scale(graph: Graph, op: Operator) -> bool:
    """Input and output have one type, four dimensions and, when quantized, one scale."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    return (
        source.dtype is target.dtype
        and len(source.shape) == len(target.shape) == 4
        and (source.quant is None or source.quant.same(target.quant))
    )


@lowers("RESIZE_NEAREST_NEIGHBOR", constraints=(same_type_and_scale,))
def lower_resize_nearest(site: Site) -> Call:
    """ingot_resize_nearest_rows(), row by row."""
    source, target = site.rows_in(0), site.rows_out()
    (batches, in_height, in_width, channels), out_shape = site.input(0).shape, site.output().shape
    align = bool(site.op.attrs.get("align_corners", False))
    half = bool(site.op.attrs.get("half_pixel_centers", False))
    y_scale, x_scale = _scale(in_height, out_shape[1], align), _scale(in_width, out_shape[2], align)
    rows_at_once = image_rows(target) if batches == 1 else out_shape[1]

    def rows(y: int) -> tuple[int, int]:
        row = _nearest(y, y_scale, in_height, align, half)
        return row, row

    return Call(
        kernel="resize_nearest_rows",
        descriptor="resize_nearest",
        inputs=(0,),
        outputs=(0,),
        fields={
            "batches": batches,
            "image_rows": rows_at_once,
            "pixel": channels * source.dtype.size,
            "in_height": in_height,
            "in_width": in_width,
            "out_width": out_shape[2],
            "y_scale_bits": _bits(y_scale),
            "x_scale_bits": _bits(x_scale),
            "align_corners": int(align),
            "half_pixel": int(half),
        },
        windows=(row_window(source, target, in_height, rows) if batches == 1 and rows_at_once == 1 else None,),
    )


def _scale(size: int, out_size: int, align_corners: bool) -> np.float32:
    if align_corners and out_size > 1:
        return np.float32(np.float32(size - 1) / np.float32(out_size - 1))
    return np.float32(np.float32(size) / np.float32(out_size))


def _nearest(i: int, scale: np.float32, size: int, align_corners: bool, half_pixel: bool) -> int:
    at = np.float32((np.float32(i) + np.float32(0.5 if half_pixel else 0.0)) * scale)
    row = int(at) + int(align_corners and at - np.float32(int(at)) >= 0.5)
    return min(row, size - 1)


def _bits(value: np.float32) -> int:
    return int(struct.unpack("<I", struct.pack("<f", value))[0])
