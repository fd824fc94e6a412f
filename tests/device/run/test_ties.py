# SPDX-License-Identifier: Apache-2.0
"""Numbers next to the middle of two codes: what exact fractions say of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from ingot.compiler.frontend.onnx.read import read_qdq
from ingot.device.run.ties import Tie, ties_of
from support.qdq_builder import QdqBuilder

SMALL = Fraction(1, 1 << 20)


@pytest.mark.parametrize(
    ("away", "ours", "theirs", "nearest", "explained"),
    [
        (-SMALL, 3, 4, True, True),  # their sum is off
        (SMALL, 3, 4, False, True),  # our product is
        (SMALL, 3, 5, True, False),  # not neighbours
        (9 * SMALL, 3, 4, False, False),  # our product is not that coarse
        (-9 * SMALL, 3, 4, True, True),  # their sum is
        (Fraction(0), 4, 3, True, True),  # a tie, and ours is even
        (Fraction(0), 3, 4, False, True),
    ],
)
def test_who_is_right(away: Fraction, ours: int, theirs: int, nearest: bool, explained: bool) -> None:
    tie = Tie(Fraction(7, 2) + away, ours, theirs, 2 * SMALL, 20 * SMALL)
    assert (tie.ours_is_nearest, tie.explained) == (nearest, explained)


def test_the_fraction_of_a_layer() -> None:
    """Sums of products and of a bias, that nothing has rounded; zero points taken off."""
    b = QdqBuilder(1)
    x = b.input((1, 3, 2, 2), 0.1, 5)
    y = b.quantized(b.node("Conv", [x, *b.weights((2, 3, 1, 1), x)]), 0.3, -7)
    graph = read_qdq(b.finish([y]), "small", "small.onnx").graph
    op = next(op for op in graph.operators if op.kind == "CONV_2D")
    source, weights, bias = (graph.tensors[t or 0] for t in op.inputs)
    image = np.arange(12, dtype=np.int8).reshape(1, 2, 2, 3)
    ours = np.zeros((1, 2, 2, 2), np.int8)
    theirs = ours.copy()
    theirs[0, 1, 0, 1] = 1
    (tie,) = ties_of(graph.tensors, op, {op.inputs[0] or 0: image}, ours, theirs)
    assert (tie.ours, tie.theirs) == (7, 8)
    assert weights.quant is not None
    scale = float(source.scale) * float(weights.quant.scale[1])
    products = (image[0, 1, 0].astype(int) - 5) @ np.asarray(weights.data)[1, 0, 0].astype(int)
    real = scale * (products + int(np.asarray(bias.data)[1])) / float(np.float32(0.3))
    assert float(tie.exact) == pytest.approx(real, rel=1e-6)
    assert 0 < tie.our_doubt < tie.their_doubt < abs(tie.exact) * Fraction(1, 10**5)
