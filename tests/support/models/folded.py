# SPDX-License-Identifier: Apache-2.0
"""Models that make one vector of a whole image: its rows may be added up one after the other."""

from __future__ import annotations

import numpy as np

from support import tflite_builder
from support.models.dense import ACTIVATIONS
from support.models.draw import Draw, quantization
from support.tflite_builder import Builder


def average_pool(d: Draw) -> bytes:
    """The average of an image, of more numbers than 16 bits hold the sum of too."""
    height, width, channels = d.integer(2, 20), d.choice((1, 5, 40)), d.choice((1, 3, 8, 20, 33))
    activation, scale, zero_point = d.choice(("NONE", "RELU", "RELU6")), 0.02, d.choice((-128, 0, 90))
    shape, kernel = (1, height, width, channels), (height, width)
    return tflite_builder.pool("AVERAGE_POOL_2D", shape, kernel, (1, 1), "VALID", activation, "int8", scale, zero_point)


def mean(d: Draw) -> bytes:
    """MEAN of height and width."""
    b = Builder()
    shape, keep = (1, d.integer(2, 20), d.choice((1, 5, 40)), d.choice((1, 3, 8, 20, 33))), bool(d.integer(0, 1))
    x = b.input(shape, "int8", *quantization(d, "int8"))
    out = b.tensor((1, 1, 1, shape[3]) if keep else (1, shape[3]), "int8", *quantization(d, "int8"))
    axes = b.constant(np.array(d.choice(([1, 2], [2, 1], [-3, -2])), np.int32))
    b.operator("MEAN", [x, axes], [out], keep_dims=keep)
    return b.finish([out])


def fully_connected(d: Draw) -> bytes:
    """A layer of an image as one vector."""
    b = Builder()
    height, width, channels = d.integer(2, 9), d.choice((1, 3, 5)), d.choice((16, 16, 32, 48, 7))
    out_c, depth = d.choice((1, 2, 4, 5, 8, 11, 24)), height * width * channels
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    weights = random.integers(-128, 128, (out_c, depth)).astype(np.int8)
    scales = random.uniform(0.001, d.choice((0.002, 0.05, 0.5)), out_c).astype(np.float32)
    in_scale, in_zero = d.choice((0.02, 0.5)), d.choice((-128, -1, 127))
    x = b.input((1, height, width, channels), "int8", in_scale, in_zero)
    bias = b.constant(random.integers(-5000, 5000, out_c).astype(np.int32), (scales * in_scale).tolist())
    out = b.tensor((1, out_c), "int8", d.choice((0.02, 0.3, 2.0)), d.choice((-128, 3, 127)))
    operands = [x, b.constant(weights, scales.tolist()), bias]
    b.operator("FULLY_CONNECTED", operands, [out], fused_activation_function=d.choice(ACTIVATIONS))
    return b.finish([out])
