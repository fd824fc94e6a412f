# SPDX-License-Identifier: Apache-2.0
"""Average precision of a detector, as PASCAL VOC counts it since 2010.

M. Everingham et al., "The PASCAL Visual Object Classes Challenge: A Retrospective" (IJCV 2015), 2.2: all boxes that
were found of a class, the surest first, are matched each to the true box of the same picture that it overlaps most. It
is right when their intersection over union reaches the limit and no surer one has that box. The average precision is
the area under precision over recall, where the precision at a recall is the best one at that recall or a higher one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Limits of intersection over union: PASCAL VOC's, and those that COCO takes the mean over.
VOC = 0.5
COCO = tuple(0.5 + 0.05 * i for i in range(10))


@dataclass(frozen=True)
class Box:
    """what: number of the class. Places are fractions of the picture. score: 1 for a true box."""

    what: int
    left: float
    top: float
    right: float
    bottom: float
    score: float = 1.0


@dataclass(frozen=True)
class Matched:
    """Boxes that were found of one class, the surest first: of each whether it is right, and its picture's number.

    truths: how many true boxes there are.
    """

    right: tuple[bool, ...]
    pictures: tuple[int, ...]
    truths: int


def overlap(one: Box, other: Box) -> float:
    """Intersection over union; 0 for boxes without an area."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (_area(one) + _area(other) - common)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def matched(truths: Sequence[Sequence[Box]], found: Sequence[Sequence[Box]], what: int, limit: float) -> Matched:
    """Of one class, over all pictures: the true boxes and the found ones of each. Equal scores stay in order."""
    wanted = [[box for box in boxes if box.what == what] for boxes in truths]
    taken = [[False] * len(boxes) for boxes in wanted]
    candidates = [(box, number) for number, boxes in enumerate(found) for box in boxes if box.what == what]
    candidates.sort(key=lambda item: -item[0].score)
    right = []
    for box, number in candidates:
        overlaps = [overlap(box, truth) for truth in wanted[number]]
        best = max(range(len(overlaps)), key=overlaps.__getitem__, default=-1)
        hit = best >= 0 and overlaps[best] >= limit and not taken[number][best]
        if hit:
            taken[number][best] = True
        right.append(hit)
    return Matched(tuple(right), tuple(number for _, number in candidates), sum(map(len, wanted)))


def average_precision(result: Matched) -> float | None:
    """0 to 1; None for a class that no picture has."""
    if not result.truths:
        return None
    points: list[tuple[float, float]] = []
    hits = 0
    for rank, hit in enumerate(result.right, 1):
        hits += hit
        points.append((hits / result.truths, hits / rank))
    area, best = 0.0, 0.0
    for i in range(len(points) - 1, -1, -1):
        recall, precision = points[i]
        best = max(best, precision)
        area += (recall - (points[i - 1][0] if i else 0.0)) * best
    return area


def mean_average_precision(
    truths: Sequence[Sequence[Box]], found: Sequence[Sequence[Box]], classes: int, limit: float
) -> tuple[float | None, list[float | None]]:
    """(mean over the classes that a picture has, None without one; that of each class)."""
    each = [average_precision(matched(truths, found, what, limit)) for what in range(classes)]
    known = [value for value in each if value is not None]
    return (sum(known) / len(known) if known else None), each
