# SPDX-License-Identifier: Apache-2.0
"""AVERAGE_POOL_2D and MEAN of int8 and int16 with the arithmetic of QDQ models (firmware/kernels/average_pool_even.c,
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


_SUFFIX = {DType.INT8: "s8", DType.INT16: "s16"}

_MOST = 1 << 15
"""Numbers of int16 whose sum no 32 bits overflow, zero points subtracted."""


def integer_data(graph: Graph, op: Operator) -> bool:
    """Input and output are int8, or both are int16, with one scale each."""
    tensors = [graph.tensors[t] for t in (op.inputs[0], op.outputs[0]) if t is not None]
    known = {t.dtype for t in tensors} in ({DType.INT8}, {DType.INT16})
    return known and all(t.quant is not None and not t.quant.per_channel for t in tensors)


def few_numbers(graph: Graph, op: Operator) -> bool:
    """An average of int16 is one of at most 32,768 numbers."""
    source, attrs = graph.tensors[op.inputs[0] or 0], op.attrs
    if op.kind == "AVERAGE_POOL_2D":
        count = int(attrs["filter_h"] * attrs["filter_w"])
    else:
        count = math.prod(source.shape[axis] for axis in reduced_axes(graph, op))
    return source.dtype is not DType.INT16 or count <= _MOST


@lowers("AVERAGE_POOL_2D", arithmetic=EVEN, constraints=(integer_data, few_numbers))
def lower_average_pool(site: Site) -> Call:
    """One call of ingot_average_pool_even_s8() or _s16(). The attribute `include_pad` says that padding counts."""
    image, output, attrs = site.input(0), site.output(), site.op.attrs
    words = np.zeros(8, np.int32)
    words[:2] = [attrs["low"], attrs["high"]]
    words[2:4] = np.asarray([image.scale, output.scale], np.float32).view(np.int32)
    count = attrs["filter_h"] * attrs["filter_w"] if attrs["include_pad"] else 0
    words[4:7] = [image.zero_point, output.zero_point, count]
    return pool_call(site, f"average_pool_even_{_SUFFIX[image.dtype]}", Param("block", words))


@lowers("MEAN", arithmetic=EVEN, constraints=(integer_data, axes_are_constant, few_alternations, few_numbers))
def lower_mean(site: Site) -> Call:
    """ingot_reduce_even_mean_s8() or _s16()."""
    source, target = site.input(0), site.output()
    count = math.prod(source.shape[axis] for axis in reduced_axes(site.graph, site.op))
    words = np.zeros(4, np.int32)
    words[1:2] = np.asarray([average_scale(source, target, count)], np.float32).view(np.int32)
    words[0], words[3] = source.zero_point * count, target.zero_point
    return reduce_call(site, f"reduce_even_mean_{_SUFFIX[source.dtype]}", (Param("scaling", words),))
