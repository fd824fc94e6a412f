# SPDX-License-Identifier: Apache-2.0
"""Weights of 4 bits: what is kept so, what it takes, and weights_4bit=expand."""

from __future__ import annotations

import numpy as np

from ingot.compiler.findings import findings
from ingot.compiler.frontend.info import as_text
from ingot.compiler.graph.cost import four_bits, parameters
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.expand_weights import expand_weights
from ingot.compiler.passes.optimize import optimize
from support.qdq_builder import QdqBuilder
from support.qdq_check import graph_of


def test_half_a_byte_each_and_one_when_expanded() -> None:
    """Of a convolution whose weights have 4 bits, beside one whose weights have 8."""
    b = QdqBuilder(1, 21)
    x = b.input((1, 16, 4, 4))
    y = b.quantized(b.node("Conv", [x, *b.weights((8, 16, 3, 3), x, small=True)]))
    z = b.quantized(b.node("Conv", [y, *b.weights((4, 8, 1, 1), y)]))
    graph = graph_of(b.finish([z]))
    assert four_bits(graph) == (1, 1152, 576, 1152 + 32)
    assert parameters(graph, graph.operators[0]) == (1152 + 8, 576 + 4 * 8)
    said = "1,152 of 1,184 weights of layers have 4 bits (97.3 %), in 576 bytes; layers: 1"
    assert findings(optimize(graph))[0] == said
    assert said in as_text(graph)

    wide = expand_weights(graph)
    assert four_bits(wide) == (0, 0, 0, 1184)
    kept, expanded = (lower(optimize(g), Target()).calls[0] for g in (graph, wide))
    assert (kept.kernel, expanded.kernel) == ("conv2d_even_w4_s8", "conv2d_even_s8")
    sizes = [np.asarray(call.params[1].data).nbytes for call in (kept, expanded)]
    assert sizes[1] - sizes[0] == 1152 // 2


def test_groups_and_matrices_keep_them() -> None:
    """A depthwise convolution does not."""
    b = QdqBuilder(2, 21)
    x = b.input((1, 8, 4, 4))
    y = b.quantized(b.node("Conv", [x, *b.weights((8, 4, 3, 3), x, small=True)], group=2))
    z = b.quantized(b.node("Conv", [y, *b.weights((8, 1, 2, 2), y, small=True)], group=8))
    flat = b.quantized(b.node("Flatten", [z]), b.scales[z])
    out = b.quantized(b.node("Gemm", [flat, *b.weights((5, 8), flat, small=True)], transB=1))
    graph = graph_of(b.finish([out]))
    assert four_bits(graph).layers == 2
    kernels = [call.kernel for call in lower(optimize(graph), Target()).calls]
    assert [name for name in kernels if "w4" in name] == ["conv2d_even_w4_s8", "fully_connected_even_w4_s8"]


def test_thin_convolutions_have_int8() -> None:
    """Pixels of 32 channels are quicker so; the report says why. Those of 33 channels, and of 12 results, stay."""
    b = QdqBuilder(3, 21)
    x = b.input((1, 32, 4, 4))
    y = b.quantized(b.node("Conv", [x, *b.weights((40, 32, 1, 1), x, small=True)]))
    z = b.quantized(b.node("Conv", [y, *b.weights((32, 40, 1, 1), y, small=True)]))
    out = b.quantized(b.node("Conv", [z, *b.weights((12, 32, 1, 1), z, small=True)]))
    graph = optimize(graph_of(b.finish([out])))
    names = [call.kernel for call in lower(graph, Target()).calls if "conv2d" in call.kernel]
    assert names == ["conv2d_even_1x1_s8", "conv2d_even_w4_1x1_s8", "conv2d_even_w4_1x1_s8"]
    assert four_bits(graph).size == (32 * 40 + 12 * 32) // 2
    said = "its weights of 4 bits are int8, which takes 640 bytes more and fewer cycles"
    assert [said in line for line in findings(graph)].count(True) == 1
