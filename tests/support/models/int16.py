# SPDX-License-Identifier: Apache-2.0
"""Models of one convolution or FULLY_CONNECTED of int16 activations and int8 weights."""

from __future__ import annotations

import numpy as np

from support import tflite_builder
from support.models.draw import Draw, vectors


def layer(d: Draw, kind: str, bias_type: str = "int64") -> bytes:
    """CONV_2D or DEPTHWISE_CONV_2D with random shapes, scales and biases."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    in_c, out_c = d.choice((d.integer(1, 20), d.integer(1, 70))), d.integer(1, 9)
    kernel = (d.integer(1, 3), d.integer(1, 3))
    padding = d.choice(("SAME", "VALID"))
    source = ("int16", d.choice((0.0005, 0.01)), 0)
    target = ("int16", d.choice((0.0001, 0.02)), 0)
    activation = d.choice(("NONE", "RELU", "RELU6"))
    if kind == "DEPTHWISE_CONV_2D":
        out_c = in_c * d.integer(1, 2)
    shape = (out_c, *kernel, in_c) if kind == "CONV_2D" else (1, *kernel, out_c)
    weights = random.integers(-127, 128, shape).astype(np.int8)
    scales = random.uniform(0.001, 0.05, out_c).astype(np.float32).tolist()
    # LiteRT wants a bias for convolutions of int16.
    bias = random.integers(-(10**6), 10**6, out_c).astype(bias_type)
    image = (d.choice((1, 1, 2)), kernel[0] + d.integer(0, 4), kernel[1] + d.integer(0, 4), in_c)
    build = tflite_builder.conv2d if kind == "CONV_2D" else tflite_builder.depthwise
    stride = (d.integer(1, 2),) * 2
    return build(image, weights, scales, bias, stride, (1, 1), padding, activation, source, target)


def fully_connected(d: Draw, bias_type: str = "int64") -> bytes:
    """Random vectors, often several, one scale or one a channel, sums that exceed 32 bits where the bias has 64."""
    depth = d.choice((1, 3, 8, 17, 130, 300, 1000))
    out_c = d.integer(1, 9)
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    weights = random.integers(-128, 128, (out_c, depth)).astype(np.int8)
    weights[random.integers(0, 4, out_c) == 0] = d.choice((-128, 127, 0))
    scales = random.uniform(0.001, 0.05, out_c).astype(np.float32).tolist()
    most = d.choice((1000, 10**6, 2**40)) if bias_type == "int64" else 10**6
    bias = random.integers(-most, most, out_c).astype(bias_type) if d.choice((True, False)) else None
    source = ("int16", d.choice((0.0005, 0.01, 2.0**-11)), 0)
    # The coarsest keep results within 32 bits, beyond which LiteRT's are undefined.
    target = ("int16", d.choice((0.01, 0.02, 3.0)) if most < 2**40 else 1000.0, 0)
    scale = d.choice((scales, scales[0], 2.0**-6))
    shape, keep_num_dims = vectors(d, depth)
    return tflite_builder.fully_connected(
        shape,
        weights,
        scale,
        bias,
        d.choice(("NONE", "RELU", "RELU6")),
        keep_num_dims,
        source,
        target,
    )
