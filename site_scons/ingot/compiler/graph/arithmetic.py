# SPDX-License-Identifier: Apache-2.0
"""Which of the two arithmetics an operator computes with: the attribute `arithmetic`.

Without it an operator rounds as LiteRT's reference kernels do. EVEN is the arithmetic of QDQ models
(ingot.compiler.even): exact sums of integers, the bias last and saturating, one product of float32, rounding to nearest
with ties to even. Such an operator has the attributes `low` and `high`, the clamps in the output's stored numbers.
"""

from __future__ import annotations

from ingot.compiler.graph.types import Operator

EVEN = "even"


def is_even(op: Operator) -> bool:
    return op.attrs.get("arithmetic") == EVEN
