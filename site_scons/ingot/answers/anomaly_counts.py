# SPDX-License-Identifier: Apache-2.0
"""What is counted of errors: whether the threshold tells anomalies, and how well any threshold could."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ingot.answers.counts import ClassCounts

#: Of the normal inputs, what is below the error that is shown beside the threshold.
MOST = 0.99


@dataclass
class AnomalyCounts(ClassCounts):
    """threshold: of the model.yaml. errors: of the normal inputs (0) and of the anomalies (1)."""

    threshold: float = 0.0
    errors: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    def add(self, label: str, truth: int, said: int, score: float = 0.0) -> None:
        super().add(label, truth, said)
        self.errors[truth].append(score)

    @property
    def auc(self) -> float | None:
        """The area under the ROC curve: how often an anomaly has a larger error than a normal input, equal ones half.

        None where one of both is missing.
        """
        return area_under_curve(*self.errors)

    @property
    def most_normal(self) -> float | None:
        """The smallest error that MOST of the normal inputs do not exceed."""
        ordered = sorted(self.errors[0])
        return ordered[math.ceil(MOST * len(ordered)) - 1] if ordered else None

    def as_dict(self) -> dict[str, Any]:
        more = {"auc": self.auc, "threshold": self.threshold, "error_of_99_percent_normal": self.most_normal}
        return {**super().as_dict(), **more}

    def headline(self) -> str:
        parts = [super().headline()]
        if self.auc is not None:
            parts.append(f"AUC {self.auc:.3f}")
        if self.most_normal is not None:
            parts.append(f"99 % of the normal inputs have {self.most_normal:.3g} or less")
            parts.append(f"the threshold is {self.threshold:g}")
        return "; ".join(parts)


def area_under_curve(low: Sequence[float], high: Sequence[float]) -> float | None:
    """In which share of pairs the number of `high` is the larger one; equal pairs count half. None without pairs."""
    if not low or not high:
        return None
    pairs, below = 0.0, 0
    ordered = sorted([(value, 0) for value in low] + [(value, 1) for value in high])
    for _, group in groupby(ordered, key=lambda one: one[0]):
        sides = [side for _, side in group]
        highs = sum(sides)
        pairs += highs * (below + (len(sides) - highs) / 2)
        below += len(sides) - highs
    return pairs / (len(low) * len(high))
