# SPDX-License-Identifier: Apache-2.0
"""The descriptor fields of kernels that move a window over an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingot.compiler.graph import Tensor

_ATTRIBUTES = ("stride_h", "stride_w", "dilation_h", "dilation_w", "pad_top", "pad_left")


def window_fields(image: Tensor, output: Tensor, weights: Tensor, attrs: Mapping[str, Any]) -> dict[str, int]:
    """Sizes of image and output (N, H, W, C) and of the window (weights are (_, h, w, _)), and how it moves.

    A TRANSPOSE_CONV has no dilation.
    """
    _, in_h, in_w, in_c = image.shape
    out_h, out_w, out_c = output.shape[1:]
    return {
        "in_h": in_h,
        "in_w": in_w,
        "in_c": in_c,
        "out_h": out_h,
        "out_w": out_w,
        "out_c": out_c,
        "kernel_h": weights.shape[1],
        "kernel_w": weights.shape[2],
        **{name: attrs[name] for name in _ATTRIBUTES if name in attrs},
    }
