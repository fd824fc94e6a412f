# SPDX-License-Identifier: Apache-2.0
"""AVERAGE_POOL_2D and MEAN of int8 with the arithmetic of QDQ models (firmware/kernels/average_pool_even.c,
reduce_even.c). Formulas: ingot.compiler.even.formulas.
"""

from __future__ import annotations

import math

import numpy as np

from ingot.compiler.even.formulas import average_scale
from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.graph.arithmetic import EVEN
from ingot.compiler.kernels.pooling import pool_call
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.reduce import axes_are_constant, few_alternations, reduce_call, reduced_axes
from ingot.compiler.kernels.registry import Site, lowers, packs

packs(average_pool_even=1, reduce_even=1)


def int8_data(graph: Graph, op: Operator) -> bool:
    """Input and output are int8 with one scale each."""
    tensors = [graph.tensors[t] for t in (op.inputs[0], op.outputs[0]) if t is not None]
    return all(t.dtype is DType.INT8 and t.quant is not None and not t.quant.per_channel for t in tensors)


@lowers("AVERAGE_POOL_2D", arithmetic=EVEN, constraints=(int8_data,))
def lower_average_pool(site: Site) -> Call:
    """One call of ingot_average_pool_even_s8(). The attribute `include_pad` says that padding counts."""
    image, output, attrs = site.input(0), site.output(), site.op.attrs
    words = np.zeros(8, np.int32)
    words[:2] = [attrs["low"], attrs["high"]]
    words[2:4] = np.asarray([image.scale, output.scale], np.float32).view(np.int32)
    count = attrs["filter_h"] * attrs["filter_w"] if attrs["include_pad"] else 0
    words[4:7] = [image.zero_point, output.zero_point, count]
    return pool_call(site, "average_pool_even_s8", Param("block", words))


@lowers("MEAN", arithmetic=EVEN, constraints=(int8_data, axes_are_constant, few_alternations))
def lower_mean(site: Site) -> Call:
    """ingot_reduce_even_mean_s8()."""
    source, target = site.input(0), site.output()
    count = math.prod(source.shape[axis] for axis in reduced_axes(site.graph, site.op))
    words = np.zeros(4, np.int32)
    words[1:2] = np.asarray([average_scale(source, target, count)], np.float32).view(np.int32)
    words[0], words[3] = source.zero_point * count, target.zero_point
    return reduce_call(site, "reduce_even_mean_s8", (Param("scaling", words),))
