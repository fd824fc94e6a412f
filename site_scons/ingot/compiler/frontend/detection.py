# SPDX-License-Identifier: Apache-2.0
"""TFLite_Detection_PostProcess of a file whose network ends before it: anchors, scales and thresholds.

Its options are a FlexBuffers map (tensorflow/lite/kernels/detection_postprocess.cc); its inputs are offsets, scores and
constant anchors, float32 or quantized.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tflite
from flatbuffers import flexbuffers

from ingot.base.errors import IngotError
from ingot.compiler.frontend.flatbuffer import DAMAGED, numbers, reading, tables, text
from ingot.network.detection import DetectionHead

OPERATOR = "TFLite_Detection_PostProcess"
_TYPES = {
    tflite.TensorType.FLOAT32: "<f4",
    tflite.TensorType.UINT8: "u1",
    tflite.TensorType.INT8: "i1",
}
_SCALES = ("y_scale", "x_scale", "h_scale", "w_scale")


def detection_behind(data: bytes, outputs: Sequence[str], where: str) -> DetectionHead | None:
    """What the file's operator says, if it reads these outputs of the network; None where the file has none such.

    data: of the whole file. Raises IngotError where the operator cannot be read.
    """
    with reading(where, OPERATOR):
        for model, op, (offsets, scores, anchors) in _operators(data):
            if {text(offsets, "Name"), text(scores, "Name")} <= set(outputs):
                head = _head(text(scores, "Name"), _options(op), _values(model, anchors))
                break
        else:
            return None
    if not _is_possible(head):
        raise IngotError("its scales or anchors are impossible.", where=f"{where}: {OPERATOR}", remedy=DAMAGED)
    return head


def outputs_before(data: bytes, where: str) -> tuple[str, ...]:
    """Names of the tensors at which a network ends whose file goes on with the operator; () for any other file."""
    with reading(where, OPERATOR):
        return next((tuple(text(t, "Name") for t in read[:2]) for _, _, read in _operators(data)), ())


def _operators(data: bytes) -> Iterator[tuple[Any, Any, list[Any]]]:
    """(model, operator, the tensors that it reads)."""
    if data[4:8] != b"TFL3" or OPERATOR.encode() not in data:
        return
    model = tflite.Model.GetRootAs(data, 0)
    codes = [text(code, "CustomCode") for code in tables(model, "OperatorCodes")]
    for subgraph in tables(model, "Subgraphs"):
        tensors = tables(subgraph, "Tensors")
        for op in tables(subgraph, "Operators"):
            if codes[op.OpcodeIndex()] == OPERATOR:
                yield model, op, [tensors[int(t)] for t in numbers(op, "Inputs")]


def _options(op: Any) -> dict[str, Any]:
    content = numbers(op, "CustomOptions").astype(np.uint8).tobytes()
    try:
        found = flexbuffers.Loads(content)
    except Exception as error:  # it trusts every offset of the file
        raise ValueError(str(error)) from None
    if not isinstance(found, dict):
        raise ValueError("no map")
    return found


def _values(model: Any, tensor: Any) -> list[float]:
    codes = np.frombuffer(numbers(model.Buffers(tensor.Buffer()), "Data").tobytes(), _TYPES[tensor.Type()])
    quantization = tensor.Quantization()
    scale = numbers(quantization, "Scale") if quantization is not None else np.empty(0)
    if codes.dtype.kind == "f" or not scale.size:
        return [float(value) for value in codes]
    zero = int(numbers(quantization, "ZeroPoint")[0])
    return [float(np.float32(scale[0]) * np.float32(int(code) - zero)) for code in codes]


def _head(scores: str, options: dict[str, Any], anchors: list[float]) -> DetectionHead:
    y, x, height, width = (float(options[name]) for name in _SCALES)
    regular, iou = bool(options.get("use_regular_nms", False)), float(options["nms_iou_threshold"])
    return DetectionHead(scores, tuple(anchors), (y, x, height, width), regular, iou)


def _is_possible(head: DetectionHead) -> bool:
    values = (*head.anchors, *head.scales, head.iou_threshold)
    return min(head.scales) > 0 and all(map(math.isfinite, values))
