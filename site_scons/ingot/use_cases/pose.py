# SPDX-License-Identifier: Apache-2.0
"""Pose estimation: heatmaps of one person, YOLOv8 for several."""

from __future__ import annotations

from ingot.use_cases.case import Case
from ingot.use_cases.context import Context

# ST's pose applications stop with #error at any other number.
POSE_KEYPOINTS = (13, 17)
N6 = ("n6-v1", "n6-v2", "n6-v3")


def heatmaps_spe(case: Case) -> Context:
    """One heatmap a keypoint: output (1, height, width, keypoints)."""
    case.only_abis(*N6)
    case.only_keys("keypoints", "confidence_threshold", "bindings")
    output = case.output(4, "(1, height, width, keypoints)")
    _, height, width, keypoints = output.shape
    case.equal("keypoints", keypoints, f"the model's output '{output.name}' has {keypoints} channels")
    return {
        **case.postprocess_type("SPE_MOVENET"),
        "heatmap_width": width,
        "heatmap_height": height,
        "keypoints": _known_keypoints(case, keypoints),
        "confidence_threshold": case.threshold("confidence_threshold", 0.5),
        "bindings": _bindings(case, keypoints),
    }


def yolo_mpe(case: Case) -> Context:
    """YOLOv8 pose: output (1, 5 + 3 x keypoints, boxes): box, score, and (x, y, score) of each keypoint."""
    case.only_abis(*N6)
    case.only_keys("keypoints", "confidence_threshold", "iou_threshold", "max_boxes", "bindings")
    (output,) = case.outputs(1)
    values, boxes = case.table(output, "5 + 3 x keypoints", "boxes")
    if (values - 5) % 3:
        raise case.error(
            f"the model's output '{output.name}' has {values} values a box, which is not 5 + 3 x keypoints"
        )
    keypoints = (values - 5) // 3
    case.equal("keypoints", keypoints, f"the model's output '{output.name}' has {keypoints} keypoints")
    return {
        **case.postprocess_type("MPE_YOLO_V8"),
        **case.boxes(),
        "total_boxes": boxes,
        "keypoints": _known_keypoints(case, keypoints),
        "bindings": _bindings(case, keypoints),
    }


def _known_keypoints(case: Case, keypoints: int) -> int:
    if keypoints not in POSE_KEYPOINTS:
        raise case.error(
            f"the model has {keypoints} keypoints; ST's pose applications know {POSE_KEYPOINTS[0]} and "
            f"{POSE_KEYPOINTS[1]}"
        )
    return keypoints


def _bindings(case: Case, keypoints: int) -> list[list[int | str]]:
    """Edges of the skeleton, (keypoint, keypoint, color); newer applications draw them. None where none are given."""
    edges: list[list[int | str]] = case.get("bindings", [])
    for edge in edges:
        if not all(isinstance(end, int) and end < keypoints for end in edge[:2]):
            raise case.error(
                f"postprocessing.bindings joins {edge[0]} and {edge[1]}; there are {keypoints} keypoints", "bindings"
            )
    return edges
