# SPDX-License-Identifier: Apache-2.0
"""The placement of last resort: no bound is promised, but there always is one."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.compiler.schedule.arrange import Arrangement, Effort, arrange
from ingot.compiler.schedule.cuts import Cut
from ingot.compiler.schedule.linear import LinearOrder

_STEPS = (1.01, 1.02, 1.04, 1.07, 1.1, 1.15, 1.2, 1.3, 1.5, 2.0, 3.0)


def settle(line: LinearOrder, path: Sequence[Cut], goal: int, effort: Effort) -> Arrangement:
    """A placement as little above `goal` as the search finds one. effort: as of arrange()."""
    for factor in _STEPS:
        arranged = arrange(line, path, int(goal * factor), effort)
        if arranged is not None:
            return arranged
    total = sum(line.bytes) + goal
    arranged = arrange(line, path, total, effort)
    assert arranged is not None, "a block as large as all tensors together holds them"
    return arranged
