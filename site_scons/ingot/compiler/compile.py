# SPDX-License-Identifier: Apache-2.0
"""From a model file to everything the built-in compiler writes for it.

    read_model -> optimize -> lower -> make_schedule -> make_plan -> emit

Writes <name>.c, <name>.h, <name>_atonbuf.<pool>.raw, <name>_c_info.json and <name>_generate_report.txt into one folder.
Files whose content stays are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.file_names import network_name
from ingot.board.cores import default_core
from ingot.compiler.output_names import output_names
from ingot.model.asked import FIELDS, USUAL, Asked

if TYPE_CHECKING:
    from ingot.board.mpool import Mpool, Pool
    from ingot.compiler.emit.compiled import Compiled
    from ingot.compiler.graph import Graph
    from ingot.compiler.kernels.program import Program
    from ingot.compiler.offload import Offload
    from ingot.compiler.plan.pools import PlanPool
    from ingot.compiler.plan.types import Plan
    from ingot.compiler.schedule.types import ScheduleOptions
    from ingot.model.model_file import ModelFile
    from ingot.network.types import Network, NetworkPool

#: Options that the report names also where they are at their defaults.
TOLD = ("optimize", "fuse", "io_placement", "io_input")


@dataclass(frozen=True)
class CompileOptions(Asked):
    """What a build asks of the compiler (npu= other than "0" needs an Offload), and for what.

    name: C name of the network and first part of the file names. model: display name (default: the file's stem).
    stand_in: the model's weights are invented; every output says so.
    cpu, isa: what the kernels are compiled for (see ingot.compiler.kernels.registry.Target).
    beside, in_turn: names of other networks of the firmware; the pools are what they leave (ingot.several.pools).
    """

    name: str = "network"
    model: str = ""
    stand_in: bool = False
    cpu: str = field(default_factory=lambda: default_core().name)
    isa: str = field(default_factory=lambda: default_core().isa)
    beside: tuple[str, ...] = ()
    in_turn: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: Asked, **others: Any) -> CompileOptions:
        """What is asked, for a network that the other fields describe."""
        return cls(**asked.changes, **others)

    def check(self) -> None:
        """Raises IngotError for a value that is not one of the allowed."""
        from ingot.compiler.frontend.input_shape import parse_input_shape

        parse_input_shape(self.input_shape)
        self.check_choices()
        network_name(self.name, "name")

    @property
    def unroll(self) -> bool:
        """Whether code may grow for speed."""
        return self.optimize == "speed"

    def scheduling(self, fit: int) -> ScheduleOptions:
        """What they ask of schedule and plan. fit: see largest_pool."""
        from ingot.compiler.schedule.types import ScheduleOptions

        return ScheduleOptions(
            optimize="speed" if self.ram_limit else self.optimize,
            fuse=self.fuse,
            keep_inputs=self.io_input == "keep",
            io_placement=self.io_placement,
            input_rows=self.io_input == "rows",
            output_rows=self.io_output == "rows",
            fit=min(fit, self.ram_limit) if self.ram_limit else fit,
        )

    def as_text(self) -> Mapping[str, str]:
        """The options for the report, as a command line has them: the usual ones, and others that were asked for."""
        values = {name: getattr(self, field) for name, field in FIELDS.items()}
        asked = {name for name, field in FIELDS.items() if values[name] != getattr(USUAL, field)}
        words = {name: value for name, value in values.items() if name in asked | {*TOLD}}
        texts = {name: str(int(value) if isinstance(value, bool) else value) for name, value in words.items()}
        return texts | {"cpu": self.cpu, "isa": self.isa}


@dataclass(frozen=True)
class Outputs:
    """What a compilation makes. files: name -> content of all of `output_names`."""

    network: Network
    files: Mapping[str, bytes]

    def write(self, out_dir: Path) -> None:
        """Writes the files whose content is not there yet."""
        from ingot.base.file_names import write_outputs

        write_outputs(out_dir, self.files)


def compile_model(model: Path, mpool: Mpool, out_dir: Path, options: CompileOptions | None = None) -> Network:
    """Compiles a model file into `out_dir` and returns its description.

    Nothing is written before everything has succeeded. Raises IngotError for whatever is wrong with the model, the
    options or the pools.
    """
    from ingot.model.model_file import read_model_file

    outputs = compile_file(read_model_file(model), mpool, options or CompileOptions())
    outputs.write(out_dir)
    return outputs.network


def compile_file(model: ModelFile, mpool: Mpool, options: CompileOptions, offload: Offload | None = None) -> Outputs:
    """Compiles what has been read, and writes nothing. Raises IngotError as `compile_model` does.

    offload: who compiles for the NPU, where options.npu asks for that.
    """
    from ingot.compiler.frontend.detection import detection_behind
    from ingot.compiler.frontend.model import parse_model

    options.check()
    source = parse_model(model, options)
    label = options.model or model.path.stem
    compiled = plan_network(source, model.sha256, mpool, options, label, offload)
    head = detection_behind(model.data, [source.tensors[t].name for t in source.outputs], str(model.path))
    return render_outputs(replace(compiled, detection=head, model_format=model.format), mpool)


def plan_network(
    source: Graph, sha256: str, mpool: Mpool, options: CompileOptions, label: str, offload: Offload | None = None
) -> Compiled:
    """Everything up to the plan: what the writers of files work from. sha256: of the model's file."""
    from ingot.board.mpool import initializer_pool
    from ingot.compiler.emit.compiled import Compiled
    from ingot.compiler.emit.initializer import lay_out_initializer
    from ingot.compiler.findings import findings
    from ingot.compiler.kernels.io_rows import with_rows
    from ingot.compiler.kernels.lower import lower
    from ingot.compiler.kernels.registry import Target
    from ingot.compiler.passes.expand_weights import expand_weights
    from ingot.compiler.passes.optimize import optimize
    from ingot.compiler.plan.planner import make_plan
    from ingot.compiler.schedule.schedule import make_schedule
    from ingot.network.state import check_stateless

    if options.weights_4bit == "expand":
        source = expand_weights(source)
    graph = optimize(offload.partition(source) if offload else source)
    program = lower(graph, Target(options.cpu, options.isa, unroll=options.unroll))
    program = with_rows(program, options.io_input == "rows", options.io_output == "rows")
    if options.in_turn:
        check_stateless(options.name, any(tensor.role == "state" for tensor in program.tensors))
    constants = initializer_pool(mpool)
    _check_bases(mpool)
    pools = _plan_pools(mpool, constants)
    choice = options.scheduling(largest_pool(mpool))
    schedule = make_schedule(program, choice)
    program = schedule.program
    initializer = lay_out_initializer(program)
    if initializer.size > constants.size:
        raise IngotError(
            f"the weights of '{label}' need {initializer.size:,} bytes, pool '{constants.name}' has {constants.size:,}",
            where=mpool.where(constants),
            remedy="Enlarge the pool in the board's .mpool file.",
        )
    if 0 < options.ram_limit < schedule.peak:
        raise IngotError(
            f"ram_limit={options.ram_limit}: the activations of '{label}' take {schedule.peak:,} bytes"
            + ("" if options.fuse else " with fuse=0"),
            remedy="`explore` shows how much RAM the model can do with.",
        )
    plan = make_plan(program, schedule, pools, choice)
    if offload is not None:
        program = _bound(offload, program, plan, mpool, (constants, initializer.blocks))
    return Compiled(
        name=options.name,
        model=label,
        model_sha256=sha256,
        source=source,
        program=program,
        schedule=schedule,
        plan=plan,
        pools=tuple(_network_pool(pool) for pool in mpool.pools),
        notes=(*findings(graph), *(offload.notes() if offload else ())),
        reasons=offload.reasons() if offload else {},
        estimates=offload.estimates() if offload else {},
        pool_notes={pool.name: _note(pool) for pool in mpool.pools},
        initializer_pool=constants.name,
        initializer=initializer,
        prefix=mpool.prefix,
        options=options.as_text(),
        stand_in=options.stand_in,
        io_layout=options.io_layout,
        beside=options.beside,
        in_turn=options.in_turn,
    )


def _bound(
    offload: Offload, program: Program, plan: Plan, mpool: Mpool, initializer: tuple[Pool, Mapping[int, int]]
) -> Program:
    """The program with the NPU's programs for these places. initializer: its pool, and the offsets of its blocks."""
    from dataclasses import replace

    from ingot.compiler.emit.parameters import parameter_block
    from ingot.compiler.offload import LINE, Addresses, jobs_of
    from ingot.compiler.plan.pools import candidates

    constants, blocks = initializer
    bases = {pool.name: pool.base for pool in candidates(_plan_pools(mpool, constants))}
    jobs = jobs_of(program)

    def place(pool: str, offset: int) -> int:
        base = bases.get(pool)
        if base is None or base % LINE:
            raise IngotError(
                f"the NPU cannot use what lies in {f'pool {pool!r}' if pool else 'buffers of the application'}",
                where=mpool.path.name if pool else "io_placement=application",
                remedy=f"Give the pool an offset that is a multiple of {LINE}."
                if pool
                else "npu= needs io_placement=activations.",
            )
        return base + offset

    def tensor(index: int) -> int:
        return place(plan.placements[index].pool, plan.placements[index].offset)

    addresses = {}
    for number, index in jobs.items():
        call = program.calls[index]
        scratch = plan.scratch.get(index)
        addresses[number] = Addresses(
            tuple(map(tensor, call.inputs)),
            tuple(map(tensor, call.outputs)),
            place(scratch.pool, scratch.offset) if scratch else 0,
            (constants.base or 0) + blocks[index],
        )
    calls = list(program.calls)
    for number, params in offload.bind(addresses).items():
        index = jobs[number]
        bound = replace(calls[index], params=params)
        assert len(parameter_block(bound).data) == len(parameter_block(calls[index]).data)
        calls[index] = bound
    return replace(program, calls=tuple(calls))


def _check_bases(mpool: Mpool) -> None:
    """Raises IngotError for a pool in which what is placed would not be aligned to its elements."""
    from ingot.board.mpool import activation_pools, initializer_pool
    from ingot.compiler.schedule.buffers import BASE_ALIGNMENT

    for pool in (*activation_pools(mpool), initializer_pool(mpool)):
        if pool.base is not None and pool.base % BASE_ALIGNMENT:
            raise IngotError(
                f"pool '{pool.name}' begins at 0x{pool.base:08X}, which is not a multiple of {BASE_ALIGNMENT}",
                where=mpool.where(pool),
                remedy=f'Set its "offset" to a multiple of {BASE_ALIGNMENT}: kernels load vectors from there.',
            )


def largest_pool(mpool: Mpool) -> int:
    """Bytes of the largest pool for activations, or of neighbours that may serve as one."""
    from ingot.board.mpool import initializer_pool
    from ingot.compiler.plan.pools import candidates

    return max((pool.size for pool in candidates(_plan_pools(mpool, initializer_pool(mpool)))), default=0)


def write_outputs(compiled: Compiled, out_dir: Path, mpool: Mpool) -> Network:
    """Renders all files of a compiled network, then writes those that changed."""
    outputs = render_outputs(compiled, mpool)
    outputs.write(out_dir)
    return outputs.network


def render_outputs(compiled: Compiled, mpool: Mpool) -> Outputs:
    """All files of a compiled network."""
    from ingot.compiler.emit.description import describe
    from ingot.compiler.emit.initializer import render_initializer
    from ingot.compiler.emit.network_c import emit_network_c
    from ingot.compiler.emit.network_h import emit_network_h
    from ingot.compiler.emit.report import render_report
    from ingot.network.c_info_writing import render_c_info

    code = emit_network_c(compiled)
    raw = render_initializer(compiled.program, compiled.initializer, code.layout_id)
    network = describe(compiled, code, raw)
    names = output_names(compiled.name, mpool)
    texts = {
        names.source: code.text,
        names.header: emit_network_h(compiled),
        names.info: render_c_info(network),
        names.report: render_report(network),
    }
    return Outputs(network, {name: text.encode() for name, text in texts.items()} | {names.raw: raw})


def _plan_pools(mpool: Mpool, constants: Pool) -> list[PlanPool]:
    """The pools that activations may use: never the one that the initializer is in."""
    from ingot.board.mpool import activation_pools
    from ingot.compiler.plan.pools import PlanPool

    return [
        PlanPool(pool.name, pool.base, pool.size, pool.score)
        for pool in activation_pools(mpool)
        if pool.name != constants.name
    ]


def _network_pool(pool: Pool) -> NetworkPool:
    from ingot.network.types import NetworkPool

    return NetworkPool(
        name=pool.name,
        fname=pool.fname,
        base=pool.base,
        size=pool.size,
        used=0,
        rights=pool.rights,
        score=pool.score,
        cacheable=bool(pool.cacheable),
        relative=pool.relative,
    )


def _note(pool: Pool) -> str:
    """The pool's further properties, in the words of ST's network.c."""
    words = [
        f"THROUGHPUT={pool.throughput}",
        f"LATENCY={pool.latency}",
        f"byte width={pool.byte_width}",
        f"freq ratio={pool.freq_ratio:g}",
    ]
    if pool.read_power is not None:
        words.append(f"read_power={pool.read_power:g}")
    if pool.write_power is not None:
        words.append(f"write_power={pool.write_power:g}")
    words.append(f"use4initializers={'YES' if pool.constants_preferred or not pool.writable else 'NO'}")
    return " ".join(words)
