# SPDX-License-Identifier: Apache-2.0
"""Random models of one operator on an emulated core: the fast form of its kernel against the portable one.

    python bench/kernels/random_cases.py "DEPTHWISE_CONV_2D int8" [--cpu cortex-m7] [--count 20000] [--unroll]

The names are those of tests/support/models/every.py, and "DEPTHWISE_CONV_2D int8 3x3". The portable form is compared
with LiteRT's reference kernels by the tests. A difference ends the program with status 1 and names the seed.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("site_scons", "tests")]

import click  # noqa: E402

from ingot.board.cores import core_named, default_core  # noqa: E402
from ingot.compiler.kernels.registry import Target  # noqa: E402
from ingot.device.run.inputs import random_inputs  # noqa: E402
from support.differential import program_of  # noqa: E402
from support.emulated_kernels import MACHINES, run_emulated  # noqa: E402
from support.models.depthwise import depthwise  # noqa: E402
from support.models.draw import Seeded  # noqa: E402
from support.models.every import MODELS  # noqa: E402
from support.session import close_session, open_session  # noqa: E402

CASES = {**MODELS, "DEPTHWISE_CONV_2D int8 3x3": partial(depthwise, kernel=(3, 3))}
_TOGETHER = 100  # cases in one firmware


@click.command(help=__doc__)
@click.argument("operator", type=click.Choice(sorted(CASES)))
@click.option("--cpu", type=click.Choice(sorted(MACHINES)), default=default_core().name, show_default=True)
@click.option("--count", default=20000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--unroll", is_flag=True, help="The kernels of optimize=speed.")
def main(operator: str, cpu: str, count: int, seed: int, unroll: bool) -> None:
    session = open_session()
    try:
        _compare(operator, Target(cpu, core_named(cpu).isa, unroll=unroll), count, seed)
    finally:
        close_session(session)


def _compare(operator: str, target: Target, count: int, seed: int) -> None:
    done, cpu = 0, target.cpu
    while done < count:
        seeds = range(seed + done, seed + min(done + _TOGETHER, count))
        cases = []
        for one in seeds:
            program = program_of(CASES[operator](Seeded(one)), optimized="uint8" in operator, target=target)
            specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
            cases.append((program, random_inputs(specs, one)))
        outcomes = run_emulated(cases, cpu=cpu)
        wrong = [one for one, outcome in zip(seeds, outcomes, strict=True) if outcome.differs is not None]
        done += len(seeds)
        if wrong:
            raise SystemExit(f"{operator} on {cpu}: seeds {wrong} differ")
        print(f"{operator} on {cpu}: {done:,} cases, none different", flush=True)


if __name__ == "__main__":
    main()
