# SPDX-License-Identifier: Apache-2.0
"""A small SSD with TFLite_Detection_PostProcess behind it, as TensorFlow's Object Detection API exports them."""

from __future__ import annotations

from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from support.tflite_builder import Builder

CLASSES = ("cat", "dog", "cow")
BOXES = 90


def anchors() -> Any:
    """Centre y, x, height, width: some in a row over the picture."""
    random = np.random.default_rng(1)
    return np.concatenate([random.uniform(0.1, 0.9, (BOXES, 2)), random.uniform(0.2, 0.5, (BOXES, 2))], 1).astype("f4")


def options(regular: bool, iou: float = 0.35) -> bytes:
    values = {
        "max_detections": 6,
        "max_classes_per_detection": 1,
        "detections_per_class": 6,
        "nms_score_threshold": 0.4,
        "nms_iou_threshold": iou,
        "num_classes": len(CLASSES),
        "use_regular_nms": regular,
        "y_scale": 10.0,
        "x_scale": 8.0,
        "h_scale": 5.0,
        "w_scale": 4.0,
    }
    return bytes(flexbuffers.Dumps(values))


def with_operator(b: Builder, offsets: int, scores: int, regular: bool) -> list[int]:
    outputs = [b.tensor(shape, "float32") for shape in ((1, 6, 4), (1, 6), (1, 6), (1,))]
    b.operator(
        "CUSTOM",
        [offsets, scores, b.constant(anchors())],
        outputs,
        custom_code="TFLite_Detection_PostProcess",
        custom_options=options(regular),
    )
    return outputs


def ssd_model() -> bytes:
    """A network of random weights on 12 x 12 pixels, its operator behind it: 36 cells of 5 half-filled anchors."""
    random = np.random.default_rng(3)
    b = Builder()
    image = b.input((1, 12, 12, 3), "int8", 1 / 255, -128, name="image")
    ends = []
    for name, values, scale, spread in (("offsets", 4, 0.1, 40), ("scores", 1 + len(CLASSES), 1 / 12, 60)):
        weights = b.constant(random.integers(-spread, spread, (BOXES * values, 432)).astype(np.int8), 0.005)
        flat = b.tensor((1, BOXES * values), "int8", scale, 0)
        b.operator("FULLY_CONNECTED", [image, weights, None], [flat])
        whole = b.tensor((1, BOXES, values), "int8", scale, 0)
        b.operator("RESHAPE", [flat, b.constant(np.asarray((1, BOXES, values), np.int32))], [whole])
        if name == "scores":
            shares = b.tensor((1, BOXES, values), "int8", 1 / 256, -128)
            b.operator("LOGISTIC", [whole], [shares])
            whole = shares
        end = b.tensor((1, BOXES, values), "float32", name=name)
        b.operator("DEQUANTIZE", [whole], [end])
        ends.append(end)
    return b.finish(with_operator(b, ends[0], ends[1], False))
