# SPDX-License-Identifier: Apache-2.0
"""All families by the name that model.yaml uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ingot.use_cases import anomaly, detection, images, pose, signals, ssd
from ingot.use_cases.case import Case
from ingot.use_cases.context import Context

FAMILIES: Mapping[str, Callable[[Case], Context]] = {
    "heatmaps_spe": pose.heatmaps_spe,
    "yolo_mpe": pose.yolo_mpe,
    "st_ssd": ssd.st_ssd,
    "ssd": ssd.ssd,
    "tiny_yolo_v2": detection.tiny_yolo_v2,
    "st_yolo_lc": detection.st_yolo_lc,
    "st_yolo_x": detection.st_yolo_x,
    "yolo_v8": detection.yolo_v8,
    "yolo_v5": detection.yolo_v5,
    "yolo_d": detection.yolo_d,
    "blazeface": detection.blazeface,
    "yunet": detection.yunet,
    "image_classification": images.image_classification,
    "deeplab_v3": images.deeplab_v3,
    "yolo_v8_seg": images.yolo_v8_seg,
    "audio_event_detection": signals.audio_event_detection,
    "speech_enhancement": signals.speech_enhancement,
    "human_activity": signals.human_activity,
    "hand_posture": signals.hand_posture,
    "anomaly": anomaly.anomaly,
}

#: Those of ST's types whose outputs firmware/postprocessing reads as well: in any type of input and output.
READ_HERE = ("heatmaps_spe", "yolo_v8", "yolo_v5", "tiny_yolo_v2", "st_yolo_lc", "ssd", "st_ssd")
