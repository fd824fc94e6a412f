# SPDX-License-Identifier: Apache-2.0
"""NumPy's files of arrays, read with limits: an array is as large as the bytes that are there for it."""

from __future__ import annotations

import io
import math
import zipfile
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.untrusted import LARGEST, archive_errors

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

LONGEST_HEAD = 10_000
MOST_ARRAYS = 256


def numpy_arrays(content: bytes, where: str, most: int = MOST_ARRAYS) -> dict[str, Array]:
    """The arrays of a .npz file by name, or {"arr_0": the array} of a .npy file. Raises IngotError.

    most: arrays that a file may hold.
    """
    if not content.startswith(b"PK"):
        return {"arr_0": _array(content, where)}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
            if len(listed) > most or sum(item.file_size for item in listed) > LARGEST["array"]:
                raise IngotError("holds more or larger arrays than a network has", where=where)
            parts = {item.filename: archive.read(item) for item in listed}
    except archive_errors() as error:
        raise IngotError(f"is not a readable NumPy file: {error}", where=where) from None
    return {name.removesuffix(".npy"): _array(part, f"{where}:{name}") for name, part in parts.items()}


def _array(content: bytes, where: str) -> Array:
    """The array of a .npy file of format 1.0 or 2.0. Raises IngotError."""
    import tokenize

    import numpy as np

    stream = io.BytesIO(content)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    try:
        version = np.lib.format.read_magic(stream)
        if version not in readers:
            raise ValueError(f"format {version[0]}.{version[1]} is not known")
        shape, fortran, dtype = readers[version](stream, max_header_size=LONGEST_HEAD)
        if dtype.hasobject or dtype.names or dtype.itemsize == 0:
            raise ValueError(f"it has values of {dtype}, which are no numbers")
        size = math.prod(shape) * dtype.itemsize
        if any(extent < 0 for extent in shape) or size != len(content) - stream.tell():
            raise ValueError(f"{len(content) - stream.tell():,} bytes of values, the head says {size:,}")
        values = np.frombuffer(content, dtype, offset=stream.tell())
        return values.reshape(shape, order="F" if fortran else "C")
    except (
        ValueError,
        TypeError,
        KeyError,
        SyntaxError,
        RecursionError,
        MemoryError,
        EOFError,
        OverflowError,
    ) as error:
        raise IngotError(f"is not a readable NumPy file: {error}", where=where) from None
    except (tokenize.TokenError, UnicodeError, AttributeError, IndexError) as error:
        raise IngotError(f"is not a readable NumPy file: {error}", where=where) from None
