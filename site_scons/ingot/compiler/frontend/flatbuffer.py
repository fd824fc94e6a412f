# SPDX-License-Identifier: Apache-2.0
"""Careful access to a flatbuffer that may be damaged.

The generated accessors trust every offset. Python's own bounds checks turn a wild one into some exception; here each
of them becomes an IngotError, and no count from the file is believed before it fits into the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError

DAMAGED = "The file is damaged or not a TensorFlow Lite model; export or download it again."

_ACCESS_ERRORS = (
    struct.error,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    MemoryError,
)


@contextmanager
def reading(where: str, what: str) -> Iterator[None]:
    """Turns the failures of accessors inside into an IngotError about `what` at `where`."""
    try:
        yield
    except _ACCESS_ERRORS:
        # The text of an accessor names neither the file nor anything the reader of the message knows.
        what = f"cannot read {what}: an offset, a size or a number in it is impossible."
        raise IngotError(what, where=where, remedy=DAMAGED) from None


def count(table: Any, field: str) -> int:
    """Length of a vector field, 0 when absent. Raises ValueError when that many elements cannot be in the file."""
    length = int(getattr(table, f"{field}Length")())
    if length > len(table._tab.Bytes):
        raise ValueError(f"{field} has {length} elements")
    return length


def tables(table: Any, field: str) -> list[Any]:
    """All elements of a vector of tables."""
    get = getattr(table, field)
    return [get(i) for i in range(count(table, field))]


def numbers(table: Any, field: str) -> npt.NDArray[Any]:
    """A vector of numbers as an array; empty when absent."""
    if count(table, field) == 0:
        return np.empty(0, np.int64)
    return np.asarray(getattr(table, f"{field}AsNumpy")())


def text(table: Any, field: str) -> str:
    """A string field; "" when absent. Bytes that are no UTF-8 are shown as escapes."""
    value = getattr(table, field)()
    return "" if value is None else bytes(value).decode("utf-8", "backslashreplace")
