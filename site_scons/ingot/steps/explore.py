# SPDX-License-Identifier: Apache-2.0
"""What less RAM costs: the step `explore`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.board.cores import core_named
from ingot.board.target import open_board
from ingot.model.asked import USUAL, Asked

if TYPE_CHECKING:
    from ingot.compiler.kernels.program import Program

OPTIMIZE = ("ram", "balanced", "speed")

#: Stands in commands for the folder of one schedule; names of the programs in that folder.
WAY, FIRMWARE, PLAIN = "@WAY@", "validate.elf", "inference.elf"

Ask = tuple[str, Any]
"""An option of the compiler with its value."""


@dataclass(frozen=True)
class Way:
    """One way to schedule a model, and what it costs.

    asks: options, each of which asks for it. peak: bytes of activations. cost: instructions by the cost model.
    instructions, code: measured on the twin, None when nothing was measured. code: bytes more than
    the empty application. cycles: estimated from that run, None where LLVM's model is not there.
    """

    asks: tuple[Ask, ...]
    peak: int
    cost: int
    fused: int
    steps: int
    instructions: int | None = None
    code: int | None = None
    cycles: int | None = None

    @property
    def figures(self) -> tuple[int, int, int]:
        """What is compared: peak, instructions, code."""
        return self.peak, self.cost if self.instructions is None else self.instructions, self.code or 0

    def how(self, flags: bool) -> str:
        """How to ask for it: as options of a build, or as flags of `ingot compile`."""
        return " or ".join(_flag(*ask) if flags else f"{ask[0]}={ask[1]}" for ask in self.asks)


def _flag(name: str, value: Any) -> str:
    return "--no-fuse" if name == "fuse" else f"--{name.replace('_', '-')} {value}"


def explore(
    model: Path,
    board: Path,
    objects: Sequence[Path] = (),
    empty: Path | None = None,
    *,
    cc: Sequence[str] = (),
    link: Sequence[str] = (),
    link_plain: Sequence[str] = (),
    kernels: Mapping[str, Any] | None = None,
    archive: str = "",
    asked: Asked = USUAL,
    flags: bool = False,
    stack: int | None = None,
    heap: int | None = None,
    as_json: bool = False,
) -> None:
    """Prints the schedules of a model that no other beats in peak memory, instructions and code, as a table or JSON.

    Those of `optimize` are there in any case. flags: options are named as those of the command `ingot compile`.
    asked: what all of them have in common; without `fuse` there is one schedule.

    objects: what the commands read: object files and archives. empty: the firmware of the empty application. cc, link,
    link_plain: the recipe's commands that compile network.c, link the twin's firmware, and link that of the application
    `inference` (for the size of the code). archive: where both find their kernels; kernels: the other arguments of the
    step compile_kernels. WAY stands in all of them for the folder of one schedule. With these every schedule is built
    and run on the twin; without them instructions are the cost model's.
    """
    from ingot.base.console import say

    ways = ways_of(model, board, asked)
    if objects and empty:
        programs = Programs(cc, link, link_plain, kernels or {}, archive, stack, heap)
        with tempfile.TemporaryDirectory(prefix="ingot-explore-") as name:
            for number, way in enumerate(ways):
                say(f"explore {number + 1} of {len(ways)}: {way.how(flags)}")
                folder = Path(name) / str(number)
                folder.mkdir()
                ways[number] = measured(way, _figures(model, board, empty, folder, asked, way.asks[0], programs))
    show(ways, flags, as_json)


@dataclass(frozen=True)
class Programs:
    """The recipe's commands for the programs of one schedule, in which WAY stands for its folder; stack and heap of the
    first of them, in bytes, None for the board's."""

    cc: Sequence[str]
    link: Sequence[str]
    link_plain: Sequence[str]
    kernels: Mapping[str, Any]
    archive: str
    stack: int | None
    heap: int | None


