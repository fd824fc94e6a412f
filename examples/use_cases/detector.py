# SPDX-License-Identifier: 0BSD
"""Two detectors of drawn forms with the same layers: the head of a YOLOv2, and that of an SSD."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scenes
from export import Quantized
from layers import Array, Conv, Network, logistic, softmax

SIZE, GRID = 48, 3
CLASSES = len(scenes.FORMS)
ANCHOR = 1 / GRID  # of the picture, both sides
TESTS = 30
VARIANCES = (0.1, 0.1, 0.2, 0.2)  # of centre y, x, height, width

YAML = """\
name: {name}
title: Discs, squares and triangles in pictures
source:
  file: {name}.tflite
application: object_detection
preprocessing:
  range: [0, 1]
postprocessing:
  type: {family}
  classes: [{classes}]
  confidence_threshold: 0.4
  iou_threshold: 0.3
{keys}"""
YOLO_KEYS = "  anchors: [1, 1]\n  anchors_unit: grid\n"
SSD_KEYS = """\
  xy_scale: 10
  wh_scale: 5
  score_activation: softmax
  anchors: [{anchors}]
"""


def layers(outputs: int) -> list[Conv]:
    return [Conv(8), Conv(12), Conv(20), Conv(28), Conv(outputs, (1, 1), 1, relu=False)]


def in_cells(boxes: Sequence[Array]) -> tuple[Array, Array]:
    """(whether a cell has a form's centre, (n, GRID, GRID); its box: class, centre x, y, width, height)."""
    there, values = np.zeros((len(boxes), GRID, GRID), bool), np.zeros((len(boxes), GRID, GRID, 5))
    for i, found in enumerate(boxes):
        for box in found:
            column, row = (box[1:3] * GRID).astype(int)
            there[i, row, column], values[i, row, column] = True, box
    return there, values


# ---- the head of a YOLOv2: (rows, columns, x, y, width, height, object, classes), all before their functions


def yolo_targets(boxes: Sequence[Array]) -> Array:
    """(n, GRID, GRID, 6): whether there is a form, its class, where in the cell, logarithms of its size in anchors."""
    there, values = in_cells(boxes)
    sizes = np.log(np.maximum(values[..., 3:], 1e-3) / ANCHOR)
    return np.concatenate([there[..., None], values[..., :1], values[..., 1:3] * GRID % 1, sizes], axis=-1)


def yolo_slope(outputs: Array, targets: Array) -> Array:
    there = targets[..., :1]
    slope = np.zeros_like(outputs)
    slope[..., :2] = 2 * there * (logistic(outputs[..., :2]) - targets[..., 2:4])
    slope[..., 2:4] = 2 * there * (outputs[..., 2:4] - targets[..., 4:6])
    slope[..., 4:5] = logistic(outputs[..., 4:5]) - there
    wanted = np.eye(CLASSES)[targets[..., 1].astype(int)]
    slope[..., 5:] = there * (softmax(outputs[..., 5:]) - wanted)
    return slope / np.float32(len(outputs))


# ---- the head of an SSD: scores of background and classes, offsets of centre y, x, height, width


def ssd_targets(boxes: Sequence[Array]) -> Array:
    """(n, GRID, GRID, 5): the class from 1, 0 for the background; offsets."""
    there, values = in_cells(boxes)
    centres = (values[..., 2:0:-1] - cell_centres()) / ANCHOR
    sizes = np.log(np.maximum(values[..., 4:2:-1], 1e-3) / ANCHOR)
    offsets = np.concatenate([centres, sizes], axis=-1) / VARIANCES
    return np.concatenate([(there * (values[..., 0] + 1))[..., None], offsets], axis=-1)


def cell_centres() -> Array:
    """(GRID, GRID, 2): y, x."""
    return (np.moveaxis(np.mgrid[0:GRID, 0:GRID], 0, -1) + 0.5) / GRID


def ssd_slope(outputs: Array, targets: Array) -> Array:
    numbers = targets[..., 0].astype(int)
    slope = np.zeros_like(outputs)
    slope[..., : CLASSES + 1] = softmax(outputs[..., : CLASSES + 1]) - np.eye(CLASSES + 1)[numbers]
    slope[..., CLASSES + 1 :] = 0.2 * (numbers > 0)[..., None] * (outputs[..., CLASSES + 1 :] - targets[..., 1:])
    return slope / np.float32(len(outputs))


# ---- files


def yolo(folder: Path) -> None:
    pictures, boxes = scenes.forms(600, seed=1, size=SIZE)
    network = Network((SIZE, SIZE, 3), layers(5 + CLASSES))
    network.fit(pictures / 255, yolo_targets(boxes), yolo_slope, epochs=14)
    model = Quantized(network, pictures[:200] / 255, "uint8", (0.0, 1.0))
    shape = (1, GRID, GRID, 5 + CLASSES)
    _write(folder, "forms", "st_yolo_lc", YOLO_KEYS, model.finish((model.last, shape, "boxes")))


def ssd(folder: Path) -> None:
    pictures, boxes = scenes.forms(600, seed=1, size=SIZE)
    network = Network((SIZE, SIZE, 3), layers(1 + CLASSES + 4))
    network.fit(pictures / 255, ssd_targets(boxes), ssd_slope, epochs=14)
    model = Quantized(network, pictures[:200] / 255, "int8", (0.0, 1.0), parts=(1 + CLASSES, 4))
    ends = []
    for end, values, name, given in zip(
        model.ends, (1 + CLASSES, 4), ("scores", "offsets"), model.quantization, strict=True
    ):
        shape = (1, GRID * GRID, values)
        ends.append((model.reshaped(end, shape, name, *given), shape, name))
    centres = cell_centres().reshape(-1, 2)
    anchors = np.concatenate([centres, np.full(centres.shape, ANCHOR)], axis=1)
    listed = ", ".join(f"{value:.6g}" for value in anchors.ravel())
    _write(folder, "forms_ssd", "ssd", SSD_KEYS.format(anchors=listed), model.finish(*ends))


def _write(folder: Path, name: str, family: str, keys: str, content: bytes) -> None:
    """The model, its model.yaml, and test pictures with a .txt of boxes beside each."""
    from PIL import Image

    (folder / f"{name}.tflite").write_bytes(content)
    text = YAML.format(name=name, family=family, classes=", ".join(scenes.FORMS), keys=keys)
    (folder / "model.yaml").write_text(text)
    (folder / "test").mkdir(exist_ok=True)
    pictures, boxes = scenes.forms(TESTS, seed=3, size=2 * SIZE)
    for i, (picture, found) in enumerate(zip(pictures, boxes, strict=True)):
        Image.fromarray(picture).save(folder / "test" / f"forms-{i}.png")
        lines = [f"{scenes.FORMS[int(box[0])]} {' '.join(f'{value:.5f}' for value in box[1:])}\n" for box in found]
        (folder / "test" / f"forms-{i}.txt").write_text("".join(lines))
