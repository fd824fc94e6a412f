# SPDX-License-Identifier: Apache-2.0
"""Models of one DEPTHWISE_CONV_2D."""

from __future__ import annotations

import numpy as np

from support import tflite_builder
from support.models.draw import Draw

WINDOWS = ((5, 5), (7, 7), (1, 9), (9, 1), (3, 1))
"""Windows of many taps, and of one row or column."""


def depthwise(d: Draw, kernel: tuple[int, int] | None = None, multiplier: int = 0) -> bytes:
    """Random shapes, strides, paddings, dilations, scales, biases and activations; sometimes weights of -128.

    multiplier: 0 for a random one.
    """
    in_c = d.choice((1, 3, 8, 16, 17, 24, 35, d.integer(1, 40)))
    multiplier = multiplier or d.choice((1, 1, 1, 2, 3, d.integer(4, 8), 18))
    if kernel is None:
        kernel = (d.integer(1, 4), d.integer(1, 5)) if d.choice((True, False)) else d.choice(WINDOWS)
    kernel_h, kernel_w = kernel
    dilation = d.choice(((1, 1), (1, 1), (2, 1), (1, 2), (2, 3)))
    stride = d.choice(((1, 1), (1, 1), (2, 2), (1, 3))) if dilation == (1, 1) else (1, 1)
    padding = d.choice(("SAME", "VALID"))
    least_h, least_w = (
        (k - 1) * s + 1 if padding == "VALID" else 1 for k, s in zip((kernel_h, kernel_w), dilation, strict=True)
    )
    shape = (
        d.choice((1, 1, 1, 2)),
        least_h + d.integer(0, 4),
        least_w + d.choice((d.integer(0, 6), d.integer(15, 40))),
        in_c,
    )
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    out_c = in_c * multiplier
    low = d.choice((-127, -127, -128))
    weights = random.integers(low, 128, (1, kernel_h, kernel_w, out_c)).astype(np.int8)
    weights[..., random.integers(0, 4, out_c) == 0] = d.choice((low, 127, 0))
    per_channel = d.choice((True, False))
    scales = (random.uniform(0.001, 0.05, out_c if per_channel else 1)).astype(np.float32).tolist()
    bias = random.integers(-40000, 40000, out_c).astype(np.int32) if d.choice((True, False)) else None
    zero = d.choice((-128, -1, 0, 127))
    target_scale = d.choice((0.001, 0.02, 0.3, 2.0))
    return tflite_builder.depthwise(
        shape,
        weights,
        scales if per_channel else scales[0],
        bias,
        stride,
        dilation,
        padding,
        d.choice(("NONE", "RELU", "RELU6", "RELU_N1_TO_1")),
        ("int8", d.choice((0.02, 0.5)), zero),
        ("int8", target_scale, d.choice((-128, 3, 127))),
    )