def measure_way(
    model: Path,
    board: Path,
    objects: Sequence[Path],
    empty: Path,
    facts: Path,
    *,
    ask: Mapping[str, Any],
    asked: Asked = USUAL,
    cc: Sequence[str],
    link: Sequence[str],
    link_plain: Sequence[str],
    kernels: Mapping[str, Any] | None = None,
    archive: str = "",
    stack: int | None = None,
    heap: int | None = None,
) -> None:
    """Builds one schedule, runs it on the twin, and writes the figures of a Way as JSON, for `measured`.

    ask: the option that asks for the schedule, and its value. asked: as in `explore`. The rest is
    as in `explore`.
    """
    with tempfile.TemporaryDirectory(prefix="ingot-explore-") as folder:
        programs = Programs(cc, link, link_plain, kernels or {}, archive, stack, heap)
        ((name, value),) = ask.items()
        found = _figures(model, board, empty, Path(folder), asked, (name, value), programs)
    facts.parent.mkdir(parents=True, exist_ok=True)
    facts.write_text(json.dumps(found, sort_keys=True) + "\n")


def _figures(
    model: Path, board: Path, empty: Path, folder: Path, asked: Asked, ask: Ask, programs: Programs
) -> dict[str, int | None]:
    """What one schedule costs on the twin. folder: an empty one for its files."""
    from ingot.compiler.output_names import output_names
    from ingot.device.run.bench import measure
    from ingot.steps import compile as compile_steps
    from ingot.steps import link as link_steps
    from ingot.steps.kernels import compile_kernels

    twin, pools = open_board(board, twin=True)
    names = output_names("network", pools)
    outputs = [folder / file for file in names.all()]
    network = compile_steps.compile_network(model, board, outputs, twin=True, asked=replace(asked, **dict([ask])))
    script, c_info = folder / "firmware.ld", folder / names.info
    stack, heap = programs.stack, programs.heap
    link_steps.linker_script(c_info, board, script, twin=True, app="validate", stack=stack, heap=heap)
    (folder / "obj").mkdir()
    if programs.kernels:
        compile_kernels([c_info], Path(programs.archive.replace(WAY, str(folder))), **programs.kernels)
    for command in (programs.cc, programs.link, programs.link_plain):
        _run([word.replace(WAY, str(folder)) for word in command])
    found = measure(ask[0], folder / FIRMWARE, empty, network, folder, twin, folder / PLAIN)
    return {
        "peak": found.activations,
        "instructions": found.instructions,
        "code": found.code,
        "cycles": found.cycles,
    }


def measured(way: Way, figures: Mapping[str, int | None]) -> Way:
    """The way with what `measure_way` wrote."""
    known: dict[str, Any] = {name: figures[name] for name in ("peak", "instructions", "code", "cycles")}
    return replace(way, **known)


def show(ways: Sequence[Way], flags: bool, as_json: bool) -> None:
    """Prints the ways as a table or as JSON."""
    print(as_json_text(ways, flags) if as_json else table(ways, flags), end="\n" if as_json else "")


def undominated(ways: Sequence[Way]) -> list[Way]:
    """The ways that no other beats in everything, smallest peak first; of equals the first one given."""
    result: list[Way] = []
    for i, way in enumerate(ways):
        others = [(other, j) for j, other in enumerate(ways) if j != i]
        if not any(_as_good(other, way) and (other.figures != way.figures or j < i) for other, j in others):
            result.append(way)
    return sorted(result, key=lambda way: way.figures)


def shown(ways: Sequence[Way]) -> list[tuple[Way, Way | None]]:
    """The undominated ways, and those of `optimize` whatever they are, each of these with one that is as good."""
    best = undominated(ways)
    rows: list[tuple[Way, Way | None]] = [(way, None) for way in best]
    for way in ways:
        if way not in best and way.asks[0][0] == "optimize":
            rows.append((way, next(other for other in best if _as_good(other, way))))
    return sorted(rows, key=lambda row: row[0].figures)


def _as_good(one: Way, other: Way) -> bool:
    return all(a <= b for a, b in zip(one.figures, other.figures, strict=True))


