"""TRANSPOSE_CONV of int8 images (firmware/kernels/transpose_conv.c); of float32 ones see conv_f32.py.

Formulas: LiteRT's kernels/internal/reference/integer_ops/transpose_conv.h.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.graph import DType, Graph, Operator
from ingot.kernels.conv2d import known_activation, symmetric_weights
from ingot.kernels.conv_f32 import float_layer, lower_transpose_conv_f32
from ingot.kernels.mac_block import CHUNK, head, output_scaling, scaling_words
from ingot.kernels.program import Call, Param
from ingot.kernels.registry import Site, lowers
from ingot.kernels.rows import Window, row_window
from ingot.kernels.window_fields import window_fields


def image_and_weights(graph: Graph, op: Operator) -> bool:
    """Image, weights and output are int8, the bias int32, or all are float32; weights and bias are constant, weights
    have zero point 0."""
    weights, image = graph.tensors[op.inputs[1] or 0], graph.tensors[op.inputs[2] or 0]
    bias = graph.tensors[op.inputs[3]] if len(op.inputs) > 3 and op.inputs[3] is not None else None
    if not weights.is_constant or not (bias is None or bias.is_constant):
        return False
    types = {weights.dtype, image.dtype, graph.tensors[op.outputs[0]].dtype}
    int8 = types == {DType.INT8} and (bias is None or bias.dtype is DType.INT32)
    return (int8 and symmetric_weights(graph, op)) or float_layer(graph, op)


@lowers("TRANSPOSE_CONV", constraints=(image_and_weights, known_activation), data=(2,))
def lower_transpose_conv(site: Site) -> Call:
    """One call of ingot_transpose_conv_s8() or ingot_conv_f32_windows()."""
    if site.input(2).dtype is DType.FLOAT32:
        return lower_transpose_conv_f32(site, _rows(site, site.input(1).shape[1]))
    weights, image, output, attrs = site.input(1), site.input(2), site.output(), site.op.attrs
    batches, in_c, out_c = image.shape[0], image.shape[3], output.shape[3]
    kernel_h, kernel_w = weights.shape[1:3]
    scaling, flags = scaling_words(output_scaling(image, weights, output, out_c))
    bias = np.asarray(site.input(3).data, np.int32).reshape(-1) if site.has_input(3) else np.zeros(out_c, np.int32)
    data = np.asarray(weights.data, np.int8).reshape(out_c, kernel_h * kernel_w, in_c)
    return Call(
        kernel="transpose_conv_s8",
        descriptor="transpose_conv",
        inputs=(2,),
        outputs=(0,),
        fields={
            **window_fields(image, output, weights, attrs),
            "batches": batches,
        },
        params=(
            head(image, output, attrs.get("activation", "NONE"), flags),
            Param("weights", _records(data, np.vstack([bias, scaling]), image.zero_point)),
        ),
        macs=image.elements * kernel_h * kernel_w * out_c,
        windows=(_rows(site, kernel_h),),
    )


def _records(data: npt.NDArray[np.int8], words: npt.NDArray[np.int32], zero_point: int) -> npt.NDArray[np.uint8]:
    """The output channels as bytes. data: (channels, taps, in_c). words: bias, multiplier, shift by channel."""
    channels, taps, depth = data.shape
    padded = np.zeros((channels, taps, -(-depth // CHUNK) * CHUNK), np.int8)
    padded[..., :depth] = data
    offsets = zero_point * data.astype(np.int32).sum(axis=2)
    columns = [words[:3].T, np.zeros((channels, 1), np.int32), offsets]
    numbers = np.ascontiguousarray(np.concatenate(columns, axis=1), np.int32)
    return np.concatenate([numbers.view(np.uint8), padded.reshape(channels, -1).view(np.uint8)], axis=1)


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
