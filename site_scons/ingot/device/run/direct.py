# SPDX-License-Identifier: Apache-2.0
"""Running a program's kernel calls on the host, straight from Python, without generating C.

This is the quickest way to test a kernel with its lowering: about a millisecond a case, once the kernels are compiled.
Every tensor (or ring) has memory of its own, between guards that are checked after every call.

Three ways to run the same program, all of which must give the same bytes:
- `DirectNetwork(program).run(inputs)`: the calls one after the other, or as a schedule says, with its rings;
- `stream(program, inputs)`: every call one row at a time, its inputs and outputs in the smallest rings possible;
- `overwrite(program, inputs)`: every call that may work in place does.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.emit.parameters import parameter_block
from ingot.compiler.emit.rings import direction_fields, ring_fields
from ingot.compiler.kernels.program import Activation, Call, Program
from ingot.compiler.kernels.rows import Window
from ingot.compiler.schedule.reads import streams
from ingot.compiler.schedule.types import Region, Schedule, Step
from ingot.device.run.host_kernels import KernelLibrary, host_kernels

_GUARD = 64
_POISON = 0xA5

_Values = Mapping[int, npt.NDArray[np.uint8]]
"""Tensor -> its bytes."""


class Memory:
    """A block of `size` bytes at a 16-aligned address, between two guards."""

    def __init__(self, size: int, fill: int = 0x5A) -> None:
        self._whole = np.full(size + 2 * _GUARD + 16, _POISON, np.uint8)
        start = _GUARD + (-(self._whole.ctypes.data + _GUARD)) % 16
        self.bytes = self._whole[start : start + size]
        self.bytes[:] = fill
        self._before, self._after = self._whole[:start], self._whole[start + size :]
        self.address = self.bytes.ctypes.data

    def intact(self) -> bool:
        return bool((self._before == _POISON).all() and (self._after == _POISON).all())


class BoundCall:
    """One kernel call with its descriptor, its parameter block and memories for its tensors.

    memories: tensor index -> its memory. rings: tensor index -> rows kept. reverse: its region runs bottom-up.
    """

    def __init__(
        self,
        program: Program,
        index: int,
        memories: Mapping[int, Memory],
        rings: Mapping[int, int],
        lib: KernelLibrary,
        reverse: bool = False,
    ) -> None:
        call = program.calls[index]
        self._lib = lib
        self._what = f"call {index} -> '{program.tensors[call.outputs[0]].name}'"
        self._kernel = call.kernel
        self._function = lib.function(call.kernel)
        fields = {**call.fields, **ring_fields(call, rings), **direction_fields(call, reverse)}
        content = lib.layout(call.descriptor).pack(fields)
        descriptor = Memory(len(content))
        descriptor.bytes[:] = np.frombuffer(content, np.uint8)
        self._kept = [descriptor, *(memories[i] for i in (*call.inputs, *call.outputs))]
        if call.scratch:
            self._kept.append(Memory(call.scratch))
        addresses = [memory.address for memory in self._kept]
        block = parameter_block(call)
        if block.data:
            params = Memory(len(block.data))
            params.bytes[:] = np.frombuffer(block.data, np.uint8)
            self._kept.append(params)
        addresses.append(params.address if block.data else 0)
        self._pointers = [ctypes.c_void_p(address) for address in addresses]

    def __call__(self, row: int, count: int) -> None:
        """Produces `count` rows from `row` upwards. Raises IngotError when the kernel wrote where it must not, or when
        the library's sanitizer reports it."""
        self._function(*self._pointers, ctypes.c_uint(row), ctypes.c_uint(count))
        report = self._lib.sanitizer_report()
        if report:
            raise IngotError(f"kernel ingot_{self._kernel}(): {report}", where=self._what)
        if not all(memory.intact() for memory in self._kept):
            rows = f"rows {row}..{row + count - 1}"
            raise IngotError(f"kernel ingot_{self._kernel}() wrote outside its tensors, {rows}", where=self._what)


