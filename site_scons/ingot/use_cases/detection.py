# SPDX-License-Identifier: Apache-2.0
"""Object and face detection, other than SSD (ingot.use_cases.ssd)."""

from __future__ import annotations

from ingot.network.types import NetworkBuffer
from ingot.use_cases.case import BOX_KEYS, Case, pairs
from ingot.use_cases.context import Context

N6 = ("n6-v1", "n6-v2", "n6-v3")


def tiny_yolo_v2(case: Case) -> Context:
    return _yolo_v2(case, 32)


def st_yolo_lc(case: Case) -> Context:
    return _yolo_v2(case, 16)


def _yolo_v2(case: Case, stride: int) -> Context:
    """One grid: output (1, rows, columns, anchors x (5 + classes)). Anchors go out in cells of the grid."""
    case.only_abis(*N6, "h7")
    case.only_keys(*BOX_KEYS, "suppression", "anchors", "anchors_unit")
    output = case.output(4, "(1, rows, columns, anchors x (5 + classes))")
    _, rows, columns, channels = output.shape
    height, width, _ = case.image()
    if (height, width) != (rows * stride, columns * stride):
        raise case.error(
            f"an input of {height} x {width} and a grid of {rows} x {columns} do not have the stride {stride} of "
            f"'{case.family}'"
        )
    anchors = _anchors(case, columns, rows)
    classes = _classes_of(case, output, channels, len(anchors))
    return {
        **case.postprocess_type("YOLO_V2" if case.abi.h7 else "OD_YOLO_V2"),
        **case.boxes(),
        "prefix": f"{case.abi.od}_YOLOV2_PP",
        "grid": (columns, rows),
        "anchors": anchors,
        "classes": case.classes(classes),
        "detector": _detector(case, "GRID", classes, 5 + classes, rows * columns * len(anchors), (rows, columns)),
        "cells": [float(extent) for anchor in anchors for extent in anchor],
    }


def _detector(
    case: Case, form: str, classes: int, values: int, boxes: int, grid: tuple[int, int] = (0, 0)
) -> dict[str, str]:
    """The members of ingot_boxes_definition (firmware/postprocessing/boxes.h). values: of a box."""
    limits = case.boxes()
    return {
        "form": f"INGOT_BOXES_{form}",
        "across": str(int(case.get("suppression") == "all")),
        "classes": str(classes),
        "values": str(values),
        "rows": str(grid[0]),
        "columns": str(grid[1]),
        "most": str(limits["max_boxes"]),
        "boxes": str(boxes),
        "confidence": f"{limits['conf']!r}f",
        "iou": f"{limits['iou']!r}f",
    }


def _anchors(case: Case, columns: int, rows: int) -> list[tuple[float, float]]:
    """The anchors in cells of a grid. anchors_unit: "grid" (as they are) or "image" (fractions of the image)."""
    listed = case.need("anchors", "its anchors (width, height, ...)", "[0.98, 3.36, 2.11, 5.37]")
    unit = case.need("anchors_unit", "the unit of its anchors (cells of the grid, or fractions of the image)", "grid")
    values = pairs(case, "anchors", listed)
    return [(w * columns, h * rows) for w, h in values] if unit == "image" else values


def _classes_of(case: Case, output: NetworkBuffer, channels: int, anchors: int) -> int:
    if channels % anchors or channels // anchors <= 5:
        raise case.error(
            f"the model's output '{output.name}' has {channels} channels, "
            f"which is not {anchors} anchors x (5 + classes)",
            "anchors",
        )
    return channels // anchors - 5


def st_yolo_x(case: Case) -> Context:
    """Three grids of strides 8, 16 and 32 in any order: (1, rows, columns, anchors x (5 + classes)) each.

    Anchors are fractions of the image; each grid gets them in its own cells, x by columns and y by rows.
    """
    case.only_abis(*N6, "h7")
    case.only_keys(*BOX_KEYS, "anchors")
    grids = _grids(case, (8, 16, 32), "(1, rows, columns, anchors x (5 + classes))")
    listed = pairs(case, "anchors", case.need("anchors", "its anchors, fractions of the image", "[0.5, 0.5]"))
    classes = _classes_of(case, grids[0], grids[0].shape[3], len(listed))
    sizes = {
        letter: {
            "columns": grid.shape[2],
            "rows": grid.shape[1],
            "anchors": [(w * grid.shape[2], h * grid.shape[1]) for w, h in listed],
        }
        for letter, grid in zip("LMS", grids, strict=True)
    }
    early = case.abi.od == "AI_OBJDETECT"
    return {
        **case.postprocess_type("ST_YOLO_X" if case.abi.h7 else "OD_ST_YOLOX"),
        **case.boxes(),
        "prefix": f"{case.abi.od}_YOLOVX_PP" if early else f"{case.abi.od}_ST_YOLOX_PP",
        "grids": sizes,
        "nb_anchors": len(listed),
        "classes": case.classes(classes),
    }


