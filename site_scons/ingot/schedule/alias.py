"""Which results take over the memory of an input, element by element."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.kernels.program import Program
from ingot.schedule.buffers import kept_to_the_end, placed_outside
from ingot.schedule.types import ScheduleOptions


def in_place(program: Program, order: Sequence[int], options: ScheduleOptions) -> dict[int, int]:
    """tensor -> the tensor whose memory it takes over, for calls that run whole, one after the other, in `order`.

    The input must die at that call, must not be wanted after the inference, and must be the planner's to reuse.
    Among several such inputs the one that was born first wins: a residual stream then stays where it is.
    """
    last_use = {tensor: at for at, index in enumerate(order) for tensor in program.calls[index].inputs}
    born = {tensor: at for at, index in enumerate(order) for tensor in program.calls[index].outputs}
    barred = kept_to_the_end(program, options) | placed_outside(program, options)
    outside = placed_outside(program, options)
    root: dict[int, int] = {}
    for at, index in enumerate(order):
        call = program.calls[index]
        target = call.outputs[0] if call.outputs else -1
        if not call.inplace or target in outside:
            continue
        size = program.tensors[target].nbytes
        fit = [
            tensor
            for tensor in (call.inputs[p] for p in call.inplace)
            if last_use[tensor] == at and tensor not in barred and program.tensors[tensor].nbytes == size
        ]
        if fit:
            source = min((born.get(root.get(t, t), -1), t) for t in fit)[1]
            root[target] = root.get(source, source)
    return root
