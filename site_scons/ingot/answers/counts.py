# SPDX-License-Identifier: Apache-2.0
"""What is counted of answers to labelled inputs: classes (accuracy, confusion) or boxes (average precision)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ingot.answers.average_precision import COCO, VOC, Box, matched, mean_average_precision
from ingot.base.text_table import text_table


@dataclass
class ClassCounts:
    """confusion: rows are what inputs are, columns what was said. wrong: labels of inputs, in their order."""

    names: tuple[str, ...]
    confusion: list[list[int]]
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, names: Sequence[str]) -> ClassCounts:
        return cls(tuple(names), [[0] * len(names) for _ in names])

    @property
    def total(self) -> int:
        return sum(map(sum, self.confusion))

    @property
    def right(self) -> int:
        return sum(row[i] for i, row in enumerate(self.confusion))

    @property
    def accuracy(self) -> float:
        return self.right / self.total

    def add(self, label: str, truth: int, said: int, score: float = 0.0) -> None:
        """One input. score: of what was said, where it counts."""
        self.confusion[truth][said] += 1
        if said != truth:
            self.wrong.append(label)

    def as_dict(self) -> dict[str, Any]:
        return {"accuracy": self.accuracy, "right": self.right, "confusion": self.confusion}

    def headline(self) -> str:
        return f"{100 * self.accuracy:5.1f} %   {self.right:,} of {self.total:,} right"

    def table(self) -> tuple[str, str]:
        """(its title, the table)."""
        rows = [[name, *(str(n) for n in row)] for name, row in zip(self.names, self.confusion, strict=True)]
        return "what it is, and what was said", text_table(["", *self.names], rows, "l" + "r" * len(rows))


@dataclass
class BoxCounts:
    """truths, found: the boxes of each picture, in order. wrong: labels of pictures with a box that is missing, or one
    too many, at an intersection over union of 0.5."""

    names: tuple[str, ...]
    labels: list[str] = field(default_factory=list)
    truths: list[tuple[Box, ...]] = field(default_factory=list)
    found: list[tuple[Box, ...]] = field(default_factory=list)

    def add(self, label: str, truths: Sequence[Box], found: Sequence[Box]) -> None:
        self.labels.append(label)
        self.truths.append(tuple(truths))
        self.found.append(tuple(found))

    @property
    def total(self) -> int:
        return len(self.labels)

    @property
    def map50(self) -> float:
        """Mean average precision at an intersection over union of 0.5 (PASCAL VOC)."""
        return mean_average_precision(self.truths, self.found, len(self.names), VOC)[0] or 0.0

    @property
    def map50_95(self) -> float:
        """The mean of those at 0.5, 0.55, ... 0.95 (the limits of COCO)."""
        means = [mean_average_precision(self.truths, self.found, len(self.names), limit)[0] for limit in COCO]
        return sum(mean or 0.0 for mean in means) / len(means)

    @property
    def wrong(self) -> list[str]:
        missed = [len(boxes) for boxes in self.truths]
        bad = [False] * self.total
        for what in range(len(self.names)):
            result = matched(self.truths, self.found, what, VOC)
            for hit, number in zip(result.right, result.pictures, strict=True):
                missed[number] -= hit
                bad[number] |= not hit
        return [label for label, left, one in zip(self.labels, missed, bad, strict=True) if left or one]

    def as_dict(self) -> dict[str, Any]:
        each = mean_average_precision(self.truths, self.found, len(self.names), VOC)[1]
        return {
            "mAP50": self.map50,
            "mAP50_95": self.map50_95,
            "classes_AP50": dict(zip(self.names, each, strict=True)),
            "boxes": sum(map(len, self.truths)),
            "found": sum(map(len, self.found)),
        }

    def headline(self) -> str:
        found, boxes = sum(map(len, self.found)), sum(map(len, self.truths))
        return (
            f"mAP {100 * self.map50:5.1f} % at IoU 0.5, {100 * self.map50_95:5.1f} % over 0.5 to 0.95; "
            f"{found:,} boxes found, {boxes:,} there, in {self.total:,} pictures"
        )

    def table(self) -> tuple[str, str]:
        """(its title, the table)."""
        rows = []
        for what, name in enumerate(self.names):
            result = matched(self.truths, self.found, what, VOC)
            value = mean_average_precision(self.truths, self.found, len(self.names), VOC)[1][what]
            shown = "-" if value is None else f"{100 * value:.1f} %"
            rows.append([name, str(result.truths), str(len(result.right)), str(sum(result.right)), shown])
        return "boxes at IoU 0.5", text_table(["", "there", "found", "right", "AP"], rows, "lrrrr")
