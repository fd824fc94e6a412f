# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX (firmware/kernels/softmax.c). Formulas: LiteRT's internal/reference/softmax.h and SoftmaxPrepare()."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator
from ingot.compiler.kernels import fixed_exp
from ingot.compiler.kernels.lookup16 import int16_table
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, lowers, packs, vectors
from ingot.compiler.kernels.rows import same_rows
from ingot.compiler.passes import fixed_point

packs(softmax=1, softmax2=1, softmax_wide=1)

_INTEGER_BITS = 5
_SUM_BITS = 12


def softmax_types(graph: Graph, op: Operator) -> bool:
    """Input and output have one type, int8, uint8, int16 or float32; or int8 and int16."""
    source, target = (graph.tensors[t].dtype for t in (*op.inputs[:1], *op.outputs) if t is not None)
    return source is target in (DType.INT8, DType.UINT8, DType.INT16, DType.FLOAT32) or _is_wide(graph, op)


def _is_wide(graph: Graph, op: Operator) -> bool:
    source, target = (graph.tensors[t].dtype for t in (*op.inputs[:1], *op.outputs) if t is not None)
    return (source, target) == (DType.INT8, DType.INT16)


def softmax_output_scale(graph: Graph, op: Operator) -> bool:
    """The output's scale is 1/256 with the lowest number as zero point; of int16 1/32768 with zero point 0; from int8
    to int16 1/65536 with zero point -32768."""
    output = graph.tensors[op.outputs[0]]
    if output.dtype is DType.FLOAT32:
        return True
    if output.quant is None:
        return False
    if _is_wide(graph, op):
        return abs(output.scale - 1 / 65536) <= 0.001 / 65536 and output.zero_point == -32768
    wanted = 1 / 32768 if output.dtype is DType.INT16 else 1 / 256
    lowest = {DType.INT8: -128, DType.UINT8: 0, DType.INT16: 0}.get(output.dtype)
    return abs(output.scale - wanted) <= 0.001 * wanted and output.zero_point == lowest


def softmax_input_scale(graph: Graph, op: Operator) -> bool:
    """A quantized input has one scale; for int16 its zero point is 0."""
    tensor = graph.tensors[op.inputs[0] or 0]
    if tensor.dtype is DType.FLOAT32:
        return True
    return (
        tensor.quant is not None
        and not tensor.quant.per_channel
        and (tensor.dtype is not DType.INT16 or tensor.zero_point == 0)
    )


@lowers("SOFTMAX", constraints=(softmax_types, softmax_output_scale, softmax_input_scale), pieces=vectors)
def lower_softmax(site: Site) -> Call:
    """ingot_softmax_<type>(); two int8 classes are a table of results. In place."""
    tensor = site.input(0)
    depth = tensor.shape[-1] if tensor.shape else 1
    beta = float(np.float32(site.op.attrs.get("beta", 1.0)))
    kernel = {DType.INT8: "softmax_s8", DType.UINT8: "softmax_u8", DType.INT16: "softmax_s16"}.get(
        tensor.dtype, "softmax_f32"
    )
    params: tuple[Param, ...]
    if tensor.dtype is DType.FLOAT32:
        params = (Param("beta", np.asarray([beta], np.float32)),)
    elif tensor.dtype is DType.INT16:
        params = _int16_params(tensor.scale, beta)
    elif site.output().dtype is not tensor.dtype:
        kernel, params = "softmax_wide_s8", (Param("exp", exp_table(tensor.scale, beta).astype(np.int32)),)
    elif tensor.dtype is DType.INT8 and depth == 2:
        kernel = "softmax2_s8"
        params = (Param("result", two_class_results(exp_table(tensor.scale, beta))),)
    else:
        params = (Param("exp", exp_table(tensor.scale, beta).astype(np.int32)),)
    return softmax_call(site, kernel, params)


def softmax_call(site: Site, kernel: str, params: tuple[Param, ...]) -> Call:
    """The call of one of the kernels."""
    source, target, tensor = site.rows_in(0), site.rows_out(), site.input(0)
    depth = tensor.shape[-1] if tensor.shape else 1
    return Call(
        kernel=kernel,
        descriptor="softmax",
        inputs=(0,),
        outputs=(0,),
        fields={"groups": target.row_bytes // (depth * target.dtype.size), "depth": depth},
        params=params,
        windows=(same_rows(source, target),),
        inplace=(0,) if target.dtype is tensor.dtype else (),
    )


def softmax_scaling(scale: float, beta: float) -> tuple[int, int, int, npt.NDArray[np.int64]]:
    """(multiplier, shift, smallest difference that counts, -d * scale * beta as Q5.26 for d = 0..255)."""
    real = min(beta * scale * (1 << (31 - _INTEGER_BITS)), (1 << 31) - 1.0)
    multiplier, shift = quantize_multiplier(real)
    diff_min = -math.floor(((1 << _INTEGER_BITS) - 1) * (1 << (31 - _INTEGER_BITS)) / 2.0**shift)
    return multiplier, shift, diff_min, fixed_point.multiply(-np.arange(256, dtype=np.int64), multiplier, shift)


def exp_table(scale: float, beta: float) -> npt.NDArray[np.int64]:
    """exp(-d * scale * beta) as Q0.31 for d = 0..255, 0 where the difference is too large to count."""
    _, _, diff_min, scaled = softmax_scaling(scale, beta)
    values = fixed_exp.exp_on_negative_values(scaled, _INTEGER_BITS)
    return np.where(-np.arange(256) >= diff_min, values, 0)


def two_class_results(exp: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """512 results of the number a beside the number b, for a - b = -256..255 (entry 0 is unused)."""
    differences = np.clip(np.abs(np.arange(-256, 256)), 0, 255)
    total = fixed_point.rounding_divide_by_pot(np.full(512, exp[0]), _SUM_BITS) + fixed_point.rounding_divide_by_pot(
        exp[differences], _SUM_BITS
    )
    scale, over_unit = fixed_exp.reciprocal(total, _SUM_BITS)
    own = np.where(np.arange(-256, 256) >= 0, exp[0], exp[differences])
    products = fixed_point.high_multiply(scale, own)
    right = over_unit + 31 - 8
    shifted = (products + ((1 << right) >> 1)) >> right
    result: npt.NDArray[np.int8] = np.clip(shifted - 128, -128, 127).astype(np.int8)
    return result


def _int16_params(scale: float, beta: float) -> tuple[Param, ...]:
    # float32 product, then a double: as in SoftmaxPrepare().
    rescale = float(np.float32(scale) * np.float32(beta)) / (10.0 / 65535.0)
    multiplier, shift = quantize_multiplier(rescale)
    return (
        Param("scaling", np.asarray([multiplier, shift], np.int32)),
        Param("exp", int16_table(np.exp, 10.0 / 65535, 32767, 2.0 / 65535, 0)),
        Param("reciprocal", int16_table(lambda x: 1.0 / (1.0 + x), 1.0 / 65535, -32768, 2.0 / 65535, 0)),
    )
