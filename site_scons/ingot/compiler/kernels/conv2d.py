# SPDX-License-Identifier: Apache-2.0
"""CONV_2D of int8 images (firmware/kernels/conv2d.c); of int16 and float32 ones see conv_s16.py and conv_f32.py.

Formulas: LiteRT's kernels/internal/reference/integer_ops/conv.h; multipliers as kernels/kernel_util.cc computes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import LARGEST_PRODUCT, SUMS_OF_4_BITS, is_dynamic_range, keeps_4_bits
from ingot.compiler.kernels.activation_range import ACTIVATIONS
from ingot.compiler.kernels.conv_f32 import float_layer, lower_conv_f32
from ingot.compiler.kernels.conv_s16 import int16_layer, lower_conv_s16
from ingot.compiler.kernels.dynamic_range import dynamic_range_weights
from ingot.compiler.kernels.mac_block import (
    LANES,
    Words,
    channel_order,
    folded_bias,
    head,
    output_scaling,
    packed_halves,
    records,
    scaling_words,
)
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs
from ingot.compiler.kernels.rows import Window, row_window
from ingot.compiler.kernels.window_fields import window_fields
from ingot.compiler.kernels.window_gathering import ROOMY, USUAL, Gathering, choose_gathering
from ingot.compiler.passes.signed_bytes import layer_scales

packs(conv2d=1, conv2d_w4=3, conv2d_offset=1)

WIDE_SUMS = 64  # INGOT_MAC_WIDE_SUMS
_FLAGS = 4
"""The word of ingot_mac_params that has them."""


class DenseParams(Protocol):
    """What makes the parameter block of a dense convolution."""

    def __call__(self, site: Site, groups: int, *, by_column: bool) -> tuple[Param, ...]: ...


def layer_of_one_type(graph: Graph, op: Operator) -> bool:
    """Input, weights and output are int8, or all are uint8, the bias int32; input and output int16, zero points 0,
    weights int8, the bias int64, or int32 where the option quantized_bias_type says so; or all are float32, but for the
    weights of dynamic range."""
    known = int8_layer(graph, op) or int16_layer(graph, op) or float_layer(graph, op)
    return known or is_dynamic_range(graph, op)


def int8_layer(graph: Graph, op: Operator) -> bool:
    """Input, weights and output are int8, the bias int32."""
    wanted = (DType.INT8, DType.INT8, DType.INT32)
    given = [None if t is None else graph.tensors[t].dtype for t in op.inputs[:3]]
    return all(g in (None, w) for g, w in zip(given, wanted, strict=False)) and (
        graph.tensors[op.outputs[0]].dtype is DType.INT8
    )


def constant_weights(graph: Graph, op: Operator) -> bool:
    """Weights and bias are constant."""
    return all(t is None or graph.tensors[t].is_constant for t in op.inputs[1:3])


def symmetric_weights(graph: Graph, op: Operator) -> bool:
    """The weights have zero point 0, but for layers of uint8."""
    weights = graph.tensors[op.inputs[1] or 0]
    if weights.dtype is DType.FLOAT32 or (from_uint8(op) and weights.quant is not None):
        return True
    quant = weights.quant
    return quant is not None and not np.any(quant.zero_point)


def from_uint8(op: Operator) -> bool:
    """Whether the layer was one of uint8 (ingot.compiler.passes.signed_bytes)."""
    return bool(op.attrs.get("from_uint8"))


def known_activation(graph: Graph, op: Operator) -> bool:
    """The fused activation is NONE, RELU, RELU6 or RELU_N1_TO_1."""
    return op.attrs.get("activation", "NONE") in ACTIVATIONS


def one_scale_of_uint8(graph: Graph, op: Operator) -> bool:
    """Weights of uint8 layers have one scale."""
    quant = graph.tensors[op.inputs[1] or 0].quant
    return not from_uint8(op) or (quant is not None and not quant.per_channel)


MAC_CONSTRAINTS = (
    dynamic_range_weights,
    one_scale_of_uint8,
    layer_of_one_type,
    constant_weights,
    symmetric_weights,
    known_activation,
)


@lowers("CONV_2D", constraints=MAC_CONSTRAINTS)
def lower_conv2d(site: Site) -> Call:
    """One call of ingot_conv2d_1x1_s8() where no window has to be gathered, else of ingot_conv2d_s8(); for int16 and
    float32 one of the kernels that convolutions share."""
    if site.input(0).dtype is not DType.INT8:
        return wide_conv(site)
    if keeps_4_bits(site.graph, site.op):
        return packed_call(site, "_w4", dense_params, wide=_leaves_28_bits(site))
    return dense_call(site, "_offset" if weights_zero(site) else unrolled_form(site) or short_form(site), dense_params)


UNROLLED = 9
"""Chunks of 16 bytes of the deepest form that is unrolled for its depth; it takes deeper windows too."""


def unrolled_form(site: Site) -> str:
    """What a kernel that is unrolled for the window has in its name, "_x<chunks>"; "" where none may be used. See
    firmware/kernels/dense_unrolled_mve.h."""
    depth, channels = site.input(1).elements // site.input(1).shape[0], site.input(1).shape[0]
    groups = site.input(0).shape[3] // site.input(1).shape[3]
    if not site.target.unroll or site.target.isa != "mve" or channels // groups < 8:
        return ""
    return f"_x{min(-(-depth // 16), UNROLLED)}"


SAVED_BY_BLOCK = {1: 7, 2: 11}
"""Estimated cycles that the short form saves with eight channels of two pixels, by the chunks of 16 bytes."""
COST_OF_PAIR, COST_OF_ROW = 28, 80
"""What it takes more for any two pixels, and for a row of them."""


def short_form(site: Site) -> str:
    """What the kernel of a network whose short windows have many channels has in its name, "_short"; else "". All int8
    layers of a network have one kernel, so that its code is there once."""
    if site.target.isa != "mve" or site.target.unroll:
        return ""
    if "short form" not in site.network:
        saved = sum(_saved_by_short_form(site.graph, op) for op in site.graph.operators if op.kind == "CONV_2D")
        site.network["short form"] = "_short" if saved > 0 else ""
    return site.network["short form"]


def _saved_by_short_form(graph: Graph, op: Operator) -> int:
    """Estimated cycles, from shapes alone; below 0 where it takes more."""
    image, weights, output = (graph.tensors[t or 0] for t in (op.inputs[0], op.inputs[1], op.outputs[0]))
    chunks = -(-weights.elements // weights.shape[0] // 16)
    groups = image.shape[3] // weights.shape[3]
    blocks = weights.shape[0] // groups // 8
    if image.dtype is not DType.INT8 or from_uint8(op) or chunks not in SAVED_BY_BLOCK or not blocks:
        return 0
    batches, rows, pixels = output.shape[:3]
    each = -(-pixels // 2) * (SAVED_BY_BLOCK[chunks] * blocks - COST_OF_PAIR) - COST_OF_ROW
    return batches * rows * groups * each


def dense_call(site: Site, form: str, params: DenseParams) -> Call:
    """One call of ingot_conv2d<form>_1x1_s8() or ingot_conv2d<form>_s8()."""
    image, weights = site.input(0), site.input(1)
    kernel_h, kernel_w, channels = weights.shape[1:]
    groups, attrs = image.shape[3] // channels, site.op.attrs
    unpadded = all(attrs[f"pad_{side}"] == 0 for side in ("top", "left", "bottom", "right"))
    strided = attrs["stride_h"] != 1 or attrs["stride_w"] != 1
    pointwise = kernel_h == kernel_w == groups == 1 and unpadded and not (strided and image.shape[0] > 1)
    return Call(
        kernel=f"conv2d{form}{'_1x1' if pointwise else ''}_s8",
        descriptor="conv2d_1x1" if pointwise else "conv2d",
        inputs=(0,),
        outputs=(0,),
        fields=_pointwise_fields(site) if pointwise else _window_fields(site, groups),
        params=params(site, groups, by_column=not pointwise and _gathering(site).by_column),
        windows=(window_rows(site, kernel_h),),
        scratch=0 if pointwise else _gathering(site).scratch,
    )


def packed_call(site: Site, form: str, params: DenseParams, *, wide: bool = False) -> Call:
    """The same with weights of four bits: half as many bytes (firmware/kernels/dense.h). wide: sums may leave 28 bits,
    which the kernel learns from its parameter block."""

    def packed(site: Site, groups: int, *, by_column: bool) -> tuple[Param, ...]:
        first, blocks = params(site, groups, by_column=by_column)
        halves = packed_halves(blocks.data.view(np.uint8), 2 * LANES * 4)
        if wide:
            first.data[_FLAGS] |= WIDE_SUMS
        else:
            halves[:, : 4 * LANES].view(np.int32)[:, ::2] *= 16
        return first, Param("weights", halves)

    return dense_call(site, form, packed)


def _leaves_28_bits(site: Site) -> bool:
    """Whether a bias is so large that sums with it may."""
    bias = np.asarray(site.input(2).data, np.int64) if site.has_input(2) else np.zeros(1, np.int64)
    depth = site.input(1).elements // site.input(1).shape[0]
    return int(np.abs(bias).max(initial=0)) + depth * LARGEST_PRODUCT >= SUMS_OF_4_BITS


def wide_conv(site: Site) -> Call:
    """CONV_2D or DEPTHWISE_CONV_2D of int16 or float32."""
    form = lower_conv_s16 if site.input(0).dtype is DType.INT16 else lower_conv_f32
    return form(site, window_rows(site, site.input(1).shape[1]))


def _gathering(site: Site) -> Gathering:
    _, kernel_h, kernel_w, channels = site.input(1).shape
    stride_w, dilation_w = site.op.attrs["stride_w"], site.op.attrs["dilation_w"]
    plain = dilation_w == 1 and channels == site.input(0).shape[3]
    width = site.output().shape[2]
    room = ROOMY if site.target.unroll else USUAL
    return choose_gathering((kernel_h, kernel_w), channels, stride_w, width, columns_possible=plain, room=room)


def dense_params(site: Site, groups: int, *, by_column: bool) -> tuple[Param, ...]:
    """ingot_mac_params and the records of each group (firmware/kernels/dense.h)."""
    image, output, weights = site.input(0), site.output(), site.input(1)
    out_c = weights.shape[0]
    windows = np.asarray(weights.data, np.int8)
    data = (windows.swapaxes(1, 2) if by_column else windows).reshape(out_c, -1)
    given = np.asarray(site.input(2).data, np.int32).reshape(-1) if site.has_input(2) else None
    zero = weights_zero(site)
    bias = folded_bias(data.astype(np.int64) - zero, given, image.zero_point)
    scaling, flags = scaling_words(layer_scaling(site, out_c))
    blocks = grouped_records(data, bias, scaling, groups)
    return head(image, output, site.op.attrs["activation"], flags, zero), Param("weights", blocks)


def grouped_records(data: npt.NDArray[np.int8], bias: Words, words: Words, groups: int) -> npt.NDArray[np.uint8]:
    """The records of each group as bytes. data: (channels, depth). bias: (channels,). words: (2, channels)."""
    each = data.shape[0] // groups
    order = channel_order(each)
    parts = [slice(group * each, (group + 1) * each) for group in range(groups)]
    return np.concatenate([records(data[part], bias[part], words[:, part], order) for part in parts])


def weights_zero(site: Site) -> int:
    """The zero point of the weights; 0 but for layers of uint8."""
    return site.input(1).zero_point if from_uint8(site.op) else 0


def layer_scaling(site: Site, channels: int) -> Sequence[float]:
    """The real multiplier of each output channel."""
    image, weights, output = site.input(0), site.input(1), site.output()
    if from_uint8(site.op):
        return layer_scales(image, weights, output, channels)
    return output_scaling(image, weights, output, channels)


def _pointwise_fields(site: Site) -> dict[str, int]:
    image, output = site.input(0), site.output()
    batches, in_h, in_w, in_c = image.shape
    # Images of a batch are one long row.
    pixels = output.shape[2] if batches == 1 else output.elements // output.shape[3]
    return {
        "pixels": pixels,
        "in_pitch": in_w * in_c if batches == 1 else batches * in_h * in_w * in_c,
        "in_c": in_c,
        "out_c": output.shape[3],
        "stride_h": site.op.attrs["stride_h"],
        "stride_w": site.op.attrs["stride_w"],
    }


def _window_fields(site: Site, groups: int) -> dict[str, int]:
    gathering = _gathering(site)
    return {
        **window_fields(site.input(0), site.output(), site.input(1), site.op.attrs),
        "groups": groups,
        "batches": site.input(0).shape[0],
        "patches": gathering.windows,
        "by_column": int(gathering.by_column),
    }


def window_rows(site: Site, kernel_h: int) -> Window | None:
    """Input rows that each output row's window touches."""
    attrs = site.op.attrs
    reach = (kernel_h - 1) * attrs.get("dilation_h", 1)

    def first_last(y: int) -> tuple[int, int]:
        top = y * attrs["stride_h"] - attrs["pad_top"]
        return top, top + reach

    if site.input(0).shape[0] != 1:
        return None
    return row_window(site.rows_in(0), site.rows_out(), site.input(0).shape[1], first_last)
