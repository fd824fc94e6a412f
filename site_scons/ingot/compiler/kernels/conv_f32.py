# SPDX-License-Identifier: Apache-2.0
"""CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV of float32 images (firmware/kernels/conv_f32.c).

Formulas: LiteRT's internal/reference/conv.h, depthwiseconv_float.h and transpose_conv.h. The last one scatters input
pixels in their order; a window that moves over the spread image in that order adds up the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.activation_range import float_range
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, packs
from ingot.compiler.kernels.rows import Window
from ingot.compiler.kernels.window_fields import window_fields

packs(conv_f32=1)


def float_layer(graph: Graph, op: Operator) -> bool:
    """All of data, weights, bias and output are float32. A shape among the inputs does not count."""
    data = op.inputs[1:] if op.kind == "TRANSPOSE_CONV" else op.inputs
    return {graph.tensors[t].dtype for t in (*data, *op.outputs) if t is not None} == {DType.FLOAT32}


def float_channels(weights: npt.NDArray[Any], bias: npt.NDArray[Any] | None, activation: str) -> tuple[Param, ...]:
    """Clamps, then bias and weights of every output channel. weights: (channels, taps). bias None: zeros."""
    clamps = np.asarray([*float_range(activation), 0, 0], np.float32)
    first = np.zeros((len(weights), 1)) if bias is None else bias.reshape(-1, 1)
    return Param("head", clamps), Param("channels", np.column_stack([first, weights]).astype(np.float32))


def lower_conv_f32(site: Site, window: Window | None) -> Call:
    """One call of ingot_conv_f32_windows() for CONV_2D or DEPTHWISE_CONV_2D. window: the rows of its windows."""
    weights = np.asarray(site.input(1).data)
    if site.op.kind == "DEPTHWISE_CONV_2D":
        weights = weights.transpose(3, 1, 2, 0)
    moves = {**site.op.attrs, "spread_h": 1, "spread_w": 1}
    return replace(_call(site, (0, 2), weights, moves), windows=(window,))


def lower_transpose_conv_f32(site: Site, window: Window | None) -> Call:
    """One call of ingot_conv_f32_windows() for TRANSPOSE_CONV. window: the rows of its taps."""
    weights, attrs = np.asarray(site.input(1).data), site.op.attrs
    moves = {
        **dict.fromkeys(("stride_h", "stride_w", "dilation_h", "dilation_w"), 1),
        "pad_top": weights.shape[1] - 1 - attrs["pad_top"],
        "pad_left": weights.shape[2] - 1 - attrs["pad_left"],
        "spread_h": attrs["stride_h"],
        "spread_w": attrs["stride_w"],
    }
    return replace(_call(site, (2, 3), weights[:, ::-1, ::-1], moves), windows=(window,))


def _call(site: Site, positions: tuple[int, int], weights: npt.NDArray[Any], moves: Mapping[str, Any]) -> Call:
    """positions: of image and bias among the inputs. weights: (out, h, w, in / groups). moves: as window_fields(), and
    how far apart the image's pixels are."""
    image = site.input(positions[0])
    bias = np.asarray(site.input(positions[1]).data) if site.has_input(positions[1]) else None
    return Call(
        kernel="conv_f32_windows",
        descriptor="conv_f32",
        inputs=positions[:1],
        outputs=(0,),
        fields={
            **window_fields(image, site.output(), site.input(1), moves),
            "spread_h": moves["spread_h"],
            "spread_w": moves["spread_w"],
            "groups": image.shape[3] // weights.shape[3],
            "batches": image.shape[0],
        },
        params=float_channels(weights.reshape(len(weights), -1), bias, site.op.attrs.get("activation", "NONE")),
    )
