# SPDX-License-Identifier: Apache-2.0
"""Models with every schedule on the emulated twins of cores: every output byte against LiteRT's reference kernels.

    python bench/every_schedule.py FILE... [--board n6dk] [--board cortex-m4] [--samples 2]

Each file is compiled with every optimize= and fuse=, linked as the `validate` firmware and run in QEMU, as
`scons verify` does. --board: a board of boards/, or a core, which is then alone on a generic board. Prints a line a
build; a difference or a refusal ends the program with status 1. Nothing runs on hardware.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "bench/kernels")]

import click  # noqa: E402
from twin_firmware import build  # noqa: E402

from ingot.base.errors import IngotError  # noqa: E402
from ingot.board.cores import all_cores  # noqa: E402
from ingot.board.template import generic_board  # noqa: E402
from ingot.device.run.samples import random_samples  # noqa: E402
from ingot.device.run.verify import verify  # noqa: E402
from ingot.model.asked import CHOICES  # noqa: E402


@click.command(help=__doc__)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--board", "boards", multiple=True, default=("n6dk",), show_default=True)
@click.option("--samples", default=2, show_default=True)
def main(files: tuple[Path, ...], boards: tuple[str, ...], samples: int) -> None:
    wrong = 0
    for board in boards:
        with tempfile.TemporaryDirectory(prefix="ingot-bench-") as shared:
            name = board
            if board in {core.name for core in all_cores()}:
                name = str(generic_board("generic", Path(shared) / "board", board)[0])
            for file, optimize, fuse in itertools.product(files, CHOICES["optimize"], (True, False)):
                said = _one(file, name, optimize, fuse, samples, Path(shared))
                wrong += not said.startswith("equal")
                print(f"{board:12}{file.stem[:44]:46}{optimize:10}fuse={int(fuse)}  {said}", flush=True)
    print(f"{len(files)} files, {len(boards)} boards, every optimize= and fuse=: {wrong} not equal to LiteRT's")
    raise SystemExit(bool(wrong))


def _one(file: Path, board: str, optimize: str, fuse: bool, samples: int, shared: Path) -> str:
    """What became of a build: begins with "equal" where every byte is."""
    with tempfile.TemporaryDirectory(prefix="ingot-bench-") as name:
        try:
            built = build(file, board, Path(name), fuse=fuse, optimize=optimize, shared=shared)
            inputs = random_samples(built.network, samples, 1)
            result = verify(file, built.elf, built.images, built.network, inputs, machine=built.machine)
        except IngotError as error:
            return str(error).splitlines()[0]
    if not result.passed:
        return "DIFFERENT"
    return f"equal, {samples} samples, {result.samples[-1].instructions:,} instructions"


if __name__ == "__main__":
    main()
