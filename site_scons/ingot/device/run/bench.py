# SPDX-License-Identifier: Apache-2.0
"""Benchmarks on the twin: what a model costs there, beside what it costs with another runtime.

Instructions are executed ones, counted by the emulated core for a whole inference; they repeat to the digit. The input
is the one of the rivals' figures: xorshift32 from a fixed state (ingot.device.run.inputs.bench_inputs). Cycles are
estimated (ingot.device.run.cycles), by the same method for all.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.base.text_table import text_table
from ingot.network.types import Network

if TYPE_CHECKING:
    from ingot.board import Board

_FIGURES = ("instructions", "cycles", "activations", "code")


@dataclass(frozen=True)
class Rival:
    """Figures of another runtime. core: whose instructions and code they are, "cortex-m55". arena: bytes of RAM.
    code: bytes of code and read-only data. cycles: estimated, 0 unknown."""

    core: str
    instructions: int
    arena: int
    code: int
    cycles: int = 0


@dataclass(frozen=True)
class EpochCost:
    """One epoch: kernels, multiply-accumulates, executed instructions and their share of all epochs', bytes of what
    it reads and writes (see ingot.network.epoch_table). cycles: estimated, None unknown."""

    number: int
    kernels: tuple[str, ...]
    macs: int
    instructions: int
    share: float
    bytes_read: int
    bytes_written: int
    cycles: int | None = None


@dataclass(frozen=True)
class Measurement:
    """What one model costs. All sizes in bytes.

    core: of the twin, "cortex-m55". activations: used range of the pools, rings and kernel scratch included.
    stack, stack_size: most used while it ran, of what the twin's firmware has.
    code: of the network, its kernels and the runtime, without weights: the firmware less the empty application.
    cycles: estimated, None where that cannot be done, which no_cycles says why.
    """

    model: str
    core: str
    macs: int
    instructions: int
    activations: int
    stack: int
    stack_size: int
    code: int
    weights: int
    epochs: tuple[EpochCost, ...]
    cycles: int | None = None
    no_cycles: str = ""


def read_rivals(path: Path) -> dict[str, Rival]:
    """Figures by model name, from a CSV with the columns model, core, instructions, arena, code; # is a comment. A
    column `cycles` may be there too.

    Raises IngotError when the file is missing or not such a table.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        return {
            row["model"]: Rival(
                row["core"], int(row["instructions"]), int(row["arena"]), int(row["code"]), int(row.get("cycles") or 0)
            )
            for row in csv.DictReader(lines)
        }
    except OSError as error:
        raise IngotError(f"cannot read the figures: {error.strerror}", where=str(path)) from error
    except (KeyError, ValueError, TypeError) as error:
        raise IngotError(
            "not a table of figures", where=str(path), remedy="Wanted columns: model,core,instructions,arena,code."
        ) from error


def code_size(elf: Path) -> int:
    """Bytes of a firmware or an object that are neither written at run time nor padding: code and read-only data."""
    from elftools.elf.constants import SH_FLAGS
    from elftools.elf.elffile import ELFFile

    with open(elf, "rb") as file:
        return sum(
            section["sh_size"]
            for section in ELFFile(file).iter_sections()
            if section["sh_flags"] & SH_FLAGS.SHF_ALLOC
            and not section["sh_flags"] & SH_FLAGS.SHF_WRITE
            and section["sh_type"] != "SHT_NOBITS"
        )


def measure(
    model: str, elf: Path, empty: Path, network: Network, folder: Path, twin: Board, plain: Path | None = None
) -> Measurement:
    """Runs the network's `validate` firmware once. empty: the empty application's firmware, for the code size.

    folder: where the initializers are. plain: a firmware of the network without what `validate` needs to talk to the
    host; without it that counts as code. Raises IngotError as ingot.device.run.twin.emulate does.
    """
    from ingot.device.run.cycles import estimate, missing
    from ingot.device.run.inputs import bench_inputs
    from ingot.device.run.twin import emulate, images_of
    from ingot.network.epoch_table import epoch_rows

    sample = bench_inputs([(buffer.shape, buffer.dtype) for buffer in network.inputs])
    done = emulate(elf, images_of(network, folder), network, [sample], machine=twin.machine)
    cycles = estimate(elf, network, folder, sample, core=twin.core, machine=twin.machine)
    each = cycles.epochs if cycles else [None] * len(done.epochs)
    costs = zip(network.epochs, done.epochs, each, epoch_rows(network, done.epochs), strict=True)
    return Measurement(
        model=model,
        core=twin.core,
        macs=sum(epoch.macs for epoch in network.epochs),
        instructions=done.inferences[0].instructions,
        activations=network.peak,
        stack=done.stack_used,
        stack_size=done.stack_size,
        code=code_size(plain or elf) - code_size(empty),
        weights=sum(item.size for item in network.initializers),
        epochs=tuple(
            EpochCost(epoch.number, epoch.kernels, epoch.macs, cost, row.share, row.bytes_read, row.bytes_written, some)
            for epoch, cost, some, row in costs
        ),
        cycles=cycles.total if cycles else None,
        no_cycles=missing(twin.core),
    )


