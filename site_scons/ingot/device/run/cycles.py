# SPDX-License-Identifier: Apache-2.0
"""Estimated cycles of an inference: executed blocks, each times what llvm-mca says of it on the board's core.

Caches, flash and branches that go wrong are not in it: docs/performance.md says what the estimate is good for.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingot.board.cores import core_named
from ingot.device.run import pipeline
from ingot.device.run.blocks import Block, executed_blocks, have_log
from ingot.device.run.twin import INPUTS, OUTPUTS, images_of, write_samples
from ingot.network.types import Network

if TYPE_CHECKING:
    from ingot.device.run.twin import Array


@dataclass(frozen=True)
class Cycles:
    """Of one inference. epochs: of each one in order, with the runtime's work until the next one begins."""

    total: int
    epochs: tuple[int, ...]


def missing(core: str) -> str:
    """Why cycles cannot be estimated here for the core, and what to do; "" where they can."""
    row = core_named(core)
    if row.llvm is None:
        return f"LLVM has no model of the {row.title}'s pipeline"
    if any(pipeline.installed(name) is None for name in ("llvm-mca", "llvm-objdump")):
        return f"llvm-mca is not installed (apt-get install llvm-{pipeline.OLDEST})"
    return "" if have_log() else "QEMU cannot list the executed blocks here"


def estimate(
    elf: Path, network: Network, folder: Path, sample: Sequence[Array], *, core: str, machine: str
) -> Cycles | None:
    """Runs the twin's `validate` firmware once more with the sample; None where missing() has a reason.

    folder: where the initializers are. Raises IngotError when QEMU or llvm-mca fails.
    """
    model = core_named(core).llvm
    if model is None or missing(core):
        return None
    with tempfile.TemporaryDirectory(prefix="ingot-cycles-") as name:
        write_samples(Path(name) / INPUTS, network, [sample])
        executed = executed_blocks(
            elf, images_of(network, folder), machine=machine, arguments=[INPUTS, OUTPUTS], folder=Path(name)
        )
    parts = (executed.runtime, *executed.epochs)
    blocks = sorted({block for counts in parts for block in counts})
    text = pipeline.instructions(elf, model)
    pieces = [[text[at] for at in range(first, last, 2) if at in text] for first, last in blocks]
    cost = dict(zip(blocks, pipeline.cycles(pieces, model), strict=True))
    sums = [_sum(counts, cost) for counts in parts]
    return Cycles(sum(sums), tuple(sums[1:]))


def _sum(counts: Counter[Block], cost: dict[Block, float]) -> int:
    return round(sum(count * cost[block] for block, count in counts.items()))
