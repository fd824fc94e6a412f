# SPDX-License-Identifier: Apache-2.0
"""The types of a TensorFlow Lite file and the numbers of its constants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite

from ingot.base.errors import IngotError
from ingot.compiler.frontend.flatbuffer import DAMAGED, numbers
from ingot.compiler.graph import DType, frozen

DTYPES = {
    tflite.TensorType.BOOL: DType.BOOL,
    tflite.TensorType.INT8: DType.INT8,
    tflite.TensorType.UINT8: DType.UINT8,
    tflite.TensorType.INT16: DType.INT16,
    tflite.TensorType.INT32: DType.INT32,
    tflite.TensorType.INT64: DType.INT64,
    tflite.TensorType.FLOAT32: DType.FLOAT32,
}
TYPE_NAMES = {v: k.lower() for k, v in vars(tflite.TensorType).items() if isinstance(v, int)}
CONSTANTS_ONLY = {tflite.TensorType.FLOAT16: DType.FLOAT32, tflite.TensorType.INT4: DType.INT8}
"""Types that only constants have, and what they are read as: every float16 is a float32, every int4 an int8."""


def read_data(
    buffer: Any, shape: tuple[int, ...], number: int, produced: bool, data: bytes, place: str
) -> npt.NDArray[Any] | None:
    """The numbers of a tensor; None where its buffer is empty and it is no constant.

    number: the type in the file. produced: an operator or the application writes it. data: the whole file.
    Raises IngotError for another size than the shape's, ValueError for a buffer outside the file.
    """
    raw = numbers(buffer, "Data").astype(np.uint8, copy=False)
    if raw.size == 0 and buffer.Offset() > 1:
        # Large models keep their buffers behind the flatbuffer.
        start, size = int(buffer.Offset()), int(buffer.Size())
        if start + size > len(data):
            raise ValueError("buffer outside the file")
        raw = np.frombuffer(data, np.uint8, size, start)
    count = math.prod(shape)
    wanted = _bytes_of(number, count)
    if raw.size == 0 and (wanted or produced):
        return None
    if raw.size != wanted:
        name = TYPE_NAMES.get(number, "")
        raise IngotError(
            f"the data has {raw.size} bytes, {name} {list(shape)} needs {wanted}.", where=place, remedy=DAMAGED
        )
    if number == tflite.TensorType.BOOL:
        return frozen(raw.astype(np.bool_).reshape(shape))
    if number == tflite.TensorType.INT4:
        return frozen(_nibbles(raw)[:count].reshape(shape))
    if number == tflite.TensorType.FLOAT16:
        return frozen(raw.copy().view(np.dtype("<f2")).astype(np.float32).reshape(shape))
    dtype = DTYPES[number].numpy
    return frozen(raw.copy().view(dtype.newbyteorder("<")).astype(dtype, copy=False).reshape(shape))


def _bytes_of(number: int, count: int) -> int:
    if number == tflite.TensorType.INT4:
        return (count + 1) // 2
    return count * (2 if number == tflite.TensorType.FLOAT16 else DTYPES[number].size)


def _nibbles(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """The signed numbers of four bits, those in the low ones first."""
    both = np.stack([raw << 4, raw & 0xF0], axis=1).reshape(-1)
    signed: npt.NDArray[np.int8] = both.view(np.int8) >> 4
    return signed
