# SPDX-License-Identifier: Apache-2.0
"""Programs made of shapes and windows alone, for tests of the schedule and the plan."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingot.compiler.graph import DType
from ingot.compiler.kernels.program import Activation, Call, Param, Program


def conv_windows(rows_in: int, rows_out: int, kernel: int, stride: int, pad: int) -> npt.NDArray[np.int32]:
    """First and last input row of each output row of a convolution or a pooling."""
    first = np.arange(rows_out) * stride - pad
    last = first + kernel - 1
    return np.stack([first.clip(0, rows_in - 1), last.clip(0, rows_in - 1)], axis=1).astype(np.int32)


class ProgramBuilder:
    """Builds a program call by call; methods return tensor indexes.

    A tensor's shape is (1, rows, row_bytes, 1).
    """

    def __init__(self, name: str = "synthetic") -> None:
        self.name = name
        self.tensors: list[Activation] = []
        self.calls: list[Call] = []
        self.inputs: list[int] = []

    def tensor(self, rows: int, row_bytes: int, role: str = "activation") -> int:
        shape = (1, rows, row_bytes, 1)
        index = len(self.tensors)
        self.tensors.append(Activation(f"t{index}", shape, DType.INT8, None, rows, row_bytes, role, index))
        return index

    def input(self, rows: int, row_bytes: int) -> int:
        index = self.tensor(rows, row_bytes, "input")
        self.inputs.append(index)
        return index

    def rows(self, tensor: int) -> int:
        return self.tensors[tensor].rows

    def width(self, tensor: int) -> int:
        return self.tensors[tensor].row_bytes

    def conv(self, source: int, width: int, kernel: int = 3, stride: int = 1, macs: int = 0, scratch: int = 0) -> int:
        """A windowed operator with SAME padding."""
        rows_in = self.rows(source)
        rows_out = -(-rows_in // stride)
        pad = max((rows_out - 1) * stride + kernel - rows_in, 0) // 2
        target = self.tensor(rows_out, width)
        windows = (conv_windows(rows_in, rows_out, kernel, stride, pad),)
        macs = macs or rows_out * width * kernel
        self.calls.append(Call("conv2d_s8", "conv2d", (source,), (target,), {}, (), macs, windows, (), scratch))
        return target

    def add(self, left: int, right: int) -> int:
        """An element-wise operator of two inputs that may work in place over either."""
        target = self.tensor(self.rows(left), self.width(left))
        line = np.arange(self.rows(left), dtype=np.int32)
        window = np.stack([line, line], axis=1)
        self.calls.append(Call("add_s8", "add", (left, right), (target,), {}, (), 0, (window, window), (0, 1)))
        return target

    def table(self, source: int) -> int:
        """An element-wise operator of one input that may work in place."""
        target = self.tensor(self.rows(source), self.width(source))
        line = np.arange(self.rows(source), dtype=np.int32)
        window = np.stack([line, line], axis=1)
        self.calls.append(Call("table_8to8", "table", (source,), (target,), {}, (), 0, (window,), (0,)))
        return target

    def upsample(self, source: int, factor: int = 2) -> int:
        """Rows doubled, each from its own and the next source row."""
        rows_in = self.rows(source)
        target = self.tensor(rows_in * factor, self.width(source) * factor)
        first = np.arange(rows_in * factor) // factor
        window = np.stack([first, (first + 1).clip(0, rows_in - 1)], axis=1).astype(np.int32)
        self.calls.append(Call("resize", "resize", (source,), (target,), {}, (), 0, (window,)))
        return target

    def whole(self, source: int, size: int) -> int:
        """An operator that needs its whole input."""
        target = self.tensor(1, size)
        self.calls.append(Call("fully_connected_s8", "fully_connected", (source,), (target,), {}, (), 0, (None,)))
        return target

    def fold(self, source: int, size: int, scratch: int = 64) -> int:
        """An operator that adds up the rows of its input and keeps the sums in its scratch."""
        target, rows = self.tensor(1, size), self.rows(source)
        line = np.arange(rows, dtype=np.int32)
        window = np.stack([line, line], axis=1)
        self.calls.append(
            Call(
                "average_pool_rows_s8",
                "pool",
                (source,),
                (target,),
                {},
                windows=(window,),
                scratch=scratch,
                folds=rows,
            )
        )
        return target

    def join(self, *parts: int | None, rows: int = 0, constant: int = 1) -> int:
        """Parts of one width, one below the other; None is a constant of `constant` rows. rows: 1 for a result that
        calls have whole."""
        width = next(self.width(part) for part in parts if part is not None)
        heights = [constant if part is None else self.rows(part) for part in parts]
        total = sum(heights)
        one = rows == 1
        target = self.tensor(1, total * width) if one else self.tensor(total, width)
        starts = np.cumsum([0, *heights])
        windows: list[npt.NDArray[np.int32] | None] = []
        for part, start, height in zip(parts, starts, heights, strict=False):
            row = np.clip(np.arange(total) - start, 0, height - 1)
            if part is not None:
                windows.append(None if one else np.stack([row, row], axis=1).astype(np.int32))
        constants = [number for number, part in enumerate(parts) if part is None]
        self.calls.append(
            Call(
                kernel=f"concat_{len(windows)}",
                descriptor="concat",
                inputs=tuple(part for part in parts if part is not None),
                outputs=(target,),
                fields={
                    "inputs": len(parts),
                    "constants": sum(1 << number for number in constants),
                    "groups": 1,
                    "out_pitch": self.width(target),
                    "part": tuple(height * width if one else height for height in heights),
                    "rows": self.rows(target),
                    "along_rows": int(not one),
                },
                params=tuple(Param(f"part{n}", np.zeros((heights[n], width), np.int8)) for n in constants),
                windows=tuple(windows),
            )
        )
        return target

    def cut(self, source: int, first: int, rows: int) -> int:
        """Some rows of a tensor."""
        target = self.tensor(rows, self.width(source))
        row = np.arange(first, first + rows)
        window = np.stack([row, row], axis=1).astype(np.int32)
        start = first * self.width(source)
        self.calls.append(Call("move_rows", "move", (source,), (target,), {}, windows=(window,), same_from=start))
        return target

    def build(self, *outputs: int) -> Program:
        tensors = [
            Activation(t.name, t.shape, t.dtype, t.quant, t.rows, t.row_bytes, "output", t.graph_id)
            if i in outputs
            else t
            for i, t in enumerate(self.tensors)
        ]
        return Program(self.name, tuple(tensors), tuple(self.calls), tuple(self.inputs), outputs)


def residual_program() -> Program:
    """Three blocks, wide inside and narrow between, of which fusing saves memory."""
    b = ProgramBuilder()
    x = b.conv(b.input(48, 48), 200, stride=2)
    for block in range(3):
        y = b.conv(b.conv(b.conv(x, 900, kernel=1), 900), 200, kernel=1)
        x = b.add(x, y) if block else y
    return b.build(b.conv(x, 64, kernel=1))