def _grids(case: Case, strides: tuple[int, ...], axes: str) -> list[NetworkBuffer]:
    """One output a stride, finest grid first; they must have those strides of the input."""
    height, width, _ = case.image()
    outputs = sorted(
        (case.shaped(output, 4, axes) for output in case.outputs(len(strides))),
        key=lambda output: -output.shape[1] * output.shape[2],
    )
    for output, stride in zip(outputs, strides, strict=True):
        if (output.shape[1] * stride, output.shape[2] * stride) != (height, width):
            raise case.error(
                f"the model's output '{output.name}' has a grid of {output.shape[1]} x {output.shape[2]}, but stride "
                f"{stride} of an input of {height} x {width} was expected"
            )
    if len({output.shape[3] for output in outputs}) != 1:
        raise case.error("the grids have different numbers of channels")
    return outputs


def yolo_v8(case: Case) -> Context:
    """YOLOv8 and v5u: output (1, 4 + classes, boxes)."""
    case.only_abis(*N6)
    case.only_keys(*BOX_KEYS, "suppression")
    (output,) = case.outputs(1)
    values, boxes = case.table(output, "4 + classes", "boxes")
    scale, zero_point = case.quantization(output)
    return {
        **case.postprocess_type("OD_YOLO_V8"),
        **case.boxes(),
        "prefix": f"{case.abi.od}_YOLOV8_PP",
        "total": boxes,
        "scale": scale,
        "zero_point": zero_point,
        "quantized": bool(output.scale),
        "classes": case.classes(values - 4),
        "detector": _detector(case, "COLUMNS", values - 4, values, boxes),
    }


def yolo_v5(case: Case) -> Context:
    """YOLOv5: output (1, boxes, 5 + classes), uint8."""
    case.only_abis(*N6)
    case.only_keys(*BOX_KEYS, "suppression")
    output = case.output(3, "(1, boxes, 5 + classes)")
    _, boxes, values = output.shape
    scale, zero_point = case.quantization(output)
    return {
        **case.postprocess_type("OD_YOLO_V5"),
        **case.boxes(),
        "prefix": f"{case.abi.od}_YOLOV5_PP",
        "total": boxes,
        "scale": scale,
        "zero_point": zero_point,
        "classes": case.classes(values - 5),
        "detector": _detector(case, "ROWS", values - 5, values, boxes),
    }


def yolo_d(case: Case) -> Context:
    """ST's YOLO-D: three grids (1, rows, columns, 5 + classes) of strides 8, 16 and 32."""
    case.only_abis("n6-v3")
    case.only_keys(*BOX_KEYS)
    strides = (8, 16, 32)
    grids = _grids(case, strides, "(1, rows, columns, 5 + classes)")
    height, width, _ = case.image()
    return {
        **case.postprocess_type("OD_ST_YOLOD", grids[0]),
        **case.boxes(),
        "image": (width, height),
        "strides": strides,
        "classes": case.classes(grids[0].shape[3] - 5),
    }


def blazeface(case: Case) -> Context:
    """BlazeFace: scores (1, boxes, 1) and boxes (1, boxes, 4 + 2 x keypoints) of two grids, the finer one first."""
    case.only_abis("n6-v3")
    case.only_keys(*BOX_KEYS)
    outputs = [case.shaped(output, 3, "(1, boxes, values)") for output in case.outputs(4)]
    coordinates = sorted((o for o in outputs if o.shape[2] > 4), key=lambda output: -output.shape[1])
    scores = sorted((o for o in outputs if o.shape[2] <= 4), key=lambda output: -output.shape[1])
    if [o.shape[1] for o in coordinates] != [o.shape[1] for o in scores] or len(scores) != 2:
        raise case.error("the outputs are not two scores and two boxes of one detector")
    if len({o.shape[2] for o in coordinates}) != 1 or (coordinates[0].shape[2] - 4) % 2:
        raise case.error("a box has not 4 + 2 x keypoints values")
    return {
        **case.postprocess_type("OD_BLAZEFACE", scores[0], also="FD_BLAZEFACE"),
        **case.boxes(),
        "keypoints": (coordinates[0].shape[2] - 4) // 2,
        "image_size": _square(case),
        "counts": [output.shape[1] for output in scores],
        "classes": case.classes(scores[0].shape[2]),
    }


def yunet(case: Case) -> Context:
    """YuNet: class, object, box and keypoint outputs (1, boxes, 1 | 1 | 4 | 2 x keypoints) of strides 8, 16 and 32."""
    case.only_abis("n6-v3")
    case.only_keys(*BOX_KEYS)
    size = _square(case)
    outputs = [case.shaped(output, 3, "(1, boxes, values)") for output in case.outputs(12)]
    counts = {stride: (size // stride) ** 2 for stride in (32, 16, 8)}
    for output in outputs:
        if output.shape[1] not in counts.values():
            raise case.error(
                f"the model's output '{output.name}' has {output.shape[1]} boxes; strides 8, 16 and 32 of an input of "
                f"{size} x {size} have {', '.join(str(count) for count in counts.values())}"
            )
    values = max(output.shape[2] for output in outputs)
    return {
        **case.postprocess_type("FD_YUNET"),
        **case.boxes(),
        "keypoints": values // 2,
        "image_size": size,
        "counts": counts,
        "classes": case.classes(1),
    }


def _square(case: Case) -> int:
    height, width, _ = case.image()
    if height != width:
        raise case.error(f"postprocessing '{case.family}' needs a square input; the model's has {height} x {width}")
    return width