class DirectNetwork:
    """A program, ready to run on the host.

    schedule: the order and the rings; None runs the calls one after the other over all their rows.
    After run(), `tensor(i)` returns what tensor i of the program held (the last rows only, for a ring).
    """

    def __init__(self, program: Program, schedule: Schedule | None = None, lib: KernelLibrary | None = None) -> None:
        self.program = program
        lib = lib or host_kernels()
        self._regions = schedule.regions if schedule else sequential_regions(program)
        self._rings: dict[int, int] = {t: rows for region in self._regions for t, rows in region.rings.items()}
        self._memories = {
            i: Memory(self._rings.get(i, tensor.rows) * tensor.row_bytes) for i, tensor in enumerate(program.tensors)
        }
        self._bound = {
            index: BoundCall(program, index, self._memories, self._rings, lib, region.reverse)
            for region in self._regions
            for index in region.calls
        }
        self.reset()

    def reset(self) -> None:
        """State tensors back to their value at the start."""
        for index, tensor in enumerate(self.program.tensors):
            if tensor.role == "state":
                _view(self._memories[index], tensor)[:] = initial_state(tensor)

    def run(self, inputs: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """One inference. Inputs and outputs have the shapes and types of the program's inputs and outputs."""
        check_inputs(self.program, inputs)
        for index, array in zip(self.program.inputs, inputs, strict=True):
            self._memories[index].bytes[:] = _bytes(array)
        for region in self._regions:
            for step in region.steps:
                index = region.calls[step.call]
                self._gather(self.program.calls[index].inputs)
                self._bound[index](step.row, step.count)
        self._gather(self.program.outputs)
        return [self.tensor(index) for index in self.program.outputs]

    def _gather(self, tensors: Iterable[int]) -> None:
        """What is made of pieces, as far as these are there: every tensor has memory of its own here."""
        for tensor in tensors:
            at = 0
            for source, start, size in self.program.tensors[tensor].pieces:
                self._memories[tensor].bytes[at : at + size] = self._memories[source].bytes[start : start + size]
                at += size

    def tensor(self, index: int) -> npt.NDArray[Any]:
        """A copy of what tensor `index` of the program holds."""
        tensor = self.program.tensors[index]
        values = _view(self._memories[index], tensor).copy()
        return values if index in self._rings else values.reshape(tensor.shape)


def stream(
    program: Program, inputs: Sequence[npt.NDArray[Any]], lib: KernelLibrary | None = None
) -> list[npt.NDArray[Any]]:
    """One inference in which every call that can produces one row at a time, from and into the smallest rings possible.

    Tests a kernel's row and ring arithmetic and the windows its lowering states: a row that a window leaves out is not
    there. Tensors without a window, or of one row, are there as a whole.
    """
    check_inputs(program, inputs)
    lib = lib or host_kernels()
    values = _initial_values(program, inputs)
    for index, call in enumerate(program.calls):
        run = _stream_call if streams(program, call) else _whole_call
        values.update(run(program, index, values, lib))
    return [_shaped(program, i, values) for i in program.outputs]


def _stream_call(program: Program, index: int, values: _Values, lib: KernelLibrary) -> dict[int, npt.NDArray[np.uint8]]:
    call = program.calls[index]
    windows = _windows(call)
    rings = {}
    for tensor, window in windows.items():
        ring = int((window[:, 1] - window[:, 0]).max()) + 1
        if ring < program.tensors[tensor].rows and not (np.diff(window, axis=0) < 0).any():
            rings[tensor] = ring
    rings |= {t: min(2, program.tensors[t].rows) for t in call.outputs if program.tensors[t].rows > 1}
    states = {t for t in call.inputs if program.tensors[t].role == "state"}
    memories = {
        t: Memory(rings.get(t, program.tensors[t].rows) * program.tensors[t].row_bytes)
        for t in (*call.inputs, *call.outputs)
    }
    for tensor in set(call.inputs) - set(rings):
        memories[tensor].bytes[:] = values[tensor]
    bound = BoundCall(program, index, memories, rings, lib)
    results = {t: np.empty(program.tensors[t].nbytes, np.uint8) for t in call.outputs}
    fed = dict.fromkeys(rings, 0)
    for row in range(program.rows_of(index)):
        for tensor in set(call.inputs) & set(rings):
            size = program.tensors[tensor].row_bytes
            for source in range(fed[tensor], int(windows[tensor][row, 1]) + 1):
                slot = source % rings[tensor] * size
                memories[tensor].bytes[slot : slot + size] = values[tensor][source * size : (source + 1) * size]
            fed[tensor] = max(fed[tensor], int(windows[tensor][row, 1]) + 1)
        bound(row, 1)
        for tensor, result in results.items():
            size = program.tensors[tensor].row_bytes
            made = 0 if call.folds else row
            slot = made % rings[tensor] * size if tensor in rings else 0
            result[made * size : (made + 1) * size] = memories[tensor].bytes[slot : slot + size]
    return results | {t: memories[t].bytes.copy() for t in states}


def _windows(call: Call) -> dict[int, Window]:
    """tensor -> the first and last row of it that each output row needs, over all inputs that are this tensor; none
    where one of them needs it whole."""
    windows: dict[int, Window] = {}
    for tensor, window in zip(call.inputs, call.windows, strict=False):
        if window is not None:
            other = windows.get(tensor, window)
            low, high = np.minimum(window[:, 0], other[:, 0]), np.maximum(window[:, 1], other[:, 1])
            windows[tensor] = np.stack([low, high], axis=1)
    whole = {t for t, w in itertools.zip_longest(call.inputs, call.windows) if w is None}
    return {t: window for t, window in windows.items() if t not in whole}


def overwrite(
    program: Program, inputs: Sequence[npt.NDArray[Any]], lib: KernelLibrary | None = None
) -> list[npt.NDArray[Any]]:
    """One inference in which every call that may work in place writes over its input (whichever position it allows).

    Tensors are given to each call as copies, so that later readers of the same input are not disturbed.
    """
    check_inputs(program, inputs)
    lib = lib or host_kernels()
    values = _initial_values(program, inputs)
    for index, call in enumerate(program.calls):
        for position in call.inplace or (None,):
            after = _whole_call(program, index, values, lib, position)
            if position != (call.inplace or (None,))[0] and not all(np.array_equal(after[t], values[t]) for t in after):
                raise IngotError(f"ingot_{call.kernel}() differs when it works in place of input {position}")
            if position == (call.inplace or (None,))[-1]:
                values.update(after)
            else:
                values.update({t: after[t] for t in call.outputs})
    return [_shaped(program, i, values) for i in program.outputs]


def _whole_call(
    program: Program, index: int, values: _Values, lib: KernelLibrary, position: int | None = None
) -> dict[int, npt.NDArray[np.uint8]]:
    """Outputs and states after a call over all its rows. position: of the input that it writes over."""
    call = program.calls[index]
    memories = {t: Memory(program.tensors[t].nbytes) for t in (*call.inputs, *call.outputs)}
    if position is not None:
        memories[call.outputs[0]] = memories[call.inputs[position]]
    for source in call.inputs:
        memories[source].bytes[:] = values[source]
    BoundCall(program, index, memories, {}, lib)(0, program.rows_of(index))
    states = (t for t in call.inputs if program.tensors[t].role == "state")
    return {t: memories[t].bytes.copy() for t in (*call.outputs, *states)}


def sequential_regions(program: Program) -> tuple[Region, ...]:
    """Every call a region of its own, over all its rows, in the program's order."""
    return tuple(
        Region(calls=(index,), steps=(Step(0, 0, program.rows_of(index)),)) for index in range(len(program.calls))
    )


def initial_state(tensor: Activation) -> npt.NDArray[Any]:
    """The stored values of a state tensor before the first inference, flat."""
    if tensor.initial is not None:
        return np.ascontiguousarray(tensor.initial).reshape(-1)
    zero = int(tensor.quant.zero_point[0]) if tensor.quant is not None else 0
    return np.full(tensor.nbytes // tensor.dtype.size, zero, tensor.dtype.numpy)


def _initial_values(program: Program, inputs: Sequence[npt.NDArray[Any]]) -> dict[int, npt.NDArray[np.uint8]]:
    """Bytes of the tensors that are known before the first call: inputs and states."""
    values = {i: _bytes(array).copy() for i, array in zip(program.inputs, inputs, strict=True)}
    for i, tensor in enumerate(program.tensors):
        if tensor.role == "state":
            values[i] = initial_state(tensor).view(np.uint8)
    return values


def check_inputs(program: Program, inputs: Sequence[npt.NDArray[Any]]) -> None:
    """Raises IngotError when the arrays are not what the program's inputs want."""
    if len(inputs) != len(program.inputs):
        raise IngotError(f"{len(inputs)} inputs given, the network has {len(program.inputs)}")
    for index, array in zip(program.inputs, inputs, strict=True):
        tensor = program.tensors[index]
        if array.dtype != tensor.dtype.numpy or array.nbytes != tensor.nbytes:
            wanted = f"{tensor.dtype.value} {tensor.shape}"
            raise IngotError(f"input '{tensor.name}' is {array.dtype} {array.shape}, expected {wanted}")


def _bytes(array: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _view(memory: Memory, tensor: Activation) -> npt.NDArray[Any]:
    return memory.bytes.view(tensor.dtype.numpy)


def _shaped(program: Program, index: int, values: Mapping[int, npt.NDArray[np.uint8]]) -> npt.NDArray[Any]:
    tensor = program.tensors[index]
    return values[index].view(tensor.dtype.numpy).reshape(tensor.shape)
