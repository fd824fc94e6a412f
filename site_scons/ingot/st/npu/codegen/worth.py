# SPDX-License-Identifier: Apache-2.0
"""Whether a program of the NPU is worth its start: its least time beside what the CPU would take for its layers.

Both follow from shapes, kinds and the board, never from weights' values, and both are estimated. The NPU's is a lower
bound, with all that its start and the hand-over cost. The CPU's is the cost model that schedules are chosen by, an
instruction a cycle, and its weights from the same flash: the core waits for them, while the NPU fetches and computes at
once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ingot.base.errors import IngotError
from ingot.compiler.graph import Graph, Operator
from ingot.compiler.graph.cost import macs, parameters
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.registry import Target
from ingot.compiler.offload import LINE
from ingot.compiler.passes.optimize import optimize
from ingot.compiler.schedule.cost import layer_cost
from ingot.network.types import Estimate, in_us
from ingot.st.npu.codegen.build import build_of
from ingot.st.npu.codegen.made import Program
from ingot.st.npu.codegen.runs import Run
from ingot.st.npu.codegen.views import VIEWS
from ingot.st.npu.container import write_blob
from ingot.st.npu.cost import costs_of, flash_ns, program_ns

#: Instructions that firmware/npu/npu_cache.c takes for a line: the command, the next address, a comparison, a branch.
PER_LINE = 4
#: Without multiplications, but each element of their image is loaded and added: the work of one.
SUMS_UP = ("MEAN", "AVERAGE_POOL_2D")


def estimates_of(program: Program, runs: Sequence[Run], clock: int) -> list[Estimate]:
    """Of each program. clock: of the CPU's core, in Hz."""
    costs = {cost.epoch: cost for cost in costs_of(build_of(program))} if runs else {}
    found = []
    for run, blob in zip(runs, program.assembled.values(), strict=True):
        mine = [costs[epoch.number] for number in run.operators for epoch in program.operators[number].epochs]
        least = program_ns(mine, 4 * len(write_blob(blob))) + _hand_over(program, run, clock)
        cpu = sum(cpu_ns(program.graph, program.operators[number].op, clock) for number in run.operators)
        found.append(Estimate(least, cpu))
    return found


def quicker_on_cpu(program: Program, runs: Sequence[Run], estimates: Sequence[Estimate]) -> dict[int, str]:
    """Numbers of operators that the CPU runs in no more time than the NPU -> that, with both figures."""
    found: dict[int, str] = {}
    for run, estimate in zip(runs, estimates, strict=True):
        if estimate.cpu <= estimate.npu and _has_kernels(program.graph, run.operators):
            words = f"the CPU is quicker: {in_us(estimate.cpu)} us, the NPU at least {in_us(estimate.npu)} us"
            count = sum(program.operators[number].on_npu for number in run.operators)
            layers = "" if count == 1 else f" for {count} layers"
            found |= dict.fromkeys(run.operators, f"{words}{layers} (estimated)")
    return found


def comparison(estimates: Sequence[Estimate], slow: Collection[int]) -> list[str]:
    """What the report says of all programs, and of the operators that are left to the CPU for their time.

    slow: indexes of these.
    """
    found: list[str] = []
    if estimates:
        total = Estimate(sum(one.npu for one in estimates), sum(one.cpu for one in estimates))
        found.append(f"the layers on the NPU, with the starts of their programs: {total.text}")
    if slow:
        numbers = ", ".join(map(str, sorted(slow)))
        found.append(f"layers of the CPU that the NPU could run, but not sooner (estimated): {numbers}")
    return found


def cpu_ns(graph: Graph, op: Operator, clock: int) -> int:
    """Nanoseconds of an operator on the CPU, with its weights from flash; 0 for one that another one takes in."""
    if op.kind in (*VIEWS, "PAD"):
        return 0
    outputs = [graph.tensors[tensor] for tensor in op.outputs]
    shape, work = outputs[0].shape, macs(graph, op)
    if op.kind in SUMS_UP and op.inputs[0] is not None:
        image = graph.tensors[op.inputs[0]]
        shape, work = image.shape, image.elements
    cycles = layer_cost(shape, work, sum(tensor.nbytes for tensor in outputs))
    return round(1e9 * cycles / clock) + flash_ns(parameters(graph, op)[1])


def _hand_over(program: Program, run: Run, clock: int) -> int:
    """Nanoseconds for the lines of the cache: written back of what is read, forgotten before and behind the program of
    what it writes, and before it of its scratch (network.c).
    """
    reads, writes = (sum(-(-program.lives[key].bytes // LINE) for key in keys) for keys in (run.reads, run.writes))
    return round(1e9 * PER_LINE * (reads + 2 * writes + -(-run.size // LINE)) / clock)


def _has_kernels(graph: Graph, numbers: Collection[int]) -> bool:
    """Whether the CPU can run these operators at all."""
    operators = tuple(graph.operators[number] for number in sorted(numbers))
    made = {tensor for op in operators for tensor in op.outputs}
    read = {tensor for op in operators for tensor in op.inputs if tensor is not None}
    inputs = sorted(tensor for tensor in read - made if not graph.tensors[tensor].is_constant)
    part = replace(graph, operators=operators, inputs=tuple(inputs), outputs=tuple(sorted(made - read)))
    try:
        lower(optimize(part), Target())
    except IngotError:
        return False
    return True
