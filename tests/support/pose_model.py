# SPDX-License-Identifier: Apache-2.0
"""A small model with the interface of a pose estimator, and its retrained twins.

The structure is the same for every seed; weights, scales and zero points all come from the seed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from support.tflite_builder import Builder

SIZE, KEYPOINTS = 16, 13


def pose_model(seed: int = 0, channels: int = 8, signatures: Sequence[str] = ()) -> bytes:
    """uint8 image (1, 16, 16, 3) -> float32 heatmaps (1, 8, 8, 13), as a .tflite file."""
    random = np.random.default_rng(seed)
    b = Builder()

    def scale() -> float:
        return float(random.uniform(0.02, 0.08))

    def zero() -> int:
        return int(random.integers(-40, 40))

    def weights(shape: tuple[int, ...], axis: int, source_scale: float) -> tuple[int, int]:
        count = shape[axis]
        scales = random.uniform(0.002, 0.02, count)
        w = b.constant(random.integers(-127, 128, shape).astype(np.int8), scales.tolist(), axis=axis)
        bias = random.integers(-2000, 2000, count).astype(np.int32)
        return w, b.constant(bias, (scales * source_scale).tolist())

    image_scale, image_zero = float(2 / 255 * random.uniform(0.999, 1.001)), int(random.integers(127, 129))  # -1..1
    image = b.input((1, SIZE, SIZE, 3), "uint8", image_scale, image_zero)
    signed = b.tensor((1, SIZE, SIZE, 3), "int8", image_scale, image_zero - 128)
    b.operator("QUANTIZE", [image], [signed])

    half = SIZE // 2
    first_scale = scale()
    first = b.tensor((1, half, half, channels), "int8", first_scale, zero())
    w, bias = weights((channels, 3, 3, 3), 0, image_scale)
    b.operator(
        "CONV_2D",
        [signed, w, bias],
        [first],
        padding="SAME",
        stride_h=2,
        stride_w=2,
        dilation_h_factor=1,
        dilation_w_factor=1,
        fused_activation_function="RELU6",
    )

    second_scale = scale()
    second = b.tensor((1, half, half, channels), "int8", second_scale, zero())
    w, bias = weights((1, 3, 3, channels), 3, first_scale)
    b.operator(
        "DEPTHWISE_CONV_2D",
        [first, w, bias],
        [second],
        padding="SAME",
        stride_h=1,
        stride_w=1,
        depth_multiplier=1,
        dilation_h_factor=1,
        dilation_w_factor=1,
    )
    third_scale = scale()
    third = b.tensor((1, half, half, channels), "int8", third_scale, zero())
    b.operator("ADD", [first, second], [third])

    logits = b.tensor((1, half, half, KEYPOINTS), "int8", scale(), zero())
    w, bias = weights((KEYPOINTS, 1, 1, channels), 0, third_scale)
    b.operator(
        "CONV_2D",
        [third, w, bias],
        [logits],
        padding="SAME",
        stride_h=1,
        stride_w=1,
        dilation_h_factor=1,
        dilation_w_factor=1,
    )
    heatmaps = b.tensor((1, half, half, KEYPOINTS), "int8", 1 / 256, -128)
    b.operator("LOGISTIC", [logits], [heatmaps])
    output = b.tensor((1, half, half, KEYPOINTS), "float32")
    b.operator("DEQUANTIZE", [heatmaps], [output])
    return b.finish([output], signatures=signatures)
