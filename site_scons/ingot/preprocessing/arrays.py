# SPDX-License-Identifier: Apache-2.0
"""Numbers of the user's as a network's inputs: NumPy files, and files of the inputs' bytes.

An array of the input's own type is taken as it is. An array of floats for a quantized input are real values, which are
quantized. Any other type is refused: nobody could say whether its numbers are pixels, codes or real values.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.untrusted import read_bounded
from ingot.network.types import Network, NetworkBuffer
from ingot.preprocessing.definition import shape_text
from ingot.preprocessing.numpy_file import numpy_arrays
from ingot.preprocessing.quantization import quantization_of, quantized, range_text

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]


def read_arrays(file: Path, network: Network) -> list[Array]:
    """The arrays of a .npy or .npz file in the order of the network's inputs. Raises IngotError."""
    arrays = numpy_arrays(read_bounded(file, "array"), str(file))
    names = [buffer.name for buffer in network.inputs]
    if len(arrays) != len(names):
        raise IngotError(
            f"has {_counted(len(arrays), 'array')}, the network {_counted(len(names), 'input')}: {', '.join(names)}",
            where=str(file),
            remedy="" if len(names) == 1 else "Give a .npz file with an array for each input, by its name.",
        )
    if len(names) == 1 or list(arrays) == [f"arr_{i}" for i in range(len(names))]:
        return list(arrays.values())
    if set(arrays) != set(names):
        raise IngotError(
            f"has the arrays {', '.join(arrays)}, the network the inputs {', '.join(names)}",
            where=str(file),
            remedy="Name the arrays like the inputs: np.savez(file, **{name: array}).",
        )
    return [arrays[name] for name in names]


def read_bytes(file: Path, network: Network) -> list[Array]:
    """The inputs' bytes as they are in memory, one input behind the other, little-endian. Raises IngotError."""
    import math

    import numpy as np

    content = read_bounded(file, "array")
    counts = [math.prod(buffer.shape) for buffer in network.inputs]
    kinds = [np.dtype(buffer.dtype).newbyteorder("<") for buffer in network.inputs]
    size = sum(count * kind.itemsize for count, kind in zip(counts, kinds, strict=True))
    if len(content) != size:
        what = " and ".join(f"{buffer.dtype} {shape_text(buffer.shape)}" for buffer in network.inputs)
        raise IngotError(f"has {len(content):,} bytes, the network's input {size:,} ({what})", where=str(file))
    arrays, at = [], 0
    for buffer, count, kind in zip(network.inputs, counts, kinds, strict=True):
        arrays.append(np.frombuffer(content, kind, count, at).astype(buffer.dtype).reshape(buffer.shape))
        at += count * kind.itemsize
    return arrays


def input_array(where: str, buffer: NetworkBuffer, array: Array) -> tuple[Array, str]:
    """(the input's array, what was done in words). Raises IngotError for one that does not fit."""
    import numpy as np

    if array.shape == buffer.shape[1:] and buffer.shape[:1] == (1,):
        array = array[None]
    if array.shape != buffer.shape:
        raise IngotError(
            f"is {array.dtype} {shape_text(array.shape)}, input '{buffer.name}' is {buffer.dtype} "
            f"{shape_text(buffer.shape)}",
            where=where,
            remedy=_transposed(array, buffer),
        )
    target = np.dtype(buffer.dtype)
    quantization = quantization_of(buffer)
    if array.dtype.newbyteorder("=") == target:
        what = "codes" if quantization else "values"
        return np.ascontiguousarray(array, dtype=target), f"{buffer.dtype} {what} as they are"
    if array.dtype.kind != "f" or (quantization is None and target.kind != "f"):
        kinds = f"{buffer.dtype} codes, or float32 real values" if quantization else f"{buffer.dtype} values"
        raise IngotError(
            f"is {array.dtype} {shape_text(array.shape)}, input '{buffer.name}' is {buffer.dtype} "
            f"{shape_text(buffer.shape)}",
            where=where,
            remedy=f"Give {kinds}.",
        )
    with np.errstate(over="ignore"):
        reals = array.astype(np.float32)
    bad = np.argwhere(~np.isfinite(reals))
    if len(bad):
        place = ", ".join(map(str, bad[0]))
        raise IngotError(f"the value at [{place}] is {array[tuple(bad[0])]:g}, which {target} cannot hold", where=where)
    if quantization is None:
        return reals, f"{array.dtype} real values -> float32"
    codes, beyond = quantized(reals, quantization)
    if 2 * beyond > codes.size:
        low, high = quantization.reals
        raise IngotError(
            f"{beyond:,} of {codes.size:,} real values are outside of {range_text(round(low, 4), round(high, 4))}, "
            f"which is what input '{buffer.name}' holds ({quantization})",
            where=where,
            remedy=f"Scale them to that range; pixels or codes belong into an array of {buffer.dtype}.",
        )
    return codes, f"{array.dtype} real values -> {quantization}{saturated_text(beyond, codes.size)}"


def saturated_text(beyond: int, total: int) -> str:
    return f"; {beyond:,} of {total:,} values saturate" if beyond else ""


def _transposed(array: Array, buffer: NetworkBuffer) -> str:
    """The remedy for an image whose channels are at the other end."""
    shape = array.shape if len(array.shape) == 4 else (1, *array.shape)
    if len(shape) != 4 or len(buffer.shape) != 4:
        return ""
    for axes, words in (((0, 3, 1, 2), "first"), ((0, 2, 3, 1), "last")):
        if tuple(shape[axis] for axis in axes) == buffer.shape:
            return f"It would fit with its channels {words}: transpose(0, {', '.join(map(str, axes[1:]))})."
    return ""


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
