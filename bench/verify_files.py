# SPDX-License-Identifier: Apache-2.0
"""Model files as firmware of a board's emulated twin: every output byte against LiteRT's reference kernels.

    python bench/verify_files.py FILE... [--board n6dk] [--samples 2] [--sequence 8]

Each file is compiled, linked as the `validate` firmware and run in QEMU, as `scons verify` does. A network with a state
runs --sequence inferences in a row, and the same once more after a start, which resets the state: both must be equal to
LiteRT's. Prints a line a file; a difference or a refusal ends the program with status 1. Nothing runs on hardware.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "bench/kernels")]

import click  # noqa: E402
from twin_firmware import Built, build  # noqa: E402

from ingot.base.errors import IngotError  # noqa: E402
from ingot.device.run.samples import random_samples  # noqa: E402
from ingot.device.run.verify import Verification, verify  # noqa: E402


@click.command(help=__doc__)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--board", default="n6dk", show_default=True)
@click.option("--samples", default=2, show_default=True)
@click.option("--sequence", default=8, show_default=True, help="Inferences in a row where there is a state.")
def main(files: tuple[Path, ...], board: str, samples: int, sequence: int) -> None:
    done = []
    with tempfile.TemporaryDirectory(prefix="ingot-bench-") as shared:
        for file in files:
            line, good = one(file, board, samples, sequence, Path(shared))
            done.append(good)
            print(f"{'ok' if good else 'FAILED':8}{file.name[-58:]:60}{line}", flush=True)
    print(f"{board}'s twin: {sum(done)} of {len(done)} equal to LiteRT's reference kernels")
    raise SystemExit(not all(done))


def one(file: Path, board: str, samples: int, sequence: int, shared: Path) -> tuple[str, bool]:
    """What became of a file, and whether it is equal."""
    with tempfile.TemporaryDirectory(prefix="ingot-bench-") as name:
        model = Path(name) / "model.tflite"
        shutil.copyfile(file, model)
        try:
            built = build(model, board, Path(name), fuse=True, shared=shared)
            stateful = any(buffer.role == "state" for buffer in built.network.buffers)
            count = sequence if stateful else samples
            runs = [_verified(model, built, count) for _ in range(2 if stateful else 1)]
        except IngotError as error:
            return str(error).splitlines()[0], False
    last = runs[-1].samples[-1] if runs[-1].samples else None
    again = " in a row, after a reset the same again" if stateful else ""
    instructions = f"{last.instructions:,} instructions" if last else "no sample"
    bits = max((sample.last_bits for run in runs for sample in run.samples), default=0)
    within = f", within {bits} units in the last place" if bits else ""
    return f"{count} inferences{again}{within}, {instructions}", all(run.passed for run in runs)


def _verified(model: Path, built: Built, count: int) -> Verification:
    samples = random_samples(built.network, count, 1)
    return verify(model, built.elf, built.images, built.network, samples, machine=built.machine)


if __name__ == "__main__":
    main()
