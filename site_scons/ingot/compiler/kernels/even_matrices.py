# SPDX-License-Identifier: Apache-2.0
"""BATCH_MATMUL of int8 and int16 and SOFTMAX of int8 with the arithmetic of QDQ models
(firmware/kernels/batch_matmul_even.c, batch_matmul_even_s16.c, softmax_even.c). Formulas: ingot.compiler.even.formulas.
"""

from __future__ import annotations

import numpy as np

from ingot.compiler.even.formulas import powers, product_scale
from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import EVEN
from ingot.compiler.kernels.batch_matmul import few_batches, matrices_call
from ingot.compiler.kernels.even_elementwise import alike
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs, vectors
from ingot.compiler.kernels.softmax import softmax_call

packs(batch_matmul_even=1, softmax_even=1)

_DEEPEST = 32_000
"""Numbers whose products no sum of 32 bits overflows."""


def int8_data(graph: Graph, op: Operator) -> bool:
    """Input and output are int8 with one scale each."""
    tensors = [graph.tensors[t] for t in (op.inputs[0], op.outputs[0]) if t is not None]
    return all(t.dtype is DType.INT8 and t.quant is not None and not t.quant.per_channel for t in tensors)


def not_too_deep(graph: Graph, op: Operator) -> bool:
    """A result is made of at most 32,000 products."""
    return graph.tensors[op.inputs[0] or 0].shape[-2 if op.attrs["adj_x"] else -1] <= _DEEPEST


@lowers("BATCH_MATMUL", arithmetic=EVEN, constraints=(alike, few_batches, not_too_deep))
def lower_batch_matmul(site: Site) -> Call:
    """One call of ingot_batch_matmul_even_s8() or _s16(), also with constant right matrices."""
    left, right, output, attrs = site.input(0), site.input(1), site.output(), site.op.attrs
    words = np.zeros(8, np.int32)
    words[:3] = [left.zero_point, right.zero_point, output.zero_point]
    words[3:4] = np.asarray([product_scale(left, right, output)], np.float32).view(np.int32)
    words[5:7] = [attrs["low"], attrs["high"]]
    name = f"batch_matmul_even_{'s16' if output.dtype is DType.INT16 else 's8'}"
    return matrices_call(site, name, f"{name}_const", (Param("numbers", words),))


@lowers("SOFTMAX", arithmetic=EVEN, constraints=(int8_data,), pieces=vectors)
def lower_softmax(site: Site) -> Call:
    """One call of ingot_softmax_even_s8(). In place."""
    output, attrs = site.output(), site.op.attrs
    words = np.zeros(4, np.int32)
    words[:1] = np.asarray([output.scale], np.float32).view(np.int32)
    words[1:] = [output.zero_point, attrs["low"], attrs["high"]]
    table = powers(site.input(0), attrs["beta"]).astype(np.int32)
    return softmax_call(site, "softmax_even_s8", (Param("scaling", words), Param("powers", table)))
