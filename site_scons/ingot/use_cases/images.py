# SPDX-License-Identifier: Apache-2.0
"""Image classification, semantic and instance segmentation."""

from __future__ import annotations

import math

from ingot.use_cases.case import Case, shape_text
from ingot.use_cases.context import Context

N6 = ("n6-v1", "n6-v2", "n6-v3")


def image_classification(case: Case) -> Context:
    """A score a class; the application needs no postprocessing type."""
    case.only_keys()
    (output,) = case.outputs(1)
    return {"classes": case.classes(math.prod(output.shape))}


def deeplab_v3(case: Case) -> Context:
    """Semantic segmentation: output (1, height, width, classes), of its own size."""
    case.only_abis(*N6)
    case.only_keys()
    output = case.output(4, "(1, height, width, classes)")
    _, height, width, classes = output.shape
    return {
        **case.postprocess_type("SSEG_DEEPLAB_V3"),
        "mask": (width, height),
        "classes": case.classes(classes),
    }


def yolo_v8_seg(case: Case) -> Context:
    """Instance segmentation: boxes (1, 4 + classes + masks, boxes) and prototypes (1, size, size, masks), int8."""
    case.only_abis(*N6)
    case.only_keys("confidence_threshold", "iou_threshold", "max_boxes")
    outputs = case.outputs(2)
    masks = [output for output in outputs if len(output.shape) == 4 and output.shape[1] == output.shape[2] > 1]
    if len(masks) != 1:
        shapes = ", ".join(shape_text(output) for output in outputs)
        raise case.error(f"the outputs {shapes} are not boxes and square masks")
    (mask,) = masks
    (found,) = [output for output in outputs if output is not mask]
    values, boxes = case.table(found, "4 + classes + masks", "boxes")
    _, size, _, count = mask.shape
    classes = values - 4 - count
    if classes < 1:
        raise case.error(f"a box has {values} values, which is not 4 + classes + {count} masks")
    scale, zero_point = case.quantization(found)
    mask_scale, mask_zero_point = case.quantization(mask)
    return {
        **case.postprocess_type("ISEG_YOLO_V8", found),
        **case.boxes(),
        "total": boxes,
        "mask_count": count,
        "mask_size": size,
        "scale": scale,
        "zero_point": zero_point,
        "mask_scale": mask_scale,
        "mask_zero_point": mask_zero_point,
        "classes": case.classes(classes),
    }
