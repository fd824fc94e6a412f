# SPDX-License-Identifier: Apache-2.0
"""The model file of a made-up network of ST's (support.st_output): what its tables repeat, and no more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from support.st_output import StNetwork
from support.tflite_builder import Builder

#: Scales of the weights, one for each channel.
SCALES = (0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625)


def with_scales(network: StNetwork, scales: Sequence[float] = SCALES) -> StNetwork:
    """The network with a scale for each channel of its weights."""
    zeros = (0,) * len(scales)
    return network.with_buffer(name="Conv2D_1_weights", scale=tuple(scales), zero_point=zeros)


def model_file(
    *,
    shape: Sequence[int] = (1, 32, 32, 3),
    dtype: str = "uint8",
    scale: float | None = 0.0078125,
    zero_point: int = 127,
    outputs: Sequence[Sequence[int]] = ((1, 8, 8, 4),),
    scales: Sequence[float] = SCALES,
    more: Sequence[bytes] = (),
) -> bytes:
    """A .tflite with the inputs, outputs and weights of StNetwork(); scale None for a float model.

    more: further weights of two channels, each with the scales of the first two.
    """
    model = Builder()
    source = model.input(shape, dtype, scale, zero_point)
    weights = model.constant(np.zeros((len(scales), 1, 1, 3), np.int8), scales, 0)
    results = [model.tensor(s, "int8", 0.00390625, -128) for s in outputs]
    for result in results:
        model.operator("CONV_2D", [source, weights, None], [result], stride_h=4, stride_w=4)
    for content in more:
        values = np.frombuffer(content, np.int8).reshape(2, 1, 1, -1)
        further = model.constant(values, scales[:2], 0)
        model.operator("CONV_2D", [source, further, None], [results[0]], stride_h=4, stride_w=4)
    return model.finish(results)
