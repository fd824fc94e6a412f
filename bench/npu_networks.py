# SPDX-License-Identifier: Apache-2.0
"""Whole networks as programs of Ingot's own for the NPU: what the layers cost and how near they are, a line a network.

    python bench/npu_networks.py MODEL[=BUILD[:NAME]] [...] [--samples 20] [--seed 1] [--fold]
        [--functions] [--without NETWORK]

BUILD is the folder of a build of ST's compiler for the same model (NAME: where it holds several), to compare with: blob
words, bytes over streams and the least time, all by the same rules. Inputs are random ones and, with more than one,
the six extremes of `ingot npu compile`. Layers further away than one unit follow, with their bound. "same class": the
results of each layer are handed on up to the first layer of the CPU, and the largest number of what is there has the
same place as in LiteRT's tensor. Times are of the processor.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site_scons"))

import numpy as np

from ingot.board import load_board
from ingot.board.fit import load_pools
from ingot.compiler.frontend.model import read_model
from ingot.device.npu.generated import Checked, check_program, classes
from ingot.st.npu.build import Build, read_build
from ingot.st.npu.codegen.build import build_of
from ingot.st.npu.codegen.generate import generate
from ingot.st.npu.codegen.target import target_of
from ingot.st.npu.cost import CLOCK, costs_of
from ingot.st.npu.public import public

BOARD = Path(__file__).resolve().parents[1] / "boards/n6dk/board.yaml"


def totals(build: Build) -> tuple[int, float, float]:
    """Blob words, megabytes over streams, milliseconds at least."""
    costs = costs_of(build)
    words = sum(len(blob.words) for blob in build.blobs.values())
    return (
        words,
        sum(cost.read + cost.written for cost in costs) / 1e6,
        1e3 * sum(cost.cycles for cost in costs) / CLOCK,
    )


def report(checked: Checked, generated: float, simulated: float) -> None:
    """Prints a network's line, and one for each layer beyond one unit."""
    program, build = checked.program, checked.build
    layers = [item for item in program.operators if not item.view]
    if build is None:
        print(f"{program.graph.name}: no layer of {len(layers)} on the NPU", flush=True)
        return
    words, megabytes, least = totals(build)
    worst = max(checked.differences, key=lambda number: checked.differences[number].largest)
    within = sum(found.largest <= 1 for found in checked.differences.values())
    print(
        f"{program.graph.name}: {sum(item.on_npu for item in layers)} of {len(layers)} layers, "
        f"{len(build.epochs)} epochs, {len(checked.samples)} inputs; {within} of {len(checked.differences)} layers "
        f"within one unit, largest {checked.differences[worst].largest}; beyond their bound: {len(checked.wrong)}; "
        f"outside of the table: {len(checked.strange)}; proof: {len(checked.proof.faults)} faults; "
        f"{words:,} words, {megabytes:.2f} MB, at least {least:.2f} ms; generated in {generated:.2f} s, "
        f"simulated in {simulated:.0f} s",
        flush=True,
    )
    for number, found in checked.differences.items():
        if found.largest > 1:
            item = program.operators[number]
            share = 100 * found.differing / found.elements
            print(f"  layer {number} ({item.op.kind}): {found.largest}, bound {item.bound}, {share:.2f} % differ")


def main() -> int:
    """Status 1 when a layer is beyond its bound, a proof fails, or a form is outside of the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fold", action="store_true")
    parser.add_argument("--functions", action="store_true")
    parser.add_argument("--without", default="")
    given = parser.parse_args()
    board = load_board(BOARD)
    target, table, faults = target_of(board, load_pools(board)), public(given.without), 0
    for text in given.models:
        model, _, other = text.partition("=")
        graph = read_model(Path(model))
        start = time.process_time()
        program = generate(graph, table, target.ram, target.flash, fold=given.fold, functions=given.functions)
        assembled = build_of(program) if program.epochs else None
        generated, start = time.process_time() - start, time.process_time()
        checked = check_program(program, Path(model), program.strange(table), given.samples, given.seed)
        report(checked, generated, time.process_time() - start)
        faults += len(checked.wrong) + len(checked.strange) + len(checked.proof.faults)
        if assembled is not None:
            same = [one == other for one, other in classes(program, assembled, Path(model), given.samples, given.seed)]
            print(f"  same class: {sum(same)} of {len(same)}", flush=True)
        if other and assembled is not None:
            folder, _, name = other.partition(":")
            files = sorted(Path(folder).glob(f"{name}*.bin")) if name else []
            theirs = totals(read_build(Path(folder), files, strict=False, name=name))
            ratios = np.divide(totals(assembled), theirs)
            print(
                f"  of ST's build: words {ratios[0]:.3f}, bytes {ratios[1]:.3f}, least time {ratios[2]:.3f}", flush=True
            )
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
