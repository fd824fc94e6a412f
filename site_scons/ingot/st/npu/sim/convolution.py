# SPDX-License-Identifier: Apache-2.0
"""CONVACC: sums of products of a frame of features and a set of kernels.

features   crop, minus FSUB, ZFRAME around it with ZFBIAS, pads of 0
kernels    a set of NR kernels for each frame (FSTAT: for each frame FSTATCNT sets); of a stream that several units
           share, KFILT says which sets are taken
sums       (H - KH) div VSTRD + 1 rows, columns alike; order: row, column, kernel

In DEEPMODE features come in 24-bit elements: bytes one after the other (FBYTES 3), or each pixel on an element of its
own with its depth padded to a multiple of 3 (FBYTES 1). In DSS2MODE an element has 16 bits, two channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.kernels import KernelShape, unpack_kernels
from ingot.st.npu.registers import Unit
from ingot.st.npu.sim.arithmetic import Ints
from ingot.st.npu.sim.fields import never
from ingot.st.npu.sim.frames import Frames

#: Sums up to here are exact in float32.
EXACT = 1 << 24


def sums_of_products(unit: Unit, fields: Mapping[str, int], features: Frames, kernels: Frames, where: str) -> Ints:
    """(frames, rows * columns * NR) sums, exact. Raises IngotError where frames and kernels do not fit."""
    pixels, order = _features(unit, fields, features, where)
    sets = sets_of_kernels(unit, fields, kernels, where)
    if len(sets) < len(order):
        raise IngotError(f"{unit} needs {len(order)} sets of kernels, {len(sets)} come", where=where)
    sets = sets[: len(order)]
    count, rows, columns, depth = sets.shape[1:]
    size = rows * columns * depth
    bound = 128 * size * max(1, int(np.abs(pixels).max(initial=0)))
    kind: Any = np.float32 if bound < EXACT else np.float64
    table = np.ascontiguousarray(sets.reshape(len(sets), count, size).transpose(0, 2, 1), dtype=kind)
    out: npt.NDArray[Any] | None = None
    for number, frame in enumerate(pixels):
        taken = np.flatnonzero(order == number)
        if not len(taken):
            continue
        windows = _windows(frame.astype(kind), rows, columns, fields["VSTRD"], fields["HSTRD"])
        if not len(windows):
            raise never(f"a kernel of {rows}x{columns} on {frame.shape[0]}x{frame.shape[1]} pixels", unit, where)
        if out is None:
            out = np.empty((len(order), len(windows), count), np.int32)
        wide = table[taken].transpose(1, 0, 2).reshape(size, -1) if len(taken) > 1 else table[taken[0]]
        found = (windows @ wide).astype(np.int32)
        out[taken] = found.reshape(len(windows), len(taken), count).transpose(1, 0, 2)
    assert out is not None
    return out.reshape(len(order), -1)


def _features(
    unit: Unit, fields: Mapping[str, int], features: Frames, where: str
) -> tuple[Ints, npt.NDArray[np.int64]]:
    """The different frames, (frames, height, width, depth), ready to be convolved; and which is used when."""
    depth, height = fields["BTCDEPTH"], fields["H"]
    if not depth or not height or not fields["W"] or fields["W"] % depth or not fields["NR"]:
        raise never(f"frames of {fields['W']}x{height} elements of depth {depth}", unit, where)
    width = fields["W"] // depth
    signed = not fields["FUNSIGNED"]
    if fields["DEEPMODE"] or fields["DSS2MODE"]:
        values = _bytes_of(unit, fields, features, (height, width, depth), where)
    else:
        features = features.cut(height * width * depth, where)
        values = features.read(fields["FBYTES"], signed).reshape(-1, height, width, depth)
    order = np.arange(features.count) if features.order is None else features.order
    if fields["FSTAT"]:
        order = np.repeat(order, fields["FSTATCNT"])
    left, right = _crop(fields["LCROP"], fields["RCROP"], fields["W"], depth, unit, where)
    top, bottom = _crop(fields["TCROP"], fields["BCROP"], height, 1, unit, where)
    values = values[:, top:bottom, left:right]
    if fields["FSUB"]:
        values = values - fields["FSUB"]
    if fields["ZLEFT"] % depth or fields["ZRIGHT"] % depth:
        raise never(f"a frame of {fields['ZLEFT']} and {fields['ZRIGHT']} elements of depth {depth}", unit, where)
    frame = (fields["ZTOP"], fields["ZBOTTOM"]), (fields["ZLEFT"] // depth, fields["ZRIGHT"] // depth)
    pads = (fields["TPAD"], fields["BPAD"]), (fields["LPAD"], fields["RPAD"])
    for around, value in ((frame, fields["ZFBIAS"]), (pads, 0)):
        if any(map(any, around)):
            values = np.pad(values, ((0, 0), *around, (0, 0)), constant_values=value)
    return values, order


def _crop(first: int, last: int, size: int, depth: int, unit: Unit, where: str) -> tuple[int, int]:
    """The pixels or lines that a crop leaves; 0xFFFF is none."""
    end = min(last, size - 1) + 1
    if first % depth or end % depth or first >= end:
        raise never(f"a crop to {first}..{last} of {size} elements of depth {depth}", unit, where)
    return first // depth, end // depth


def _bytes_of(unit: Unit, fields: Mapping[str, int], features: Frames, shape: tuple[int, int, int], where: str) -> Ints:
    """Frames of elements of several bytes, taken apart: (frames, height, width, depth)."""
    size = 2 if fields["DSS2MODE"] else 3
    if features.element != size:
        raise never(f"features of {8 * features.element} bits", unit, where)
    height, width, depth = shape
    each = np.ascontiguousarray(features.values, np.int32).view(np.uint8).reshape(len(features.values), -1, 4)
    flat = each[..., :size].reshape(len(each), -1)
    if fields["FBYTES"] == 1 and fields["DEEPMODE"]:
        padded = -(-depth // 3) * 3
        if flat.shape[1] != height * width * padded:
            raise IngotError(
                f"{unit} gets frames of {flat.shape[1]:,} bytes, not {height}x{width}x{padded}", where=where
            )
        flat = flat.reshape(-1, padded)[:, :depth]
    elif flat.shape[1] < height * width * depth or flat.shape[1] > height * width * depth + size - 1:
        raise IngotError(f"{unit} gets frames of {flat.shape[1]:,} bytes, not {height}x{width}x{depth}", where=where)
    else:
        flat = flat[:, : height * width * depth]
    kind: Any = np.uint8 if fields["FUNSIGNED"] else np.int8
    found: Ints = flat.reshape(len(each), height, width, depth).view(kind).astype(np.int32)
    return found


def sets_of_kernels(unit: Unit, fields: Mapping[str, int], kernels: Frames, where: str) -> npt.NDArray[np.int8]:
    """The sets of kernels that the unit takes: (sets, count, rows, columns, depth). Raises IngotError."""
    shape = KernelShape(fields["NR"], fields["KH"], fields["KW"], fields["BTCDEPTH"], bool(fields["DEEPMODE"]))
    if kernels.element != (3 if fields["DEEPMODE"] else 1):
        raise never(f"kernels in elements of {8 * kernels.element} bits", unit, where)
    sequence = np.ascontiguousarray(kernels.sequence(), np.int32).view(np.uint8).reshape(-1, 4)
    try:
        sets = unpack_kernels(sequence[:, : kernels.element].tobytes(), shape)
    except ValueError as error:
        raise IngotError(f"{unit}: {error}", where=where) from None
    total, first, last = fields["KTOT"], fields["KFIRST"], fields["KLAST"]
    if total <= 1 and (first, last) == (0, 0):
        return sets
    if total % shape.count or first % shape.count or last - first + 1 != shape.count or last >= total:
        raise never(f"the kernels {first} to {last} of {total}, {shape.count} at a time", unit, where)
    return sets[first // shape.count :: total // shape.count]


def _windows(frame: npt.NDArray[Any], rows: int, columns: int, down: int, across: int) -> npt.NDArray[Any]:
    """(height, width, depth) to (windows, rows * columns * depth)."""
    height, width, depth = frame.shape
    if (rows, columns, down, across) == (1, 1, 1, 1):
        return frame.reshape(-1, depth)
    if rows > height or columns > width:
        return np.empty((0, rows * columns * depth), frame.dtype)
    view = np.lib.stride_tricks.sliding_window_view(frame, (rows, columns), axis=(0, 1))[::down, ::across]
    return view.transpose(0, 1, 3, 4, 2).reshape(-1, rows * columns * depth)
