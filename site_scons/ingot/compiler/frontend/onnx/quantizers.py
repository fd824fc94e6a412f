# SPDX-License-Identifier: Apache-2.0
"""QuantizeLinear and DequantizeLinear. Numbers of uint8 are read as numbers of int8, 128 less, as are zero points: what
is computed of the real numbers behind them does not change. The same goes for uint16 and int16, 32,768 less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingot.compiler.even.formulas import quantize
from ingot.compiler.frontend.onnx.proto import Node
from ingot.compiler.frontend.onnx.reading import Reading, Result, ints, option, reads
from ingot.compiler.frontend.onnx.values import UNSIGNED, Constant, Value
from ingot.compiler.graph import DType, Quantization, frozen
from ingot.compiler.graph.arithmetic import EVEN

_ACTIVATIONS = ("int8", "uint8", "int16", "uint16")


def _parameters(reading: Reading, node: Node, rank: int) -> tuple[Quantization, str]:
    """Scale and zero point, and the type of the stored numbers ("" where the node does not say)."""
    scale = reading.constant(node, 1, "the scale").real().astype(np.float32).reshape(-1)
    dtype = ""
    zero_point = np.zeros(scale.size, np.int64)
    if node.has(2):
        zeros = reading.constant(node, 2, "the zero point").data
        dtype, zero_point = zeros.dtype.name, zeros.astype(np.int64).reshape(-1)
    if option(node, "block_size", 0):
        raise reading.error(node, "its numbers are quantized in blocks.", "Quantize with one scale a channel.")
    if zero_point.size == 1 < scale.size:
        zero_point = np.repeat(zero_point, scale.size)
    if scale.size == 0 or scale.size != zero_point.size:
        raise reading.error(node, f"it has {scale.size} scales and {zero_point.size} zero points.")
    if not np.isfinite(scale).all() or (scale <= 0).any():
        raise reading.error(node, "a scale is zero, negative or not a number.", "Calibrate the model again.")
    axis = 0
    if scale.size > 1:
        axis = reading.axis(node, int(option(node, "axis", 1)), rank)
    return Quantization(frozen(scale), frozen(zero_point), axis), dtype


def _signed(quant: Quantization, dtype: str) -> tuple[Quantization, DType]:
    """The same as int8 where it is of uint8, as int16 where it is of uint16."""
    if dtype not in UNSIGNED:
        return quant, DType(dtype)
    signed = UNSIGNED[dtype]
    return Quantization(quant.scale, frozen(quant.zero_point + signed.least), quant.axis), signed.dtype


@reads("QuantizeLinear")
def quantize_linear(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.get(node, 0)
    quant, dtype = _parameters(reading, node, len(source.shape))
    dtype = dtype or "uint8"
    if isinstance(source, Constant):
        if quant.per_channel:
            shape = [1] * source.data.ndim
            shape[quant.axis] = -1
            scale, zero = quant.scale.reshape(shape), quant.zero_point.reshape(shape)
            limits = np.iinfo(dtype)
            codes = np.clip(
                np.rint(source.real().astype(np.float32) / scale).astype(np.float64) + zero, limits.min, limits.max
            )
        else:
            codes = quantize(source.real(), float(quant.scale[0]), int(quant.zero_point[0]), np.dtype(dtype))
        return [Constant(codes.astype(dtype))]
    if quant.per_channel:
        raise reading.error(node, "an activation has a scale a channel.", "Quantize activations per tensor.")
    if dtype not in _ACTIVATIONS:
        raise reading.error(node, f"it makes {dtype}.", f"Activations may be {', '.join(_ACTIVATIONS)}.")
    signed, stored = _signed(quant, dtype)
    builder = reading.builder
    t = builder.tensor(node.outputs[0], source.stored_shape, stored, signed)
    builder.emit("QUANTIZE", (source.tensor,), (t,), {"arithmetic": EVEN})
    return [Value(t, source.shape, source.order, source.columns)]


@reads("DequantizeLinear")
def dequantize_linear(reading: Reading, node: Node) -> Sequence[Result]:
    source = reading.get(node, 0)
    if isinstance(source, Constant) and source.quant is not None:
        raise reading.error(node, "its input is dequantized already.")
    quant, dtype = _parameters(reading, node, len(source.shape))
    if isinstance(source, Constant):
        return [Constant(source.data, quant, source.small)]
    builder = reading.builder
    tensor, codes = builder.tensors[source.tensor], source.tensor
    if quant.per_channel:
        raise reading.error(node, "an activation has a scale a channel.", "Quantize activations per tensor.")
    signed, _ = _signed(quant, dtype or tensor.dtype.value)
    if tensor.quant is None or not signed.same(tensor.quant):
        codes = builder.tensor(f"{tensor.name}/other scale", tensor.shape, tensor.dtype, signed)
        builder.emit("RESHAPE", (source.tensor, builder.constant(ints(tensor.shape))), (codes,))
    t = builder.tensor(node.outputs[0], source.stored_shape, DType.FLOAT32)
    builder.emit("DEQUANTIZE", (codes,), (t,))
    return [Value(t, source.shape, source.order, source.columns)]
