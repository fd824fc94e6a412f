# SPDX-License-Identifier: Apache-2.0
"""STRIDED_SLICE: which indexes it takes along each axis, as LiteRT resolves masks, negative and outlying indexes."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.compiler.frontend.mismatch import Mismatch
from ingot.compiler.graph import Operator


def strided_slice_ranges(
    shape: Sequence[int], begin: Sequence[int], end: Sequence[int], strides: Sequence[int], op: Operator
) -> list[range]:
    """The indexes taken along each axis of the input; a range of one for an axis that is shrunk away.

    New axes of the result are not listed: they move no data. Raises Mismatch on what LiteRT refuses.
    """
    return [taken for taken, _ in _resolved(shape, begin, end, strides, op) if taken is not None]


def strided_slice_shape(
    shape: Sequence[int], begin: Sequence[int], end: Sequence[int], strides: Sequence[int], op: Operator
) -> tuple[int, ...]:
    """The shape of the result. Raises Mismatch on what LiteRT refuses."""
    axes = _resolved(shape, begin, end, strides, op)
    return tuple(1 if taken is None else len(taken) for taken, shrunk in axes if not shrunk)


def _resolved(
    shape: Sequence[int], begin: Sequence[int], end: Sequence[int], strides: Sequence[int], op: Operator
) -> list[tuple[range | None, bool]]:
    """One (indexes, shrunk away) an axis of the result before shrinking; None instead of indexes for a new axis."""
    ellipsis, new = (op.attrs.get(f"{name}_mask", 0) for name in ("ellipsis", "new_axis"))
    shrink = op.attrs.get("shrink_axis_mask", 0)
    count = len(begin)
    plain = sum(1 for i in range(count) if not (ellipsis | new) >> i & 1)
    if not count == len(end) == len(strides) or plain > len(shape) or 0 in strides or bin(ellipsis).count("1") > 1:
        raise Mismatch(f"begin {list(begin)}, end {list(end)}, strides {list(strides)} do not fit {list(shape)}")
    if (ellipsis | new) >> count:
        raise Mismatch(f"its ellipsis or new-axis mask means more than its {count} indexes")
    axes: list[tuple[range | None, bool]] = []
    axis = 0
    for i in range(count):
        if ellipsis >> i & 1:
            for _ in range(len(shape) - plain):
                axes.append((range(shape[axis]), False))
                axis += 1
        elif new >> i & 1:
            axes.append((None, False))
        else:
            axes.append((_indexes(shape[axis], begin[i], end[i], strides[i], i, op), bool(shrink >> i & 1)))
            axis += 1
    axes.extend((range(extent), False) for extent in shape[axis:])
    return axes


def _indexes(extent: int, begin: int, end: int, step: int, bit: int, op: Operator) -> range:
    masked = {name: op.attrs.get(f"{name}_mask", 0) >> bit & 1 for name in ("begin", "end", "shrink_axis")}
    low, high = (0, extent) if step > 0 else (-1, extent - 1)

    def resolve(index: int) -> int:
        return min(max(index + extent if index < 0 else index, low), high)

    first, last = (low, high) if step > 0 else (high, low)
    start = first if masked["begin"] else resolve(begin)
    if masked["shrink_axis"]:
        if not 0 <= start < extent:
            raise Mismatch(f"index {begin} is outside an extent of {extent}")
        return range(start, start + 1)
    if masked["end"]:
        return range(start, last, step)
    return range(start, resolve(end + start if op.attrs.get("offset") else end), step)
