# SPDX-License-Identifier: Apache-2.0
"""MAXIMUM and MINIMUM (firmware/kernels/minmax.c): stored numbers are compared as they are.

Formula: LiteRT's kernels/maximum_minimum.cc, `a > b ? a : b`. Of float32 the order of the inputs matters: of NaN and
another number, or of 0.0 and -0.0, the result is the second.
"""

from __future__ import annotations

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels.add import one_type
from ingot.compiler.kernels.broadcast import fits_broadcast, lower_binary
from ingot.compiler.kernels.program import Call
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(maximum=1, minimum=1)

_SUFFIX = {DType.INT8: "s8", DType.INT16: "s16", DType.INT32: "s32", DType.FLOAT32: "f32"}


def one_scale(graph: Graph, op: Operator) -> bool:
    """Quantized inputs have the output's scale and zero point."""
    output = graph.tensors[op.outputs[0]]
    inputs = [graph.tensors[t] for t in op.inputs[:2] if t is not None]
    return output.quant is None or all(output.quant.same(t.quant) for t in inputs)


@lowers("MAXIMUM", "MINIMUM", constraints=(one_type, one_scale, fits_broadcast), data=(0, 1))
def lower_minmax(site: Site) -> Call:
    """ingot_maximum_<type>() or ingot_minimum_<type>(); in place over either input of the output's shape."""
    name, suffix = site.op.kind.lower(), _SUFFIX[site.output().dtype]
    kernel = f"{name}_{suffix}"
    return lower_binary(site, kernel, (), reversed_kernel=f"{name}_reversed_f32" if suffix == "f32" else kernel)
