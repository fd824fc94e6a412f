# SPDX-License-Identifier: Apache-2.0
"""What a graph of a QDQ model computes, with NumPy: the definition that kernels are compared with.

Written for clearness: sums are of 64 bits, windows are gathered one tap after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.even import formulas, resize
from ingot.compiler.frontend.float_functions import float_function
from ingot.compiler.frontend.plain_values import plain_values
from ingot.compiler.graph import DType, Graph, Operator, Tensor
from ingot.compiler.graph.arithmetic import is_even

Array = npt.NDArray[Any]
_Function = Callable[[Operator, Sequence[Tensor], Tensor, Sequence[Array]], Array]


def _keep(t: int, values: Array) -> None:
    """Leaves every tensor as it is."""


def evaluate(
    graph: Graph, inputs: Sequence[Array], seen: Callable[[int, Array], Array | None] = _keep
) -> dict[int, Array]:
    """The values of all tensors. inputs: in the graph's order, of its shapes and types.

    seen: takes every tensor with its values; what it returns, if anything, is what later operators get instead.
    Raises IngotError at an operator that is not known here.
    """
    values = {t: tensor.data for t, tensor in enumerate(graph.tensors) if tensor.data is not None}
    values |= dict(zip(graph.inputs, inputs, strict=True))
    for op in graph.operators:
        arrays = [values[t] for t in op.inputs if t is not None]
        results = outputs_of(graph.tensors, op, arrays)
        for t, result in zip(op.outputs, results, strict=True):
            tensor = graph.tensors[t]
            made = np.asarray(result).astype(tensor.dtype.numpy).reshape(tensor.shape)
            other = seen(t, made)
            values[t] = made if other is None else other
    return values


def layer_sums(tensors: Sequence[Tensor], op: Operator, arrays: Sequence[Array]) -> Array | None:
    """The sums of a layer with their biases, in 64 bits and not saturated; None for other operators."""
    sums = _SUMS.get(op.kind)
    if sums is None or not is_even(op):
        return None
    return _biased(sums(op, [tensors[t] for t in op.inputs if t is not None], tensors[op.outputs[0]], arrays), arrays)


def outputs_of(tensors: Sequence[Tensor], op: Operator, arrays: Sequence[Array]) -> Sequence[Array]:
    """The outputs of one operator for these inputs (the present ones)."""
    output = tensors[op.outputs[0]]
    given = [tensors[t] for t in op.inputs if t is not None]
    if is_even(op):
        return [_EVEN[op.kind](op, given, output, arrays)]
    if op.kind in _OTHERS:
        return [_OTHERS[op.kind](op, given, output, arrays)]
    found = plain_values(tensors, op, list(arrays))
    if found is None:
        raise IngotError(f"nothing says what {op.kind} computes of {given[0].dtype.value}.", where=output.name)
    return found


def _clamped(op: Operator, codes: Array) -> Array:
    return np.clip(codes, op.attrs["low"], op.attrs["high"])


def _scaled(op: Operator, sums: Array, scales: Any, output: Tensor) -> Array:
    """sums: without their bias, of 64 bits."""
    real = sums.astype(np.float32) * np.asarray(scales, np.float32)
    return _clamped(op, formulas.nearest(real) + output.zero_point)


def _biased(sums: Array, arrays: Sequence[Array]) -> Array:
    return sums + (arrays[2].astype(np.int64) if len(arrays) > 2 else 0)


def _taps(op: Operator, image: Array, extents: Sequence[int], window: tuple[int, int], fill: float) -> list[Array]:
    """For every tap of a window the pixels under it, (batch, height, width, channels). extents: of the result."""
    attrs = op.attrs
    height, width = extents[1:3]
    dilation_h, dilation_w = attrs.get("dilation_h", 1), attrs.get("dilation_w", 1)
    bottom = max((height - 1) * attrs["stride_h"] + (window[0] - 1) * dilation_h + 1 - image.shape[1], 0)
    right = max((width - 1) * attrs["stride_w"] + (window[1] - 1) * dilation_w + 1 - image.shape[2], 0)
    sides = ((0, 0), (attrs["pad_top"], bottom), (attrs["pad_left"], right), (0, 0))
    padded = np.pad(image, sides, constant_values=fill)
    taps = []
    for y in range(window[0]):
        for x in range(window[1]):
            rows = slice(y * dilation_h, y * dilation_h + (height - 1) * attrs["stride_h"] + 1, attrs["stride_h"])
            columns = slice(x * dilation_w, x * dilation_w + (width - 1) * attrs["stride_w"] + 1, attrs["stride_w"])
            taps.append(padded[:, rows, columns])
    return taps


def _matrix_product(a: Array, b: Array) -> Array:
    """Of integers, exact: as float64, whose products libraries make fast, they stay below 2^53."""
    return (a.astype(np.float64) @ b.astype(np.float64)).astype(np.int64)


def _conv(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    image, weights = arrays[0].astype(np.int64) - given[0].zero_point, arrays[1].astype(np.int64)
    out_c, height, width, group_c = weights.shape
    each, sums = out_c // (image.shape[3] // group_c), np.zeros(output.shape, np.int64)
    taps = _taps(op, image, output.shape, (height, width), 0)
    for tap, pixels in enumerate(taps):
        for group in range(image.shape[3] // group_c):
            part = slice(group * each, (group + 1) * each)
            columns = pixels[..., group * group_c : (group + 1) * group_c]
            sums[..., part] += _matrix_product(columns, weights[part, tap // width, tap % width].T)
    return sums


def _depthwise(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    image, weights = arrays[0].astype(np.int64) - given[0].zero_point, arrays[1].astype(np.int64)
    _, height, width, out_c = weights.shape
    taps = _taps(op, image, output.shape, (height, width), 0)
    times = out_c // image.shape[3]
    sums = np.zeros(output.shape, np.int64)
    for tap, pixels in enumerate(taps):
        sums += np.repeat(pixels, times, axis=3) * weights[0, tap // width, tap % width]
    return sums


def _fully_connected(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    vectors = arrays[0].reshape(-1, arrays[1].shape[1]).astype(np.int64) - given[0].zero_point
    return _matrix_product(vectors, arrays[1].T)


_SUMS: Mapping[str, _Function] = {
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
}


def _layer(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    sums = _biased(_SUMS[op.kind](op, given, output, arrays), arrays)
    if given[0].dtype is DType.INT8:
        sums = np.clip(sums, formulas.INT32.min, formulas.INT32.max)
    channels = arrays[1].shape[3 if op.kind == "DEPTHWISE_CONV_2D" else 0]
    return _scaled(op, sums, formulas.layer_scales(given[0], given[1], output, channels), output)


def _sum(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    if output.dtype is DType.INT16:
        first, second = (formulas.dequantize(a, t.scale, t.zero_point) for a, t in zip(arrays, given, strict=True))
        return _real(op, first - second if op.kind == "SUB" else first + second, output)
    a, b, rest = formulas.sum_scales(given[0], given[1], output, subtract=op.kind == "SUB")
    real = formulas.fused(arrays[0], a, formulas.fused(arrays[1], b, np.float32(rest)))
    return _clamped(op, formulas.nearest(real))


def _real(op: Operator, numbers: Array, output: Tensor) -> Array:
    """Of int16: what the file says, in float32."""
    return _clamped(op, formulas.quantize(numbers, output.scale, output.zero_point, output.dtype))


def _product(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    if output.dtype is DType.INT16:
        left, right = (formulas.dequantize(a, t.scale, t.zero_point) for a, t in zip(arrays, given, strict=True))
        return _real(op, left * right, output)
    first, second = (a.astype(np.int64) - t.zero_point for a, t in zip(arrays, given, strict=True))
    scale = formulas.product_scale(given[0], given[1], output)
    return _clamped(op, formulas.nearest(formulas.fused(first * second, scale, np.float32(output.zero_point))))


def _matrices(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    first, second = (
        (a.astype(np.int64) - t.zero_point).swapaxes(-1, -2 if op.attrs[turned] else -1)
        for a, t, turned in zip(arrays, given, ("adj_x", "adj_y"), strict=True)
    )
    return _scaled(op, _matrix_product(first, second), formulas.product_scale(given[0], given[1], output), output)


def _softmax_codes(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    differences = arrays[0].max(axis=-1, keepdims=True).astype(np.int64) - arrays[0]
    powers = formulas.powers(given[0], op.attrs["beta"])[differences]
    sums = powers.astype(np.int64).sum(axis=-1, keepdims=True)
    return _scaled(op, powers, formulas.share_scale(sums, output), output)


def _mean(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    axes = tuple(sorted({int(a) % arrays[0].ndim for a in arrays[1].reshape(-1)}))
    numbers = arrays[0].astype(np.int64) - given[0].zero_point
    count = numbers.size // max(output.elements, 1)
    return _scaled(op, numbers.sum(axis=axes), formulas.average_scale(given[0], output, count), output)


def _average_pool(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    image = arrays[0].astype(np.int64) - given[0].zero_point
    window = (op.attrs["filter_h"], op.attrs["filter_w"])
    sums = np.sum(_taps(op, image, output.shape, window, 0), axis=0)
    counts = np.sum(_taps(op, np.ones_like(image), output.shape, window, 0), axis=0)
    if op.attrs["include_pad"]:
        counts = np.full_like(counts, window[0] * window[1])
    scales = np.float32(given[0].scale) / (np.float32(output.scale) * counts.astype(np.float32))
    return _scaled(op, sums, scales, output)


def _resize(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    real = formulas.dequantize(arrays[0], given[0].scale, given[0].zero_point)
    return _clamped(op, resize.resized(op, real, output))


def _quantize(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    return formulas.quantize(arrays[0], output.scale, output.zero_point, output.dtype)


_EVEN: Mapping[str, _Function] = {
    **dict.fromkeys(_SUMS, _layer),
    "ADD": _sum,
    "SUB": _sum,
    "MUL": _product,
    "BATCH_MATMUL": _matrices,
    "SOFTMAX": _softmax_codes,
    "MEAN": _mean,
    "AVERAGE_POOL_2D": _average_pool,
    "RESIZE_BILINEAR": _resize,
    "QUANTIZE": _quantize,
}


def _table(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    entries: Array = np.asarray(op.attrs["entries"])[arrays[0].view(np.uint8)]
    return entries


def _dequantize(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    return formulas.dequantize(arrays[0], given[0].scale, given[0].zero_point)


def _max_pool(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    fill = np.iinfo(arrays[0].dtype).min if arrays[0].dtype.kind == "i" else -np.inf
    result: Array = np.max(
        _taps(op, arrays[0], output.shape, (op.attrs["filter_h"], op.attrs["filter_w"]), fill), axis=0
    )
    return result


def _resize_nearest(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    rows, columns = (np.arange(output.shape[i]) * arrays[0].shape[i] // output.shape[i] for i in (1, 2))
    return arrays[0][:, rows][:, :, columns]


def _resize_bilinear(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    """As firmware/kernels/resize_bilinear.c does in float32."""
    (y0, y1, v), (x0, x1, u) = (_between(op, given[0].shape[i], output.shape[i]) for i in (1, 2))
    top, bottom, v, u = arrays[0][:, y0], arrays[0][:, y1], v[:, None, None], u[:, None]
    one = np.float32(1)
    result: Array = top[:, :, x0] * (one - v) * (one - u)
    for part in (bottom[:, :, x0] * v * (one - u), top[:, :, x1] * (one - v) * u, bottom[:, :, x1] * v * u):
        result = result + part
    return result + np.float32(0)


def _between(op: Operator, size: int, extent: int) -> tuple[Array, Array, Array]:
    """For every result along an axis the two numbers that it lies between, and how far behind the first."""
    at, half = np.arange(extent).astype(np.float32), np.float32(0.5)
    if op.attrs["align_corners"] and extent > 1:
        at = at * (np.float32(size - 1) / np.float32(extent - 1))
    else:
        scale = np.float32(size) / np.float32(extent)
        at = (at + half) * scale - half if op.attrs["half_pixel_centers"] else at * scale
    first = np.maximum(np.floor(at), 0).astype(np.int64)
    second = np.minimum(np.ceil(at), size - 1).astype(np.int64)
    return first, second, at - first.astype(np.float32)


def _prelu(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    return np.where(arrays[0] >= 0, arrays[0], arrays[0] * arrays[1])


def _reduce_max(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    result: Array = arrays[0].max(axis=tuple({int(a) % arrays[0].ndim for a in arrays[1].reshape(-1)}))
    return result


def _softmax(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    """As firmware/kernels/softmax.c does in float32: one power after the other is added."""
    shifted = (arrays[0] - arrays[0].max(axis=-1, keepdims=True)) * np.float32(op.attrs["beta"])
    powers = np.exp(shifted.astype(np.float64)).astype(np.float32)
    result: Array = powers / np.add.accumulate(powers, axis=-1)[..., -1:]
    return result


def _logistic(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    """As firmware/kernels/unary_f32.c does in float32."""
    x = arrays[0]
    with np.errstate(over="ignore"):
        up, down = (np.exp(y.astype(np.float64)).astype(np.float32) for y in (x, -x))
    result: Array = np.where(x < -9, up, np.float32(1) / (np.float32(1) + down))
    return np.where(x > np.float32(16.619047164916992), np.float32(1), result)


def _relu(op: Operator, given: Sequence[Tensor], output: Tensor, arrays: Sequence[Array]) -> Array:
    return float_function(op, list(arrays))


_OTHERS: Mapping[str, _Function] = {
    "table": _table,
    "DEQUANTIZE": _dequantize,
    "MAX_POOL_2D": _max_pool,
    "RESIZE_NEAREST_NEIGHBOR": _resize_nearest,
    "RESIZE_BILINEAR": _resize_bilinear,
    "PRELU": _prelu,
    "REDUCE_MAX": _reduce_max,
    "SOFTMAX": _softmax,
    "LOGISTIC": _logistic,
    "RELU": _relu,
}
"""Operators of one arithmetic only, and those that stay in float32, whose last bits differ between C libraries."""

FLOAT = frozenset({"SOFTMAX", "LOGISTIC", "TANH", "EXP"})


def is_exact(graph: Graph, op: Operator) -> bool:
    """Whether every implementation has the same bits."""
    return not (op.kind in FLOAT and graph.tensors[op.outputs[0]].dtype is DType.FLOAT32)
