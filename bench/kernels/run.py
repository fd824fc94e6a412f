# SPDX-License-Identifier: Apache-2.0
"""Instructions of every layer of a model on the emulated twin, and the pipeline's view of the kernels' inner loops.

    python bench/kernels/run.py model.tflite [--fuse] [--loops] [--expand] [--json]

Without --fuse every operator is an epoch of its own, so that each line is one layer. CMSIS-NN's loops stand below, from
cmsis_nn.csv.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "site_scons"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import click
from loops import Loop, vector_loops
from twin_firmware import Measured, measure

from ingot.base.errors import IngotError
from ingot.board.cores import default_core

RIVAL = Path(__file__).with_name("cmsis_nn.csv")


@dataclass(frozen=True)
class Line:
    """One epoch. elements: of what its last layer produces. layers: kinds of the source operators."""

    epoch: int
    layers: str
    kernels: str
    shape: tuple[int, ...]
    macs: int
    elements: int
    instructions: int


@click.command(help=__doc__)
@click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--board", default="n6dk", show_default=True)
@click.option("--fuse/--no-fuse", default=False, show_default=True, help="Fused regions, as a build makes them.")
@click.option("--loops/--no-loops", default=True, show_default=True, help="llvm-mca on the inner loops.")
@click.option("--expand", is_flag=True, help="Weights of 4 bits as int8.")
@click.option("--json", "as_json", is_flag=True)
def main(model: Path, board: str, fuse: bool, loops: bool, expand: bool, as_json: bool) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix="ingot-bench-") as folder:
            weights = "expand" if expand else "keep"
            measured = measure(model, board, Path(folder), fuse=fuse, weights_4bit=weights)
            found = vector_loops(measured.kernels) if loops else []
    except IngotError as error:
        raise SystemExit(str(error)) from None
    lines = lines_of(measured)
    total = measured.run.inferences[0].instructions
    if as_json:
        facts = {"instructions": total, "epochs": [asdict(line) for line in lines], "loops": [asdict(x) for x in found]}
        print(json.dumps(facts, indent=2))
        return
    print_lines(lines, total)
    print_loops(found)


def lines_of(measured: Measured) -> list[Line]:
    """Every epoch with what it cost."""
    kinds = {layer.index: layer for layer in measured.network.layers}
    lines = []
    for epoch, cost in zip(measured.network.epochs, measured.run.epochs, strict=True):
        layers = [kinds[i] for i in epoch.layers if i in kinds]
        shape = layers[-1].shape if layers else ()
        elements = 1
        for extent in shape:
            elements *= extent
        names = ", ".join(layer.kind for layer in layers)
        lines.append(Line(epoch.number, names, ", ".join(epoch.kernels), shape, epoch.macs, elements, cost))
    return lines


def print_lines(lines: list[Line], total: int) -> None:
    print(f"{'epoch':>5} {'kernels':40} {'result':>16} {'MACs':>12} {'instructions':>13} {'/MAC':>7} {'/element':>9}")
    for line in lines:
        print(_row(str(line.epoch), line.kernels, "x".join(map(str, line.shape)), line.macs, line.instructions, line))
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.kernels].append(line)
    print()
    for kernels, members in sorted(groups.items(), key=lambda item: -sum(x.instructions for x in item[1])):
        cost = sum(x.instructions for x in members)
        macs = sum(x.macs for x in members)
        whole = Line(0, "", kernels, (), macs, sum(x.elements for x in members), cost)
        print(_row(str(len(members)), kernels, f"{100 * cost / total:.1f} %", macs, cost, whole))
    print(f"\ninstructions of one inference: {total:,}; MACs {sum(x.macs for x in lines):,}")


def _row(first: str, kernels: str, what: str, macs: int, cost: int, line: Line) -> str:
    name = kernels if len(kernels) <= 40 else kernels[:37] + "..."
    each = f"{cost / macs:7.3f}" if macs else " " * 7
    element = f"{cost / line.elements:9.2f}" if line.elements else ""
    return f"{first:>5} {name:40} {what:>16} {f'{macs:,}' if macs else '':>12} {cost:>13,} {each} {element}".rstrip()


def print_loops(loops: list[Loop]) -> None:
    """Loops that multiply come first."""
    if not loops:
        return
    title = f"inner loops (llvm-mca, {default_core().title})"
    print(f"\n{title:58} {'instr':>6} {'cycles':>7} {'MACs':>5} {'MACs/cycle':>11}")
    for loop in sorted(loops, key=lambda x: (-x.macs, x.file, x.function)):
        rate = f"{loop.macs / loop.cycles:11.2f}" if loop.macs and loop.cycles else ""
        cycles = f"{loop.cycles:7.1f}" if loop.cycles else "      ?"
        name = f"{loop.file}.c {loop.function}"
        print(f"  {name[:56]:56} {loop.instructions:6} {cycles} {loop.macs or '':>5} {rate}".rstrip())
    print_rival()


def print_rival() -> None:
    """The same of CMSIS-NN, each turn's instructions and cycles a MAC or element."""
    print(f"\n{'CMSIS-NN, the same core':58} {'instr':>6} {'cycles':>7} {'count':>5} {'instr each':>11} {'cycles':>7}")
    lines = [line for line in RIVAL.read_text().splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines):
        instructions, cycles, count = (float(row[name]) for name in ("instructions", "cycles", "count"))
        each = f"{instructions / count:11.3f} {cycles / count:7.3f} {row['of']}"
        name = f"{row['loop']}: {row['function']}"
        print(f"  {name[:56]:56} {row['instructions']:>6} {cycles:7.1f} {row['count']:>5} {each}")


if __name__ == "__main__":
    main()