def table(ways: Sequence[Way], flags: bool = False) -> str:
    """One line a way, and how to get it. flags: of `ingot compile`."""
    from ingot.base.text_table import text_table

    if not ways:
        return "nothing to compute, so nothing to choose\n"
    least = min(way.figures[1] for way in ways) or 1
    measured = ways[0].instructions is not None
    estimated = any(way.cycles is not None for way in ways)  # llvm-mca may not be installed
    rows = []
    for way, better in shown(ways):
        peak, instructions, code = way.figures
        more = f"{100 * instructions / least - 100:+.2f} %"
        cycles = ["" if way.cycles is None else f"{way.cycles:,}"] if estimated else []
        sizes = [*cycles, f"{code:,}"] if measured else []
        how = way.how(flags) + (f" ({better.how(flags)} is no worse in anything)" if better else "")
        rows.append([f"{peak:,}", f"{instructions:,}", more, *sizes, str(way.fused), str(way.steps), how])
    titles = ["peak RAM", "instructions" if measured else "instructions (estimate)", "more"]
    titles += [*(["est. cycles"] if estimated else []), *(["code"] if measured else [])]
    titles += ["fused calls", "steps", "how to get it"]
    return text_table(titles, rows, "r" * (len(titles) - 1))


def as_json_text(ways: Sequence[Way], flags: bool = False) -> str:
    """The same as JSON. no_better_than: how to get what is as good, null for what nothing beats."""
    rows = []
    for way, better in shown(ways):
        data = {key: value for key, value in asdict(way).items() if key != "asks"}
        rows.append(data | {"how": way.how(flags), "no_better_than": better.how(flags) if better else None})
    return json.dumps(rows, indent=2, sort_keys=True)


def ways_of(model: Path, board: Path, asked: Asked) -> list[Way]:
    """What `optimize=` gives and the points between, without measurements. asked: as in `explore`."""
    from ingot.compiler.compile import CompileOptions, largest_pool
    from ingot.compiler.frontend.model import read_model
    from ingot.compiler.kernels.io_rows import with_rows
    from ingot.compiler.kernels.lower import lower
    from ingot.compiler.kernels.registry import Target
    from ingot.compiler.passes.expand_weights import expand_weights
    from ingot.compiler.passes.optimize import optimize
    from ingot.compiler.schedule.explore import explore as points_of
    from ingot.compiler.schedule.explore import point_of
    from ingot.compiler.schedule.schedule import make_schedule

    target, pools = open_board(board)
    fit = largest_pool(pools)
    source = read_model(model, asked)
    graph = optimize(expand_weights(source) if asked.weights_4bit == "expand" else source)

    def program_for(options: CompileOptions) -> Program:
        program = lower(graph, Target(target.core, core_named(target.core).isa, unroll=options.unroll))
        return with_rows(program, asked.io_input == "rows", asked.io_output == "rows")

    plain = CompileOptions.of(asked)
    program = program_for(plain)
    if not program.calls:
        return []
    named: list[Ask] = [("optimize", name) for name in OPTIMIZE] if asked.fuse else [("fuse", 0)]
    ways: dict[tuple[int, int, tuple[str, ...]], Way] = {}
    for key, value in named:
        options = CompileOptions.of(replace(asked, **dict([(key, value)])))
        this = program if options.unroll == plain.unroll else program_for(options)
        point = point_of(0, make_schedule(this, options.scheduling(fit)))
        same = (point.peak, point.cost, _kernels(this))
        way = ways.get(same) or Way((), point.peak, point.cost, point.fused, point.steps)
        ways[same] = replace(way, asks=(*way.asks, (key, value)))
    for point in points_of(program, plain.scheduling(fit)) if asked.fuse else ():
        way = Way((("ram_limit", point.fit),), point.peak, point.cost, point.fused, point.steps)
        ways.setdefault((point.peak, point.cost, _kernels(program)), way)
    return sorted(ways.values(), key=lambda way: way.peak)


def _kernels(program: Program) -> tuple[str, ...]:
    return tuple(call.kernel for call in program.calls)


def _run(command: Sequence[str]) -> None:
    from ingot.link.toolchain import not_installed

    if shutil.which(command[0]) is None:
        raise not_installed(command[0])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr, end="")
        raise IngotError(f"{Path(command[0]).name} failed", where="explore")
