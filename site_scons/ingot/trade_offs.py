"""What less RAM costs: the step `explore`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ingot.errors import IngotError
from ingot.targets import INSTRUCTION_SETS, open_board

OPTIMIZE = ("ram", "balanced", "speed")


@dataclass(frozen=True)
class Way:
    """One way to schedule a model, and what it costs.

    how: the option that asks for it. peak: bytes of activations. cost: instructions by the cost model.
    instructions, code: measured on the twin, None when nothing was measured. code: bytes more than
    the empty application.
    """

    how: str
    peak: int
    cost: int
    fused: int
    steps: int
    instructions: int | None = None
    code: int | None = None


def explore(
    model: Path,
    board: Path,
    objects: Sequence[Path] = (),
    plain: Sequence[Path] = (),
    archive: Path | None = None,
    empty: Path | None = None,
    *,
    io_placement: str = "activations",
    io_input: str = "overwrite",
    stack: int | None = None,
    heap: int | None = None,
    as_json: bool = False,
) -> None:
    """Prints the schedules of a model that no other beats in peak memory, instructions and code, as a table or JSON.

    objects: of the twin's firmware without the network, plain: the same of the application `inference`, archive: the
    kernels, empty: the empty application's firmware (the last three for the size of the code). With them every
    schedule is built and run on the twin; without them instructions are the cost model's.
    """
    from ingot import steps
    from ingot.compile import output_names
    from ingot.run.bench import measure

    asked: dict[str, Any] = {"io_placement": io_placement, "io_input": io_input}
    ways = _ways(model, board, asked)
    if objects and plain and archive and empty:
        twin, pools = open_board(board, twin=True)
        names = output_names("network", pools)
        with tempfile.TemporaryDirectory(prefix="ingot-explore-") as name:
            for number, way in enumerate(ways):
                steps.say(f"explore {number + 1} of {len(ways)}: {way.how}")
                folder = Path(name) / str(number)
                folder.mkdir()
                key, _, value = way.how.partition("=")
                chosen: dict[str, Any] = {key: int(value) if key == "ram_limit" else value}
                outputs = [folder / file for file in names.all()]
                network = steps.compile_network(model, board, outputs, twin=True, **asked, **chosen)
                script, c_info = folder / "firmware.ld", folder / names.info
                steps.linker_script(c_info, board, script, twin=True, app="validate", stack=stack, heap=heap)
                _compile(folder / names.source, twin.core)
                elf = _link(folder, "validate", objects, archive, twin.core)
                small = _link(folder, "inference", plain, archive, twin.core)
                found = measure(way.how, elf, empty, network, folder, twin, small)
                ways[number] = replace(way, peak=found.activations, instructions=found.instructions, code=found.code)
    shown = undominated(ways)
    if as_json:
        print(json.dumps([asdict(way) for way in shown], indent=2, sort_keys=True))
    else:
        print(table(shown), end="")


def undominated(ways: Sequence[Way]) -> list[Way]:
    """The ways that no other beats in everything, smallest peak first; of equals the first one given."""
    result: list[Way] = []
    for i, way in enumerate(ways):
        mine = _figures(way)
        others = [(_figures(other), j) for j, other in enumerate(ways) if j != i]
        if not any(
            all(a <= b for a, b in zip(figures, mine, strict=True)) and (figures != mine or j < i)
            for figures, j in others
        ):
            result.append(way)
    return sorted(result, key=_figures)


def _figures(way: Way) -> tuple[int, int, int]:
    return way.peak, way.cost if way.instructions is None else way.instructions, way.code or 0


def table(ways: Sequence[Way]) -> str:
    """One line a way, and how to get it."""
    from ingot.emit.text_table import text_table

    if not ways:
        return "nothing to compute, so nothing to choose\n"
    least = min(_figures(way)[1] for way in ways) or 1
    measured = ways[0].instructions is not None
    rows = []
    for way in ways:
        peak, instructions, code = _figures(way)
        more = f"{100 * instructions / least - 100:+.2f} %"
        sizes = [f"{code:,}"] if measured else []
        rows.append([f"{peak:,}", f"{instructions:,}", more, *sizes, str(way.fused), str(way.steps), way.how])
    titles = ["peak RAM", "instructions" if measured else "instructions (estimate)", "more"]
    titles += [*(["code"] if measured else []), "fused calls", "steps", "how to get it"]
    return text_table(titles, rows, "r" * (len(titles) - 1))


def _ways(model: Path, board: Path, asked: Mapping[str, Any]) -> list[Way]:
    """What `optimize=` gives and the points between, without measurements. asked: further CompileOptions."""
    from ingot.compile import CompileOptions, largest_pool
    from ingot.frontend.tflite import read_tflite
    from ingot.kernels.lower import lower
    from ingot.kernels.registry import Target
    from ingot.passes.optimize import optimize
    from ingot.schedule.explore import explore as points_of
    from ingot.schedule.explore import point_of
    from ingot.schedule.schedule import make_schedule

    target, pools = open_board(board)
    core, fit = target.core, largest_pool(pools)
    program = lower(optimize(read_tflite(model)), Target(core, INSTRUCTION_SETS[core]))
    named = [
        (
            f"optimize={name}",
            point_of(0, make_schedule(program, CompileOptions(optimize=name, **asked).scheduling(fit))),
        )
        for name in OPTIMIZE
    ]
    points = [(f"ram_limit={p.fit}", p) for p in points_of(program, CompileOptions(**asked).scheduling(fit))]
    ways: dict[tuple[int, int], Way] = {}
    for how, point in [*named, *points]:
        ways.setdefault((point.peak, point.cost), Way(how, point.peak, point.cost, point.fused, point.steps))
    return sorted(ways.values(), key=lambda way: way.peak)


def _compile(source: Path, core: str) -> None:
    """network.o beside network.c."""
    from ingot.build import toolchain

    include = [source.parent, *(toolchain.ROOT / path for path in toolchain.INCLUDE_DIRS)]
    _run(toolchain.compile_command(source, source.with_name("network.o"), core, "network", include))


def _link(folder: Path, app: str, objects: Sequence[Path], archive: Path, core: str) -> Path:
    """The twin's firmware of an application."""
    from ingot.build import toolchain

    elf = folder / f"{app}.elf"
    parts = [*objects, folder / "network.o"]
    _run(toolchain.link_command(parts, elf, core, folder / "firmware.ld", libraries=[archive]))
    return elf


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr, end="")
        raise IngotError(f"{Path(command[0]).name} failed", where="explore")
