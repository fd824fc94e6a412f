# SPDX-License-Identifier: Apache-2.0
"""Boxes of detectors: the firmware's C against NumPy, by the definition that the model.yaml gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.answers.host import Answering, answering_of
from ingot.model import load_manifest
from ingot.network.types import Network, NetworkBuffer
from support.host_library import needs_cc

pytestmark = needs_cc

CLASSES = ("cat", "dog", "cow")
ANCHORS = [1.0, 2.0, 2.5, 0.75]
#: family -> shape of its output.
SHAPES = {"yolo_v8": (1, 7, 60), "yolo_v5": (1, 40, 8), "tiny_yolo_v2": (1, 3, 4, 16)}


def detector(folder: Path, family: str, dtype: str, scale: float, zero: int) -> tuple[Network, Answering]:
    source = NetworkBuffer("image", "p", 0, 96 * 128 * 3, (1, 96, 128, 3), "uint8", "input", (0, 0), (1 / 255,), (0,))
    quantization = ((scale,), (zero,)) if dtype != "float32" else ((), ())
    size = int(np.prod(SHAPES[family])) * np.dtype(dtype).itemsize
    found = NetworkBuffer("boxes", "p", 0, size, SHAPES[family], dtype, "output", (0, 0), *quantization)
    network = Network("network", "m.tflite", "", "builtin", "", (), (source, found), (), (), ())
    more = f"  anchors: {ANCHORS}\n  anchors_unit: grid\n" if family == "tiny_yolo_v2" else ""
    (folder / "model.yaml").write_text(
        f"name: m\nsource: {{file: m.tflite}}\npostprocessing:\n  type: {family}\n  classes: [{', '.join(CLASSES)}]\n"
        f"  confidence_threshold: 0.4\n  iou_threshold: 0.3\n  max_boxes: 6\n{more}"
    )
    answering = answering_of(network, load_manifest(folder / "model.yaml"))
    assert answering is not None
    return network, answering


def logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def decoded(family: str, values: Any) -> tuple[Any, Any, Any]:
    """(boxes as centre and size (n, 4), scores (n,), classes (n,)) in fractions of the image."""
    if family == "yolo_v8":
        rows = values[0].T
        return rows[:, :4], rows[:, 4:].max(axis=1), rows[:, 4:].argmax(axis=1)
    if family == "yolo_v5":
        rows = values[0]
        return rows[:, :4], rows[:, 4] * rows[:, 5:].max(axis=1), rows[:, 5:].argmax(axis=1)
    _, height, width, _ = values.shape
    cells = values.reshape(height, width, 2, 8)
    y, x = np.mgrid[0:height, 0:width][:, :, :, None]
    anchors = np.asarray(ANCHORS).reshape(2, 2)
    boxes = np.stack(
        [
            (x + logistic(cells[..., 0])) / width,
            (y + logistic(cells[..., 1])) / height,
            anchors[:, 0] * np.exp(cells[..., 2]) / width,
            anchors[:, 1] * np.exp(cells[..., 3]) / height,
        ],
        axis=-1,
    )
    shares = np.exp(cells[..., 5:]) / np.exp(cells[..., 5:]).sum(axis=-1, keepdims=True)
    scores = logistic(cells[..., 4]) * shares.max(axis=-1)
    return boxes.reshape(-1, 4), scores.ravel(), shares.argmax(axis=-1).ravel()


def kept(boxes: Any, scores: Any, classes: Any) -> list[int]:
    """Greedy suppression: numbers of the boxes that stay, the best first."""
    low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    found: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if scores[i] < 0.4 or len(found) == 6:
            break
        same = [j for j in found if classes[j] == classes[i]]
        sides = [np.clip(np.minimum(high[i], high[j]) - np.maximum(low[i], low[j]), 0, None) for j in same]
        common = [side.prod() for side in sides]
        areas = [boxes[i, 2:].prod() + boxes[j, 2:].prod() for j in same]
        if all(c <= 0.3 * (a - c) for c, a in zip(common, areas, strict=True)):
            found.append(int(i))
    return found


#: What ST's applications, and so app_config.h, have: family, type of the output, its scale and zero point.
CASES = (
    ("yolo_v8", "float32", 1.0, 0),
    ("yolo_v8", "int8", 1 / 255, -128),
    ("yolo_v5", "uint8", 1 / 255, 0),
    ("tiny_yolo_v2", "float32", 1.0, 0),
    ("tiny_yolo_v2", "int8", 0.05, 5),
)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "dtype", "scale", "zero"), CASES)
def test_boxes_against_numpy(family: str, dtype: str, scale: float, zero: int, tmp_path: Path) -> None:
    """Values that overlap, tie and saturate; of ties the first box counts."""
    grid = family == "tiny_yolo_v2"
    _, answering = detector(tmp_path, family, dtype, scale, zero)
    random, seen = np.random.default_rng(6), 0
    for _ in range(40):
        reals = random.normal(0, 2, SHAPES[family]) if grid else random.uniform(0, 1, SHAPES[family]) ** 1.5
        codes = reals.astype(np.float32)
        if dtype != "float32":
            limits = np.iinfo(dtype)
            codes = np.clip(np.rint(reals / scale) + zero, limits.min, limits.max).astype(dtype)
        exact = (codes.astype(np.float64) - zero) * np.float32(scale)
        boxes, scores, classes = decoded(family, exact)
        answers, words = answering.answers([codes])
        numbers = kept(boxes, scores, classes)
        assert [answer.name for answer in answers] == [CLASSES[classes[i]] for i in numbers]
        np.testing.assert_allclose([a.score for a in answers], scores[numbers], rtol=1e-5, atol=1e-6)
        corners = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1)
        np.testing.assert_allclose([a.box for a in answers], corners[numbers].reshape(-1, 4), rtol=1e-4, atol=1e-5)
        assert len(words) == max(1, len(numbers))
        seen += len(numbers)
    assert seen > 60
