# SPDX-License-Identifier: Apache-2.0
"""A buffer's bytes and a tensor's numbers: sides, order in memory, zero point.

The compiler has (batch, channels, height, width). What TFLite has as (batch, height, width, channels) keeps its order
outside of the transposes at the model's ends, and has it changed inside.

    last     batch, height, width, channels
    first    batch, channels, height, width
    mixed    batch, group, height, width, channel: groups of `batch` channels
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.st.npu.judge.model import ModelTensor
from ingot.st.prebuilt.network_c import SourceBuffer

Array = npt.NDArray[Any]
#: Relative difference of a scale as network.c prints it and as the model has it.
CLOSE = 1e-5
_BYTES = {"int8": 1, "uint8": 1, "int16": 2, "int32": 4, "float32": 4}


def sides(buffer: SourceBuffer) -> tuple[int, ...]:
    """(batch, channels, height, width) of a buffer; () when it has not four sides."""
    if len(buffer.view) != 4:
        return ()
    batch, height, width, channels = buffer.view
    return (batch, channels, height, width)


def turns(tensor: ModelTensor, buffer: SourceBuffer) -> list[bool]:
    """How the tensor fits the buffer's sides: turned to channels first (True), or as it is (False)."""
    found = sides(buffer)
    if not found:
        return []
    fits = []
    if tensor.channels_last and len(tensor.shape) == 4:
        batch, height, width, channels = tensor.shape
        if _plain((batch, channels, height, width)) == _plain(found):
            fits.append(True)
    if _plain(tensor.shape) == _plain(found):
        fits.append(False)
    return fits


def _plain(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def quantized_alike(tensor: ModelTensor, buffer: SourceBuffer) -> bool:
    """Whether both have one scale, the same, and zero points that differ by what uint8 and int8 differ by."""
    if len(buffer.scale) != 1 or not tensor.scale or buffer.dtype not in ("int8", "uint8"):
        return False
    point = buffer.zero_point[0] if buffer.zero_point else 0
    moved = 128 * ((buffer.dtype == "uint8") - (tensor.dtype == "uint8"))
    close = abs(buffer.scale[0] - tensor.scale) <= CLOSE * tensor.scale
    return close and point == tensor.zero_point + moved and tensor.dtype in ("int8", "uint8")


def whole(buffer: SourceBuffer) -> bool:
    """Whether the buffer's bytes are exactly its elements."""
    count = 1
    for size in buffer.view:
        count *= size
    return buffer.size == count * _BYTES.get(buffer.dtype, 0) and (
        buffer.layout != "mixed" or (buffer.batch > 0 and sides(buffer)[1] % buffer.batch == 0)
    )


def to_memory(values: Array, buffer: SourceBuffer, turned: bool) -> Array:
    """A tensor's numbers in the order of a buffer's memory, flat."""
    shape = sides(buffer)
    if turned:
        values = values.transpose(0, 3, 1, 2)
    return _ordered(values.reshape(shape), buffer)


def _ordered(values: Array, buffer: SourceBuffer) -> Array:
    batch, channels, height, width = values.shape
    if buffer.layout == "last":
        return values.transpose(0, 2, 3, 1).reshape(-1)
    if buffer.layout == "mixed":
        grouped = values.reshape(batch, channels // buffer.batch, buffer.batch, height, width)
        return grouped.transpose(0, 1, 3, 4, 2).reshape(-1)
    return values.reshape(-1)


def channels_of(buffer: SourceBuffer) -> Array:
    """The channel of each element, in the order of memory."""
    batch, channels, height, width = sides(buffer)
    numbers = np.broadcast_to(np.arange(channels).reshape(1, channels, 1, 1), (batch, channels, height, width))
    return _ordered(np.ascontiguousarray(numbers), buffer)


def stored(values: Array, tensor: ModelTensor, buffer: SourceBuffer, turned: bool) -> Array:
    """The tensor as the buffer would hold it: int64, or float32 for a buffer of floats. Floats are quantized."""
    if buffer.dtype == "float32":
        real = values.astype(np.float32)
        if tensor.scale:
            real = ((values.astype(np.float64) - tensor.zero_point) * tensor.scale).astype(np.float32)
        return to_memory(real, buffer, turned)
    point = buffer.zero_point[0] if buffer.zero_point else 0
    if not tensor.scale:
        low, high = (0, 255) if buffer.dtype == "uint8" else (-128, 127)
        whole = np.rint(values.astype(np.float64) / buffer.scale[0]) + point
        return to_memory(np.clip(whole, low, high).astype(np.int64), buffer, turned)
    return to_memory(values.astype(np.int64) - tensor.zero_point + point, buffer, turned)


def held(data: Array, buffer: SourceBuffer) -> Array:
    """The numbers that a buffer's bytes hold."""
    if buffer.dtype == "float32":
        return np.ascontiguousarray(data).view("<f4")
    kind: Any = {"int8": np.int8, "uint8": np.uint8, "int16": "<i2", "int32": "<i4"}[buffer.dtype]
    found: Array = np.ascontiguousarray(data).view(kind).astype(np.int64)
    return found


def packed(values: Array, buffer: SourceBuffer) -> bytes:
    """The opposite of `held`."""
    kind: Any = {"float32": "<f4", "int8": np.int8, "uint8": np.uint8}[buffer.dtype]
    return values.astype(kind).tobytes()
