# SPDX-License-Identifier: Apache-2.0
"""Detectors with anchors and offsets from them: SSD.

Anchors are told by the file (its TFLite_Detection_PostProcess, before which the network ends), by an output, or by the
model.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingot.network.types import NetworkBuffer
from ingot.use_cases.case import BOX_KEYS, Case, shape_text
from ingot.use_cases.context import Context

N6 = ("n6-v1", "n6-v2", "n6-v3")
BACKGROUND = "background"
OWN_KEYS = ("anchors", "box_order", "score_activation", "suppression")


def st_ssd(case: Case) -> Context:
    """ST's SSD MobileNet: scores (1, boxes, classes + background), boxes and anchors (1, boxes, 4)."""
    case.only_abis(*N6, "h7")
    case.only_keys(*BOX_KEYS, "xy_variance", "wh_variance", *OWN_KEYS)
    scores, boxes = _scores(case)
    late = case.abi.name == "n6-v3"
    kind = "ST_SSD" if case.abi.h7 else "OD_SSD" if late else "OD_ST_SSD"
    variances = (case.threshold("xy_variance", 0.1), case.threshold("wh_variance", 0.2))
    corners = len(case.network.outputs) == 3
    return {
        **case.postprocess_type(kind, scores),
        **case.boxes(),
        "prefix": f"{case.abi.od}_SSD_PP" if late else f"{case.abi.od}_SSD_ST_PP",
        "variances": variances if late else None,
        "total": boxes,
        **_classes(case, scores),
        **_reader(case, scores, (1.0,) * 4 if corners else _four(1 / variances[0], 1 / variances[1]), corners),
    }


def ssd(case: Case) -> Context:
    """SSD whose TFLite_Detection_PostProcess was cut off: the scales are that operator's."""
    case.only_abis("n6-v3", "h7")
    case.only_keys(*BOX_KEYS, "xy_scale", "wh_scale", *OWN_KEYS)
    scores, boxes = _scores(case)
    h7, told = case.abi.h7, case.network.detection
    if told is not None:
        _same(case, "xy_scale", told.scales[1])
        _same(case, "wh_scale", told.scales[3])
        scales = told.scales
    else:
        xy, wh = case.need("xy_scale", "the operator's x_scale", "10.0"), case.need("wh_scale", "its w_scale", "5.0")
        scales = _four(float(xy), float(wh))
    return {
        **case.postprocess_type("SSD" if h7 else "OD_SSD", scores),
        **case.boxes(told.iou_threshold if told else 0.5),
        "prefix": f"{case.abi.od}_SSD_PP",
        "scales": (scales[1], scales[3]) if h7 else None,
        "variances": None if h7 else (1 / scales[1], 1 / scales[3]),
        "total": boxes,
        **_classes(case, scores),
        **_reader(case, scores, scales, False),
    }


def _four(xy: float, wh: float) -> tuple[float, float, float, float]:
    return xy, xy, wh, wh


def _same(case: Case, key: str, told: float) -> None:
    stated = float(case.get(key, told))
    if abs(stated - told) > 1e-6 * told:
        raise case.error(
            f"postprocessing.{key} is {stated:g}, but the file's TFLite_Detection_PostProcess has {told:g}",
            key,
            remedy="Leave the key out.",
        )


def _scores(case: Case) -> tuple[NetworkBuffer, int]:
    """The output with a score a class, and the number of boxes.

    A box has 4 coordinates, so it is the one without; with 3 classes that of the file's operator, or else the first.
    """
    outputs = [case.shaped(output, 3, "(1, boxes, classes or 4)") for output in case.outputs(2, 3)]
    told = case.network.detection
    scores = [output for output in outputs if output.name == told.scores] if told else []
    scores = scores or [output for output in outputs if output.shape[2] != 4] or outputs[:1]
    boxes = {output.shape[1] for output in outputs}
    if len(scores) != 1 or len(boxes) != 1:
        shapes = ", ".join(shape_text(output) for output in outputs)
        raise case.error(f"the outputs {shapes} are not scores and boxes of one detector")
    return scores[0], boxes.pop()


def _classes(case: Case, scores: NetworkBuffer) -> Context:
    """classes: with the background, as ST's tables have it. class_labels: without."""
    names = case.classes(scores.shape[-1], background=True)
    return {"classes": names, "class_labels": names[1:]}


def _reader(case: Case, scores: NetworkBuffer, scales: Sequence[float], corners: bool) -> Context:
    """What firmware/postprocessing/boxes_ssd.c reads; nothing where nobody tells the anchors."""
    names = [output.name for output in case.network.outputs]
    others = [number for number, name in enumerate(names) if name != scores.name]
    told, count = case.network.detection, scores.shape[1]
    anchors = list(case.get("anchors", told.anchors if told and not corners else ()))
    if not anchors and not corners:
        return {}
    if anchors and len(anchors) != 4 * count:
        raise case.error(
            f"there are {len(anchors):,} numbers of anchors, the model has {count:,} boxes of 4",
            "anchors" if case.get("anchors") else "type",
        )
    order = "corners" if corners else case.get("box_order", "yxhw")
    across = case.get("suppression", "all" if told and not told.regular else "class") == "all"
    limits = case.boxes(told.iou_threshold if told else 0.5)
    return {
        "detector": {
            "form": "INGOT_BOXES_SSD",
            "across": str(int(across)),
            "classes": str(scores.shape[-1] - 1),
            "values": "4",
            "rows": "0",
            "columns": "0",
            "most": str(limits["max_boxes"]),
            "boxes": str(count),
            "confidence": f"{limits['conf']!r}f",
            "iou": f"{limits['iou']!r}f",
        },
        "head": {
            "order": f"INGOT_SSD_{order.upper()}",
            "activation": f"INGOT_SSD_{case.get('score_activation', 'shares').upper()}",
            "offsets": str(others[0]),
            "scores": str(names.index(scores.name)),
            "anchors": str(others[-1]),
            "background": "1",
            "scales": f"{{{', '.join(f'{scale!r}f' for scale in map(float, scales))}}}",
        },
        "cells": [float(value) for value in anchors],
    }
