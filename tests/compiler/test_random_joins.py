# SPDX-License-Identifier: Apache-2.0
"""Random networks that join and cut, through everything: each gives the bytes of LiteRT's reference kernels.

Longer: `python tests/compiler/test_random_joins.py FIRST LAST`.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("site_scons", "tests")]

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.compile import CompileOptions
from support.differential import check_network
from support.random_joins import random_joins

WAYS = (
    CompileOptions(optimize="ram"),
    CompileOptions(),
    CompileOptions(optimize="speed"),
    CompileOptions(fuse=False),
    CompileOptions(optimize="ram", io_placement="application"),
    CompileOptions(optimize="ram", io_input="keep"),
    CompileOptions(optimize="ram", io_input="rows", io_output="rows"),
)


def run(seed: int) -> None:
    """Network number `seed`; every eighth under sanitizers."""
    check_network(
        random_joins(seed, 3 + seed % 9), WAYS[seed % len(WAYS)], seed=seed, samples=2, sanitize=seed % 8 == 0
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(14))
def test_random_joins(seed: int) -> None:
    run(seed)


if __name__ == "__main__":
    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        try:
            run(number)
        except (AssertionError, IngotError) as error:
            print(f"{number}: {error}")
