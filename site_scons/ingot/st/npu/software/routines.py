# SPDX-License-Identifier: Apache-2.0
"""Software epochs by routines of our own. They compute what the kinds mean, not what ST's library computes bit by bit.

Integers round half away from zero, as LiteRT's kernels do. What no public build calls is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.sim.store import Store
from ingot.st.npu.software.calls import Place, SoftwareCall

Array = npt.NDArray[Any]


def run_call(call: SoftwareCall, store: Store) -> None:
    """Runs one call on memory. Raises IngotError for a call that no routine is for."""
    routine = ROUTINES.get(call.name)
    if routine is None:
        raise call.refused("no routine that does it")
    routine(call, store)


def view(store: Store, place: Place, where: str) -> Array:
    """The elements of a buffer in memory, to be read and written: (batch, height, width, channels)."""
    memory = store.view("", place.address, place.extent, where)
    width = place.bits // 8
    data = np.lib.stride_tricks.as_strided(memory, (*place.shape, width), (*place.strides, 1))
    return data


def _read(store: Store, place: Place, where: str) -> Array:
    data = np.ascontiguousarray(view(store, place, where))
    kinds: Mapping[int, Any] = {8: np.int8 if place.signed else np.uint8, 16: "<i2", 32: "<f4"}
    found: Array = data.view(kinds[place.bits])[..., 0]
    return found


def _write(store: Store, place: Place, values: Array, where: str) -> None:
    kinds: Mapping[int, Any] = {8: np.int8 if place.signed else np.uint8, 16: "<i2", 32: "<f4"}
    data = np.ascontiguousarray(values.astype(kinds[place.bits])).view(np.uint8)
    target = view(store, place, where)
    target[...] = data.reshape(target.shape)


def _parameters(call: SoftwareCall, store: Store, name: str, kind: Any, sign: str = "") -> Array:
    """Constants of the structure, such as `is` (scales of the input) and `izp` (its zero points)."""
    count = call.number(f"{name}.dim.num_elem", 1)
    item = np.dtype(kind)
    data = store.view("", call.address(name), count * item.itemsize, call.where)
    return np.frombuffer(data.tobytes(), item)


def _scale(call: SoftwareCall, store: Store, side: str) -> tuple[Array, Array]:
    """Scales and zero points, float64."""
    scales = _parameters(call, store, f"{side}s", "<f4").astype(np.float64)
    signed = call.number(f"{side}zp.format.is_signed", 1)
    points = _parameters(call, store, f"{side}zp", np.int8 if signed else np.uint8).astype(np.float64)
    return scales, points


def _quantized(values: Array, point: Array, place: Place) -> Array:
    """Rounded, then moved by the zero point, inside the type."""
    low, high = (-128, 127) if place.signed else (0, 255)
    rounded = np.where(values < 0, np.ceil(values - 0.5), np.floor(values + 0.5))
    held: Array = np.clip(rounded + point, low, high)
    return held


def _dequantize(call: SoftwareCall, store: Store) -> None:
    source, target = call.place("general.input"), call.place("general.output")
    scales, points = _scale(call, store, "i")
    values = _read(store, source, call.where).astype(np.float64)
    _write(store, target, ((values - points) * scales).astype(np.float32).reshape(target.shape), call.where)


def _quantize(call: SoftwareCall, store: Store) -> None:
    source, target = call.place("general.input"), call.place("general.output")
    scales, points = _scale(call, store, "o")
    values = _read(store, source, call.where).astype(np.float64) / scales
    _write(store, target, _quantized(values, points, target).reshape(target.shape), call.where)


def _softmax(call: SoftwareCall, store: Store) -> None:
    """Both forms: of floats, and of integers with scales."""
    source, target = call.place("general.input"), call.place("general.output")
    if call.number("axis") not in (2, 3) or source.shape[1] != 1 or 1 not in source.shape[2:]:
        raise call.refused(f"a softmax along axis {call.number('axis')} of {source.shape}")
    values = _read(store, source, call.where).astype(np.float64).reshape(source.shape[0], -1)
    integer = call.name.endswith("_integer")
    if integer:
        scales, points = _scale(call, store, "i")
        values = (values - points) * scales
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    if integer:
        scales, points = _scale(call, store, "o")
        shares = _quantized(shares / scales, points, target)
    _write(store, target, shares.reshape(target.shape), call.where)


def _activation(call: SoftwareCall, store: Store) -> None:
    source, target = call.place("general.input"), call.place("general.output")
    if call.word("general.type") != "LL_SW_SIGMOID":
        raise call.refused(f".general.type = {call.word('general.type')}")
    values = _read(store, source, call.where).astype(np.float64)
    _write(store, target, (1 / (1 + np.exp(-values))).reshape(target.shape), call.where)


def _resize(call: SoftwareCall, store: Store) -> None:
    """Bilinear, with centers of pixels at half."""
    source, target = call.place("general.input"), call.place("general.output")
    words = call.word("mode"), call.word("coord_transf_mode")
    if words != ("RESIZE_LINEAR", "HALF_PIXEL") or source.shape[3] != target.shape[3]:
        raise call.refused(f"a resize {words[0]}, {words[1]}")
    values = _read(store, source, call.where).astype(np.float64)
    for axis in (1, 2):
        old, new = source.shape[axis], target.shape[axis]
        at = np.clip((np.arange(new) + 0.5) * (old / new) - 0.5, 0, old - 1)
        low = np.floor(at).astype(np.int64)
        share = (at - low).reshape([-1 if side == axis else 1 for side in range(4)])
        high = np.minimum(low + 1, old - 1)
        values = np.take(values, low, axis) * (1 - share) + np.take(values, high, axis) * share
    (scale_in, point_in), (scale_out, point_out) = _scale(call, store, "i"), _scale(call, store, "o")
    values = (values - point_in) * (scale_in / scale_out)
    _write(store, target, _quantized(values, point_out, target), call.where)


def _convolution(call: SoftwareCall, store: Store) -> None:
    """A convolution with a multiplier a channel; groups as ONNX has them."""
    source, kernels, target = (call.place(name) for name in ("general.input", "weights", "general.output"))
    x = _read(store, source, call.where).astype(np.float64)
    scale_in, point_in = _scale(call, store, "i")
    scale_out, point_out = _scale(call, store, "o")
    weights = _read(store, kernels, call.where).astype(np.float64)
    scales = _parameters(call, store, "ws", "<f4").astype(np.float64)
    points = _parameters(call, store, "wzp", np.int8)
    bias = _parameters(call, store, "bias", "<i4").astype(np.float64)
    groups, pads, strides = call.number("ngroup"), call.numbers("pads"), call.numbers("strides")
    if np.any(points) or call.numbers("dilations") != (1, 1) or len(pads) != 4 or len(strides) != 2:
        raise call.refused("zero points of weights or dilations")
    top, left, bottom, right = pads
    x = np.pad(x - point_in, ((0, 0), (top, bottom), (left, right), (0, 0)))
    outputs, rows, columns, depth = weights.shape
    height, width = target.shape[1:3]
    each = outputs // groups
    sums = np.zeros((x.shape[0], height, width, outputs))
    for row in range(rows):
        for column in range(columns):
            part = x[:, row : row + height * strides[0] : strides[0], column : column + width * strides[1] : strides[1]]
            for group in range(groups):
                block = weights[group * each : (group + 1) * each, row, column]
                sums[..., group * each : (group + 1) * each] += part[..., group * depth : (group + 1) * depth] @ block.T
    values = (sums + bias) * (scale_in * scales / scale_out)
    _write(store, target, _quantized(values, point_out, target), call.where)


def _concat(call: SoftwareCall, store: Store) -> None:
    """Axes count (batch, channels, height, width)."""
    sources, (target,) = call.table(0), call.table(2)
    axis = call.integer(3)
    if axis not in (1, 2, 3) or call.integer(1) != len(sources):
        raise call.refused(f"a concatenation of {call.argument(1)} along axis {axis}")
    parts = [view(store, place, call.where).copy() for place in sources]
    view(store, target, call.where)[...] = np.concatenate(parts, axis={1: 3, 2: 1, 3: 2}[axis])


def _blocks(call: SoftwareCall) -> tuple[Place, Place, int, int]:
    (source,), (target,) = call.table(0), call.table(2)
    if call.integer(1) != 1:
        raise call.refused(f"{call.argument(1)} inputs")
    return source, target, call.integer(3), call.integer(4)


def _depth_to_space(call: SoftwareCall, store: Store) -> None:
    """Channels in groups, one a pixel of the block."""
    source, target, rows, columns = _blocks(call)
    batch, height, width, _ = source.shape
    data = view(store, source, call.where).copy().reshape(batch, height, width, rows, columns, -1)
    moved = data.transpose(0, 1, 3, 2, 4, 5)
    out = view(store, target, call.where)
    if out.size != moved.size:
        raise call.refused(f"blocks of {rows}x{columns} of {source.shape} to {target.shape}")
    out[...] = moved.reshape(out.shape)


def _space_to_depth(call: SoftwareCall, store: Store) -> None:
    """The opposite."""
    source, target, rows, columns = _blocks(call)
    batch, height, width, _ = source.shape
    if height % rows or width % columns:
        raise call.refused(f"blocks of {rows}x{columns} of {source.shape}")
    data = view(store, source, call.where).copy()
    data = data.reshape(batch, height // rows, rows, width // columns, columns, -1).transpose(0, 1, 3, 2, 4, 5)
    out = view(store, target, call.where)
    out[...] = data.reshape(out.shape)


def _transpose(call: SoftwareCall, store: Store) -> None:
    """By the permutation of the sides as they lie in memory."""
    (source,), (target,) = call.table(0), call.table(2)
    places, order = call.array(4), call.array(5)
    if len(order) != 4 or tuple(places[side] for side in order) != tuple(range(4)):
        raise call.refused(f"the permutation {order}")
    source = Place(source.address, source.shape, call.array(1), source.bits)
    target = Place(target.address, target.shape, call.array(3), target.bits)
    fits = tuple(source.shape[side] for side in order) == target.shape
    other = tuple(source.shape[side] for side in places) == target.shape
    if not fits or (other and places != order):
        raise call.refused(f"the permutation {order} of {source.shape} to {target.shape}")
    view(store, target, call.where)[...] = view(store, source, call.where).copy().transpose(*order, 4)


ROUTINES: Mapping[str, Callable[[SoftwareCall, Store], None]] = {
    "ll_sw_forward_dequantizelinear": _dequantize,
    "ll_sw_forward_quantizelinear": _quantize,
    "ll_sw_forward_softmax": _softmax,
    "ll_sw_forward_softmax_integer": _softmax,
    "ll_sw_forward_activ": _activation,
    "ll_sw_forward_resize_integer": _resize,
    "ll_sw_forward_conv_integer": _convolution,
    "LL_ATON_LIB_Concat": _concat,
    "LL_ATON_LIB_DMA_DepthToSpace": _depth_to_space,
    "LL_ATON_LIB_DMA_SpaceToDepth": _space_to_depth,
    "LL_ATON_LIB_DMA_Transpose": _transpose,
}
