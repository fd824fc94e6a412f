"""CONV_2D of int8 images (firmware/kernels/conv2d.c).

Formulas: LiteRT's kernels/internal/reference/integer_ops/conv.h; multipliers as kernels/kernel_util.cc computes them.
"""

from __future__ import annotations

import numpy as np

from ingot.graph import DType, Graph, Operator
from ingot.kernels.activation_range import ACTIVATIONS
from ingot.kernels.mac_block import head, output_scaling, quads
from ingot.kernels.program import Call, Param
from ingot.kernels.registry import Site, lowers
from ingot.kernels.rows import Window, row_window


def int8_image_and_weights(graph: Graph, op: Operator) -> bool:
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
    """The weights have zero point 0."""
    quant = graph.tensors[op.inputs[1] or 0].quant
    return quant is not None and not np.any(quant.zero_point)


def known_activation(graph: Graph, op: Operator) -> bool:
    """The fused activation is NONE, RELU, RELU6 or RELU_N1_TO_1."""
    return op.attrs.get("activation", "NONE") in ACTIVATIONS


MAC_CONSTRAINTS = (int8_image_and_weights, constant_weights, symmetric_weights, known_activation)


@lowers("CONV_2D", constraints=MAC_CONSTRAINTS)
def lower_conv2d(site: Site) -> Call:
    """One call of ingot_conv2d_s8()."""
    image, output, weights = site.input(0), site.output(), site.input(1)
    batches, in_h, in_w, in_c = image.shape
    out_h, out_w, out_c = output.shape[1:]
    kernel_h, kernel_w, channels = weights.shape[1:]
    groups = in_c // channels
    attrs = site.op.attrs
    data = np.asarray(weights.data, np.int8)
    joined = attrs["dilation_w"] == 1 and groups == 1
    shape = (out_c, kernel_h, kernel_w * channels) if joined else (out_c, kernel_h * kernel_w, channels)
    bias = np.asarray(site.input(2).data, np.int32) if site.has_input(2) else None
    blocks, shifts = quads(data.reshape(shape), bias, image.zero_point, output_scaling(image, weights, output, out_c))
    return Call(
        kernel="conv2d_s8",
        descriptor="conv2d",
        inputs=(0,),
        outputs=(0,),
        fields={
            "in_h": in_h,
            "in_w": in_w,
            "in_c": in_c,
            "out_h": out_h,
            "out_w": out_w,
            "out_c": out_c,
            "kernel_h": kernel_h,
            "kernel_w": kernel_w,
            "stride_h": attrs["stride_h"],
            "stride_w": attrs["stride_w"],
            "dilation_h": attrs["dilation_h"],
            "dilation_w": attrs["dilation_w"],
            "pad_top": attrs["pad_top"],
            "pad_left": attrs["pad_left"],
            "groups": groups,
            "batches": batches,
        },
        params=(head(image, output, attrs["activation"], shifts), Param("weights", blocks)),
        macs=output.elements * kernel_h * kernel_w * channels,
        windows=(window_rows(site, kernel_h),),
    )


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
