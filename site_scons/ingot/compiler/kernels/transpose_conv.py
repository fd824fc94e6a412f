# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE_CONV of int8 images (firmware/kernels/transpose_conv.c); of float32 ones see conv_f32.py.

Formulas: LiteRT's kernels/internal/reference/integer_ops/transpose_conv.h.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.conv2d import known_activation, symmetric_weights
from ingot.compiler.kernels.conv_f32 import float_layer, lower_transpose_conv_f32
from ingot.compiler.kernels.conv_s16 import int16_bias, int16_channels
from ingot.compiler.kernels.mac_block import channel_order, folded_bias, head, output_scaling, records, scaling_words
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import Window, row_window
from ingot.compiler.kernels.window_fields import window_fields
from ingot.compiler.kernels.window_gathering import choose_gathering

packs(transpose_conv=1, transpose_conv_s16=2)


def weights_as_data(graph: Graph, op: Operator) -> bool:
    """Weights are integers only where the image is: of a "dynamic range" model (int8 weights, float32 data) only the
    weights are quantized. Convert it again with a representative data set."""
    image, weights = (graph.tensors[op.inputs[i] or 0].dtype for i in (2, 1))
    return image is not DType.FLOAT32 or weights is not DType.INT8


def image_and_weights(graph: Graph, op: Operator) -> bool:
    """Image, weights and output are int8, the bias int32; image and output int16, zero points 0, weights int8, the
    bias int64, or int32 where the option quantized_bias_type says so; or all are float32. Weights and bias are
    constant, weights have zero point 0."""
    weights, image = graph.tensors[op.inputs[1] or 0], graph.tensors[op.inputs[2] or 0]
    bias = graph.tensors[op.inputs[3]] if len(op.inputs) > 3 and op.inputs[3] is not None else None
    if not weights.is_constant or not (bias is None or bias.is_constant):
        return False
    types = {weights.dtype, image.dtype, graph.tensors[op.outputs[0]].dtype}
    int8 = types == {DType.INT8} and (bias is None or bias.dtype is DType.INT32)
    ends = (image, graph.tensors[op.outputs[0]])
    int16 = (
        all(t.dtype is DType.INT16 and t.quant is not None and t.zero_point == 0 for t in ends)
        and weights.dtype is DType.INT8
        and int16_bias(graph, op, 3)
    )
    return ((int8 or int16) and symmetric_weights(graph, op)) or float_layer(graph, op)


@lowers("TRANSPOSE_CONV", constraints=(weights_as_data, image_and_weights, known_activation), data=(2,))
def lower_transpose_conv(site: Site) -> Call:
    """One call of ingot_transpose_conv_s8(), ingot_transpose_conv_s16() or ingot_conv_f32_windows()."""
    if site.input(2).dtype is DType.FLOAT32:
        return lower_transpose_conv_f32(site, _rows(site, site.input(1).shape[1]))
    if site.input(2).dtype is DType.INT16:
        return _of_int16(site)
    weights, image, output, attrs = site.input(1), site.input(2), site.output(), site.op.attrs
    batches, in_c, out_c = image.shape[0], image.shape[3], output.shape[3]
    strides = (attrs["stride_h"], attrs["stride_w"])
    scaling, flags = scaling_words(output_scaling(image, weights, output, out_c))
    bias = np.asarray(site.input(3).data, np.int32).reshape(-1) if site.has_input(3) else None
    order = channel_order(out_c)
    blocks = []
    for kernel in _phases(np.asarray(weights.data, np.int8), strides):
        taps = np.ascontiguousarray(kernel).reshape(out_c, -1)
        blocks.append(records(taps, folded_bias(taps, bias, image.zero_point), scaling, order).reshape(-1))
    most = (-(-weights.shape[1] // strides[0]), -(-weights.shape[2] // strides[1]))
    gathering = choose_gathering(most, in_c, 1, -(-output.shape[2] // strides[1]), columns_possible=False)
    return Call(
        kernel="transpose_conv_s8",
        descriptor="transpose_conv",
        inputs=(2,),
        outputs=(0,),
        fields={
            **window_fields(image, output, weights, attrs),
            "batches": batches,
            "patches": gathering.windows,
        },
        params=(
            head(image, output, attrs.get("activation", "NONE"), flags),
            Param("weights", np.concatenate(blocks)),
        ),
        windows=(_rows(site, weights.shape[1]),),
        scratch=gathering.scratch,
    )


def _of_int16(site: Site) -> Call:
    image, weights = site.input(2), site.input(1)
    return Call(
        kernel="transpose_conv_s16",
        descriptor="transpose_conv",
        inputs=(2,),
        outputs=(0,),
        fields={
            **window_fields(image, site.output(), weights, site.op.attrs),
            "batches": image.shape[0],
            "patches": 0,
        },
        params=int16_channels(site, np.asarray(weights.data, np.int8), image, 3),
        windows=(_rows(site, weights.shape[1]),),
    )


def _phases(data: npt.NDArray[np.int8], strides: tuple[int, int]) -> Iterator[npt.NDArray[np.int8]]:
    """The kernel of each phase, row by row, as firmware/kernels/transpose_conv.h has them: (channels, h, w, in_c)."""
    for y, x in product(*map(range, strides)):
        kernel = data[:, y :: strides[0], x :: strides[1]][:, ::-1, ::-1]
        channels, height, width, depth = kernel.shape
        yield kernel if height and width else np.zeros((channels, max(height, 1), max(width, 1), depth), np.int8)


def _rows(site: Site, kernel_h: int) -> Window | None:
    """Input rows that each output row's taps touch."""
    stride, top, height = site.op.attrs["stride_h"], site.op.attrs["pad_top"], site.input(2).shape[1]
    if site.input(2).shape[0] != 1:
        return None

    def first_last(y: int) -> tuple[int, int]:
        taken = [(y + top - ky) // stride for ky in range(kernel_h) if (y + top - ky) % stride == 0]
        inside = [row for row in taken if 0 <= row < height]
        # A row that takes nothing reads nothing; naming the nearest row costs no memory.
        nearest = min(max((y + top) // stride, 0), height - 1)
        return (min(inside), max(inside)) if inside else (nearest, nearest)

    return row_window(site.rows_in(2), site.rows_out(), height, first_last)
