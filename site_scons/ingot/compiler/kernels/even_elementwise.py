# SPDX-License-Identifier: Apache-2.0
"""ADD, SUB and MUL with the arithmetic of QDQ models (firmware/kernels/add_even.c, mul_even.c).

Of int16 see even_wide.py.

Formulas: ingot.compiler.even.formulas.
"""

from __future__ import annotations

import numpy as np

from ingot.compiler.even.formulas import product_scale, sum_scales
from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import EVEN
from ingot.compiler.kernels.broadcast import fits_broadcast, lower_binary, operand_order
from ingot.compiler.kernels.even_wide import wide_pair
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(add_even=1, mul_even=1)


def alike(graph: Graph, op: Operator) -> bool:
    """Both inputs and the output are int8, or all are int16, with one scale each."""
    tensors = [graph.tensors[t] for t in (*op.inputs[:2], op.outputs[0]) if t is not None]
    known = {t.dtype for t in tensors} in ({DType.INT8}, {DType.INT16})
    return known and all(t.quant is not None and not t.quant.per_channel for t in tensors)


@lowers("ADD", "SUB", arithmetic=EVEN, constraints=(alike, fits_broadcast), data=(0, 1))
def lower_sum(site: Site) -> Call:
    """ingot_add_even_s8(); in place over either input of the output's shape."""
    if site.output().dtype is DType.INT16:
        return wide_pair(site)
    scales = sum_scales(site.input(0), site.input(1), site.output(), subtract=site.op.kind == "SUB")
    first, second = operand_order(site)
    words = np.zeros(6, np.int32)
    words[:3] = np.asarray([scales[first], scales[second], scales[2]], np.float32).view(np.int32)
    words[3:] = [first == 1, site.op.attrs["low"], site.op.attrs["high"]]
    return lower_binary(site, "add_even_s8", [Param("scaling", words)], reversed_kernel="add_even_s8")


@lowers("MUL", arithmetic=EVEN, constraints=(alike, fits_broadcast), data=(0, 1))
def lower_product(site: Site) -> Call:
    """ingot_mul_even_s8(); in place over either input of the output's shape."""
    if site.output().dtype is DType.INT16:
        return wide_pair(site)
    first, second = (site.input(position) for position in operand_order(site))
    output = site.output()
    scale = product_scale(site.input(0), site.input(1), output)
    words = np.zeros(6, np.int32)
    words[:2] = [-first.zero_point, -second.zero_point]
    words[2:4] = np.asarray([scale, output.zero_point], np.float32).view(np.int32)
    words[4:] = [site.op.attrs["low"], site.op.attrs["high"]]
    return lower_binary(site, "mul_even_s8", [Param("scaling", words)], reversed_kernel="mul_even_s8")
