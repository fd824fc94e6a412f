# SPDX-License-Identifier: Apache-2.0
"""RESIZE_BILINEAR (firmware/kernels/resize_bilinear.c). Formulas: LiteRT's internal/reference/resize_bilinear.h."""

from __future__ import annotations

import math
import struct

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.program import Call
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import image_rows, row_window

packs(resize_bilinear=1)

_ONE = 1024
_SUFFIX = {DType.INT8: "s8", DType.INT16: "s16", DType.UINT8: "u8", DType.FLOAT32: "f32"}
_FIXED = (DType.INT8, DType.INT16)


def resize_types(graph: Graph, op: Operator) -> bool:
    """Input and output have one type, int8, uint8, int16 or float32, and four dimensions."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    return source.dtype is target.dtype and source.dtype in _SUFFIX and len(source.shape) == len(target.shape) == 4


def same_quantization(graph: Graph, op: Operator) -> bool:
    """Input and output have the same scale and zero point."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    return source.dtype is DType.FLOAT32 or (source.quant is not None and source.quant.same(target.quant))


def positions_stay_inside(graph: Graph, op: Operator) -> bool:
    """Every output position, in 1/1024 of an input pixel as LiteRT rounds it, falls inside the input image."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    if source.dtype not in _FIXED:
        return True
    for axis in (1, 2):
        scale, start = fixed_positions(source.shape[axis], target.shape[axis], *_options(op))
        if ((target.shape[axis] - 1) * scale + start) // _ONE > source.shape[axis] - 1:
            return False
    return True


@lowers("RESIZE_BILINEAR", constraints=(resize_types, positions_stay_inside))
def lower_resize_bilinear(site: Site) -> Call:
    """ingot_resize_bilinear_<type>(), row by row."""
    source, target = site.rows_in(0), site.rows_out()
    (batches, in_height, in_width, channels), out_shape = site.input(0).shape, site.output().shape
    options = _options(site.op)
    fixed = site.input(0).dtype in _FIXED
    y_scale, y_start = fixed_positions(in_height, out_shape[1], *options)
    x_scale, x_start = fixed_positions(in_width, out_shape[2], *options)
    y_float, x_float = _float_scale(in_height, out_shape[1], *options), _float_scale(in_width, out_shape[2], *options)
    rows_at_once = image_rows(target) if batches == 1 else out_shape[1]

    def rows(y: int) -> tuple[int, int]:
        return _fixed_rows(y, y_scale, y_start) if fixed else _float_rows(y, y_float, options[1])

    return Call(
        kernel=f"resize_bilinear_{_SUFFIX[site.input(0).dtype]}",
        descriptor="resize_bilinear",
        inputs=(0,),
        outputs=(0,),
        fields={
            "batches": batches,
            "image_rows": rows_at_once,
            "in_height": in_height,
            "in_width": in_width,
            "out_width": out_shape[2],
            "channels": channels,
            "y_scale": y_scale,
            "y_start": y_start,
            "x_scale": x_scale,
            "x_start": x_start,
            "y_scale_bits": _bits(y_float),
            "x_scale_bits": _bits(x_float),
            "half_pixel": int(options[1]),
        },
        windows=(row_window(source, target, in_height, rows) if batches == 1 and rows_at_once == 1 else None,),
    )


def fixed_positions(size: int, out_size: int, align_corners: bool, half_pixel: bool) -> tuple[int, int]:
    """(scale, start): output i lies at i * scale + start in 1/1024 of an input pixel."""
    scale = (_ONE * size + out_size // 2) // out_size
    if align_corners and out_size > 1:
        scale = (_ONE * (size - 1) + (out_size - 1) // 2) // (out_size - 1)
    return scale, scale // 2 - _ONE // 2 if half_pixel else 0


def _options(op: Operator) -> tuple[bool, bool]:
    return bool(op.attrs.get("align_corners", False)), bool(op.attrs.get("half_pixel_centers", False))


def _fixed_rows(y: int, scale: int, start: int) -> tuple[int, int]:
    position = y * scale + start
    return max(math.trunc(position / _ONE), 0), math.trunc((position + _ONE - 1) / _ONE)


def _float_scale(size: int, out_size: int, align_corners: bool, half_pixel: bool) -> float:
    if align_corners and out_size > 1:
        return float(np.float32(size - 1) / np.float32(out_size - 1))
    return float(np.float32(size) / np.float32(out_size))


def _float_rows(y: int, scale: float, half_pixel: bool) -> tuple[int, int]:
    s = np.float32(scale)
    at = (np.float32(y) + np.float32(0.5)) * s - np.float32(0.5) if half_pixel else np.float32(y) * s
    return max(math.floor(at), 0), math.ceil(at)


def _bits(value: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", value))[0])
