# SPDX-License-Identifier: Apache-2.0
"""Pointwise functions of one input that are no table: float32 (firmware/kernels/unary_f32.c) and two of int16."""

from __future__ import annotations

import numpy as np

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels import functions16
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, elements, lowers, packs
from ingot.compiler.kernels.rescale16 import KINDS, lower_rescale16
from ingot.compiler.kernels.rows import same_rows
from ingot.compiler.kernels.sigmoid16 import lower_sigmoid16, symmetric_int16

packs(unary_f32=1)

_FLOAT_ONLY = (
    "ELU", "HARD_SWISH", "GELU", "NEG", "SQUARE", "FLOOR", "CEIL", "ROUND", "SIN", "COS", "SIGN",
)  # fmt: skip


def one_float_type(graph: Graph, op: Operator) -> bool:
    """Input and output are float32, or of 8 bits (which become a table)."""
    types = {graph.tensors[t].dtype for t in (*op.inputs[:1], op.outputs[0]) if t is not None}
    return types == {DType.FLOAT32}


def float_or_rescaled(graph: Graph, op: Operator) -> bool:
    """Input and output are float32, int16 with one scale each, or of 8 bits (which become a table)."""
    tensors = [graph.tensors[t] for t in (*op.inputs[:1], op.outputs[0]) if t is not None]
    types = {t.dtype for t in tensors}
    return types == {DType.FLOAT32} or (
        types == {DType.INT16} and all(t.quant is not None and not t.quant.per_channel for t in tensors)
    )


def float_or_int16(graph: Graph, op: Operator) -> bool:
    """Input and output are float32, int16, or of 8 bits (which become a table)."""
    types = {graph.tensors[t].dtype for t in (*op.inputs[:1], op.outputs[0]) if t is not None}
    return types in ({DType.FLOAT32}, {DType.INT16})


@lowers(*_FLOAT_ONLY, constraints=(one_float_type,), pieces=elements)
def lower_unary(site: Site) -> Call:
    """ingot_unary_f32_<function>(), in place."""
    return _float_function(site)


@lowers(*functions16.KINDS, constraints=(float_or_int16, symmetric_int16), pieces=elements)
def lower_function(site: Site) -> Call:
    """ingot_unary_f32_<function>() or, of int16, ingot_lookup16_rows() or ingot_lookup16_sqrt(); in place."""
    return functions16.lower_function16(site) if site.input(0).dtype is DType.INT16 else _float_function(site)


@lowers(*KINDS, constraints=(float_or_rescaled,), pieces=elements)
def lower_rescaled(site: Site) -> Call:
    """ingot_unary_f32_<function>() or, of int16, ingot_rescale16_rows(); in place."""
    return lower_rescale16(site) if site.input(0).dtype is DType.INT16 else _float_function(site)


@lowers("LOGISTIC", "TANH", constraints=(float_or_int16, symmetric_int16), pieces=elements)
def lower_sigmoid(site: Site) -> Call:
    """ingot_unary_f32_<function>() or, of int16, ingot_sigmoid16_<function>(); in place."""
    return lower_sigmoid16(site) if site.input(0).dtype is DType.INT16 else _float_function(site)


def _float_function(site: Site) -> Call:
    source, target = site.rows_in(0), site.rows_out()
    name = site.op.kind.lower()
    if name == "gelu" and site.op.attrs.get("approximate"):
        name = "gelu_tanh"
    alpha = np.asarray([site.op.attrs.get("alpha", 0.0)], np.float32)
    return Call(
        kernel=f"unary_f32_{name}",
        descriptor="unary_f32",
        inputs=(0,),
        outputs=(0,),
        fields={"row_elements": target.row_bytes // 4},
        params=(Param("alpha", alpha),) if name == "leaky_relu" else (),
        windows=(same_rows(source, target),),
        inplace=(0,),
    )
