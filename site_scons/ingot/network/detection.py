# SPDX-License-Identifier: Apache-2.0
"""What a model's file says about the detections that its network stops before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ingot.base.errors import IngotError


@dataclass(frozen=True)
class DetectionHead:
    """Of TFLite_Detection_PostProcess, which the application computes.

    scores: name of the output that has them; the other has the offsets. anchors: centre y, centre x, height, width of
    each box, in fractions of the image. scales: what the offsets of y, x, height and width are divided by. regular: a
    box suppresses those of its class only, else those of every class. iou_threshold: from which on it does.
    """

    scores: str
    anchors: tuple[float, ...]
    scales: tuple[float, float, float, float]
    regular: bool
    iou_threshold: float

    def as_dict(self) -> dict[str, Any]:
        """For a c_info file."""
        return asdict(self)


def detection_of(values: Any) -> DetectionHead | None:
    """What `as_dict` made; None for None. Raises IngotError for anything else."""
    if values is None:
        return None
    try:
        y, x, height, width = map(float, values["scales"])
        return DetectionHead(
            str(values["scores"]),
            tuple(map(float, values["anchors"])),
            (y, x, height, width),
            bool(values["regular"]),
            float(values["iou_threshold"]),
        )
    except (KeyError, TypeError, ValueError):
        raise IngotError("detection: it is none of Ingot's", where="c_info") from None