def table(
    rows: Sequence[Measurement],
    rivals: Mapping[str, Rival],
    refused: Mapping[str, str] | None = None,
    others: Mapping[str, int] | None = None,
) -> str:
    """One line a model, each figure with its ratio to the rival's, and the geometric means.

    refused: models that were not measured, and why. others: sizes of code that belongs to no model.
    """
    lines = []
    for row in rows:
        ratios = _ratios(row, rivals.get(row.model))
        lines.append(
            [
                row.model,
                f"{row.macs:,}",
                f"{row.instructions:,}",
                f"{row.instructions / row.macs:.2f}" if row.macs else "",
                _times(ratios.get("instructions")),
                _count(row.cycles),
                _times(ratios.get("cycles")),
                f"{row.activations:,}",
                _times(ratios.get("activations")),
                f"{row.stack:,}",
                f"{row.code:,}",
                _times(ratios.get("code")),
                f"{row.weights:,}",
            ]
        )
    means = geometric_means(rows, rivals)
    if means:
        mean = ["geometric mean", "", "", "", _times(means.get("instructions")), "", _times(means.get("cycles"))]
        lines.append([*mean, "", _times(means.get("activations")), "", "", _times(means.get("code")), ""])
    lines += [[what, *[""] * 9, f"{size:,}", "", ""] for what, size in (others or {}).items()]
    titles = [
        "model",
        "MACs",
        "instructions",
        "a MAC",
        "ratio",
        "est. cycles",
        "ratio",
        "activations",
        "ratio",
        "stack",
    ]
    text = text_table([*titles, "code", "ratio", "weights"], lines, "lrrrrrrrrrrrr")
    reasons = dict.fromkeys(row.no_cycles for row in rows if row.no_cycles)
    text += "".join(f"no estimated cycles: {reason}\n" for reason in reasons)
    return text + _without_ratios(rows, rivals) + _not_measured(refused or {})


def _without_ratios(rows: Sequence[Measurement], rivals: Mapping[str, Rival]) -> str:
    """Why instructions and code have no ratios, when figures for another core are all there is."""
    pairs = {(rivals[row.model].core, row.core) for row in rows if row.model in rivals}
    return "".join(
        f"no ratios for instructions, cycles and code: the rival's are a {theirs}'s, these a {ours}'s\n"
        for theirs, ours in sorted(pairs)
        if theirs != ours
    )


def _not_measured(refused: Mapping[str, str]) -> str:
    """The rows of models without figures: their names and the reasons."""
    return "".join(f"{name}: not measured. {' '.join(reason.split())}\n" for name, reason in refused.items())


def profile(row: Measurement) -> str:
    """The epochs of one model by number: kernels, MACs, bytes, instructions, estimated cycles, share, a bar."""
    most = max((epoch.instructions for epoch in row.epochs), default=1) or 1
    lines = [
        [
            str(epoch.number),
            _short(epoch.kernels),
            f"{epoch.macs:,}",
            f"{epoch.bytes_read:,}",
            f"{epoch.bytes_written:,}",
            f"{epoch.instructions:,}",
            f"{epoch.instructions / epoch.macs:.2f}" if epoch.macs else "",
            _count(epoch.cycles),
            f"{100 * epoch.share:.1f} %",
            "#" * round(30 * epoch.instructions / most),
        ]
        for epoch in row.epochs
    ]
    titles = ["epoch", "kernels", "MACs", "read", "written", "instructions", "a MAC", "est. cycles", "share", ""]
    return text_table(titles, lines, "rlrrrrrrrl")


def as_dict(
    rows: Iterable[Measurement],
    rivals: Mapping[str, Rival],
    refused: Mapping[str, str] | None = None,
    others: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Everything, for scripts. refused, others: see table()."""
    rows = list(rows)
    return {
        "models": [asdict(row) | {"ratios": _ratios(row, rivals.get(row.model))} for row in rows],
        "geometric_means": geometric_means(rows, rivals),
        "not_measured": dict(refused or {}),
        "code_of_others": dict(others or {}),
    }


def geometric_means(rows: Iterable[Measurement], rivals: Mapping[str, Rival]) -> dict[str, float]:
    """Of the ratios to the rival's figures, over the models it has figures for; without those that no model has."""
    found = [_ratios(row, rivals.get(row.model)) for row in rows]
    logs = {figure: [math.log(ratios[figure]) for ratios in found if figure in ratios] for figure in _FIGURES}
    return {figure: math.exp(sum(values) / len(values)) for figure, values in logs.items() if values}


def _ratios(row: Measurement, rival: Rival | None) -> dict[str, float]:
    """Instructions and code compare on the rival's core only; RAM hardly depends on the core."""
    if rival is None:
        return {}
    ratios = {"activations": row.activations / rival.arena}
    if row.core == rival.core:
        ratios |= {"instructions": row.instructions / rival.instructions, "code": row.code / rival.code}
        if row.cycles is not None and rival.cycles:
            ratios["cycles"] = row.cycles / rival.cycles
    return ratios


def _count(figure: int | None) -> str:
    return "" if figure is None else f"{figure:,}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3f}"


def _short(kernels: Sequence[str]) -> str:
    """The kernels in order, runs of the same one counted."""
    parts: list[tuple[str, int]] = []
    for name in kernels:
        if parts and parts[-1][0] == name:
            parts[-1] = (name, parts[-1][1] + 1)
        else:
            parts.append((name, 1))
    return " ".join(name if count == 1 else f"{count}x{name}" for name, count in parts)
