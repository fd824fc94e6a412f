# SPDX-License-Identifier: Apache-2.0
"""Random cases of the dense inner product (firmware/kernels/dense.h) on an emulated core, against its definition in C.

    python bench/kernels/dense_cases.py [--cpu cortex-m7] [--count 20000] [--seed 1] [--even] [--short]
        [--chunks N]

One firmware makes the cases, so that 20,000 take seconds of processor time: any depth, channels, pixels, clamps and
shifts. A difference is printed and ends the program with status 1.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("site_scons", "tests")]

import click  # noqa: E402

from ingot.base.places import kernels_dir  # noqa: E402
from ingot.board.cores import default_core  # noqa: E402
from ingot.compiler.kernels.conv2d import UNROLLED  # noqa: E402
from ingot.device.run import qemu  # noqa: E402
from support.emulated_kernels import MACHINES  # noqa: E402
from support.firmware import FIXTURE, link  # noqa: E402
from support.session import close_session, open_session  # noqa: E402


@click.command(help=__doc__)
@click.option("--cpu", type=click.Choice(sorted(MACHINES)), default=default_core().name, show_default=True)
@click.option("--count", default=20000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--even", is_flag=True, help="The arithmetic of QDQ models.")
@click.option("--short", is_flag=True, help="Short windows as networks with many channels have them.")
@click.option("--chunks", type=click.IntRange(1, UNROLLED), help="The form that is unrolled for so many chunks.")
def main(cpu: str, count: int, seed: int, even: bool, short: bool, chunks: int | None) -> None:
    session = open_session()
    try:
        with tempfile.TemporaryDirectory(prefix="ingot-dense-") as folder:
            defines: dict[str, str | int] = {"CASES": count, "SEED": seed} | ({"INGOT_EVEN": 1} if even else {})
            defines |= {"INGOT_DENSE_SHORT": 1} if short else {}
            defines |= {"INGOT_X": chunks} if chunks else {}
            sources = [FIXTURE / "dense_cases.c", *([kernels_dir() / "dense_any.c"] if chunks else [])]
            elf = link(Path(folder), sources, defines, cpu=cpu)
            done = qemu.run(elf, machine=MACHINES[cpu], timeout=7200.0)
    finally:
        close_session(session)
    print(f"dense on {cpu}: {'; '.join(done.lines)}")
    raise SystemExit(done.status)


if __name__ == "__main__":
    main()
