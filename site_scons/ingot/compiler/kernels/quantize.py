# SPDX-License-Identifier: Apache-2.0
"""QUANTIZE and DEQUANTIZE (firmware/kernels/quantize.c; 8-bit inputs through firmware/kernels/table.c).

Formulas: LiteRT's kernels/quantize.cc, internal/reference/quantize.h, requantize.h and dequantize.h.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.quantize_multiplier import quantize_multiplier
from ingot.compiler.kernels.registry import Site, elements, lowers, packs
from ingot.compiler.kernels.rows import same_rows
from ingot.compiler.passes.fixed_point import multiply

packs(quantize=1, requantize=1, dequantize=1)

_SUFFIX = {DType.INT8: "s8", DType.UINT8: "u8", DType.INT16: "s16", DType.INT32: "s32", DType.FLOAT32: "f32"}
_BYTES = (DType.INT8, DType.UINT8)
_QUANTIZE = {
    (DType.FLOAT32, DType.INT8),
    (DType.FLOAT32, DType.UINT8),
    (DType.FLOAT32, DType.INT16),
    (DType.INT16, DType.INT8),
    (DType.INT16, DType.INT16),
    (DType.INT16, DType.INT32),
    (DType.INT32, DType.INT8),
    (DType.INT32, DType.INT16),
    *((a, b) for a in _BYTES for b in (*_BYTES, DType.INT16)),
}


def quantize_types(graph: Graph, op: Operator) -> bool:
    """float32 to 8 or 16 bits; 8 bits to 8 or 16 bits; int16 to int8, int16, int32; int32 to int8, int16."""
    return (graph.tensors[op.inputs[0] or 0].dtype, graph.tensors[op.outputs[0]].dtype) in _QUANTIZE


def dequantize_types(graph: Graph, op: Operator) -> bool:
    """int8, uint8, int16 or int32 to float32."""
    source, target = graph.tensors[op.inputs[0] or 0], graph.tensors[op.outputs[0]]
    return source.dtype in (*_BYTES, DType.INT16, DType.INT32) and target.dtype is DType.FLOAT32


def quantized_per_tensor(graph: Graph, op: Operator) -> bool:
    """The quantized input and output have one scale each."""
    tensors = [graph.tensors[t] for t in (op.inputs[0], op.outputs[0]) if t is not None]
    return all(t.dtype is DType.FLOAT32 or (t.quant is not None and not t.quant.per_channel) for t in tensors)


@lowers("QUANTIZE", constraints=(quantize_types, quantized_per_tensor), pieces=elements)
def lower_quantize(site: Site) -> Call:
    """ingot_quantize_f32_<type>(), ingot_requantize_<type>_<type>(), or a table for 8-bit inputs."""
    source, target = site.input(0), site.output()
    if source.dtype is DType.FLOAT32:
        scale = np.float32(target.scale)
        words = np.zeros(3, np.int32)
        words[:2] = np.asarray([scale, np.float32(1) / scale], np.float32).view(np.int32)
        words[2] = target.zero_point
        return quantize_call(site, f"quantize_f32_{_SUFFIX[target.dtype]}", Param("scaling", words))
    multiplier, shift = quantize_multiplier(float(np.float32(source.scale)) / float(np.float32(target.scale)))
    if source.dtype in _BYTES:
        limits = np.iinfo(target.dtype.numpy)
        values = multiply(_codes(source) - source.zero_point, multiplier, shift) + target.zero_point
        return _table(site, np.clip(values, limits.min, limits.max).astype(target.dtype.numpy))
    words = np.asarray([source.zero_point, multiplier, shift, target.zero_point], np.int32)
    return quantize_call(site, f"requantize_{_SUFFIX[source.dtype]}_{_SUFFIX[target.dtype]}", Param("scaling", words))


@lowers("DEQUANTIZE", constraints=(dequantize_types, quantized_per_tensor), pieces=elements)
def lower_dequantize(site: Site) -> Call:
    """ingot_dequantize_<type>_f32(), or a table for 8-bit inputs."""
    source = site.input(0)
    if source.dtype in _BYTES:
        return _table(site, (np.float64(source.scale) * (_codes(source) - source.zero_point)).astype(np.float32))
    words = np.asarray([0, source.zero_point], np.int32)
    words[:1] = np.asarray([source.scale], np.float32).view(np.int32)
    return quantize_call(site, f"dequantize_{_SUFFIX[source.dtype]}_f32", Param("scaling", words))


def _codes(tensor: Tensor) -> npt.NDArray[np.int64]:
    """The 256 stored numbers in the order of their bytes taken as unsigned."""
    return np.arange(256).astype(np.uint8).view(tensor.dtype.numpy).astype(np.int64)


def _table(site: Site, entries: npt.NDArray[np.generic]) -> Call:
    return quantize_call(site, f"table_8to{8 * entries.itemsize}", Param("entries", entries), "table")


def quantize_call(site: Site, kernel: str, param: Param, descriptor: str = "quantize") -> Call:
    """One call of a kernel that goes over elements."""
    source, target = site.rows_in(0), site.rows_out()
    return Call(
        kernel=kernel,
        descriptor=descriptor,
        inputs=(0,),
        outputs=(0,),
        fields={"row_elements": target.row_bytes // target.dtype.size},
        params=(param,),
        windows=(same_rows(source, target),),
        inplace=(0,) if source.dtype.size == target.dtype.size else (),
    )
