# SPDX-License-Identifier: Apache-2.0
"""A small compiled network of two tables, put together by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingot.compiler.emit.compiled import Compiled
from ingot.compiler.emit.initializer import lay_out_initializer
from ingot.compiler.graph import DType, Graph, Operator, Quantization, Tensor
from ingot.compiler.kernels.program import Activation, Call, Param, Program
from ingot.compiler.plan.planner import make_plan
from ingot.compiler.plan.pools import PlanPool
from ingot.compiler.schedule.buffers import buffers_of
from ingot.compiler.schedule.types import Region, Schedule, ScheduleOptions, Step
from ingot.network.types import NetworkPool

ROWS, WIDTH = 6, 10
POOLS = (
    NetworkPool("cpuRAM2", "AXISRAM2", 0x34100000, 0x100000, 0, "ACC_WRITE", 84),
    NetworkPool("octoFlash", "xSPI2", 0x70380000, 0x100000, 0, "ACC_READ", 50, cacheable=True),
)


def quantization(scale: float, zero_point: int) -> Quantization:
    return Quantization(np.array([scale], np.float32), np.array([zero_point], np.int64))


def table_program(seed: int = 0) -> Program:
    """x -> table -> m -> table -> y, (1, ROWS, WIDTH, 1) int8; all values from the seed, the structure fixed."""
    rng = np.random.default_rng(seed)
    tensors = tuple(
        Activation(
            name,
            (1, ROWS, WIDTH, 1),
            DType.INT8,
            quantization(float(rng.uniform(0.001, 1)), int(rng.integers(-128, 128))),
            ROWS,
            WIDTH,
            role,
            number,
        )
        for number, (name, role) in enumerate((("x", "input"), ('m "*/', "activation"), ("y", "output")))
    )
    window = np.stack([np.arange(ROWS, dtype=np.int32)] * 2, axis=1)
    calls = tuple(
        Call(
            "table_8to8",
            "table",
            (i,),
            (i + 1,),
            {"row_elements": WIDTH},
            (Param("entries", rng.permutation(256).astype(np.uint8)),),
            macs=0,
            windows=(window,),
            origin=(i,),
        )
        for i in range(2)
    )
    return Program("tables", tensors, calls, (0,), (2,))


def source_graph(program: Program) -> Graph:
    """The graph that table_program() could have come from."""
    tensors = tuple(Tensor(t.name, t.shape, t.dtype, t.quant) for t in program.tensors)
    operators = tuple(Operator("LOGISTIC", (i,), (i + 1,), index=i, origin=(i,)) for i in range(2))
    return Graph("tables", tensors, operators, (0,), (2,))


def with_offsets(program: Program, schedule: Schedule, options: ScheduleOptions) -> Schedule:
    """A schedule made by hand with its buffers one behind the other."""
    offsets, end = {}, 0
    for buffer in buffers_of(program, schedule.regions, schedule.aliases, options):
        offsets[buffer.tensors[0]], end = end, end + (buffer.size + 15) // 16 * 16
    return replace(schedule, offsets=offsets)


def compiled_table(
    seed: int = 0, *, fused: bool = False, io_placement: str = "activations", pools: tuple[NetworkPool, ...] = POOLS
) -> Compiled:
    """The network, planned into `pools`; fused runs row by row with a ring of two rows."""
    program = table_program(seed)
    options = ScheduleOptions(io_placement=io_placement, keep_inputs=True)
    regions = tuple(Region((i,), (Step(0, 0, ROWS),)) for i in range(2))
    if fused:
        steps = tuple(step for row in range(ROWS) for step in (Step(0, row, 1), Step(1, row, 1)))
        regions = (Region((0, 1), steps, {1: 2}),)
    schedule = Schedule(regions, 0)
    schedule = with_offsets(program, schedule, options)
    places = [PlanPool(p.name, p.base, p.size, p.score) for p in pools if p.rights == "ACC_WRITE"]
    plan = make_plan(program, replace(schedule, lower_bound=1), places, options)
    return Compiled(
        name="network",
        model="tables",
        model_sha256="0" * 64,
        source=source_graph(program),
        program=program,
        schedule=schedule,
        plan=plan,
        pools=pools,
        initializer_pool="octoFlash",
        initializer=lay_out_initializer(program),
    )
