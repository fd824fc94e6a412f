# SPDX-License-Identifier: Apache-2.0
"""Random small networks through everything: passes, lowering, fused schedule, plan, network.c, the host's compiler.

Each must give the bytes of LiteRT's reference kernels. Longer: `python tests/test_random_networks.py FIRST LAST`.
"""

import sys

import pytest

from ingot.base.errors import IngotError
from ingot.board.mpool import Mpool, Pool
from ingot.compiler.compile import CompileOptions
from support.differential import HOST_POOLS, check_network
from support.random_model import random_model

WAYS = (
    CompileOptions(optimize="ram"),
    CompileOptions(),
    CompileOptions(optimize="ram", io_placement="application"),
    CompileOptions(optimize="ram", io_input="keep"),
    CompileOptions(fuse=False),
)


def small_pools(peak: int) -> Mpool:
    """Three pools that hold `peak` bytes together only: two that touch, one apart."""
    first, second = peak // 2 // 16 * 16, peak // 4 // 16 * 16
    return Mpool(
        (
            Pool("a", "A", 0x20000000, first, latency="LOW"),
            Pool("b", "B", 0x20000000 + first, second, latency="LOW"),
            Pool("c", "C", 0x30000000, peak + 64),
            HOST_POOLS.pools[1],
        )
    )


def run(seed: int) -> None:
    """Network number `seed`: in one large pool, then in small ones; every fourth under sanitizers."""
    model = random_model(seed, 4 + seed % 10)
    way = WAYS[seed % len(WAYS)]
    network = check_network(model, way, seed=seed, samples=2, sanitize=seed % 4 == 0)
    assert network.peak >= network.lower_bound
    if seed % 3 == 0:
        check_network(model, way, seed=seed, pools=small_pools(network.peak))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_random_network(seed: int) -> None:
    run(seed)


def test_pools_that_are_too_small_are_one_message() -> None:
    model = random_model(3)
    pools = Mpool((Pool("a", "A", 0x20000000, 64), HOST_POOLS.pools[1]))
    with pytest.raises(IngotError, match="do not fit: they need"):
        check_network(model, pools=pools)


if __name__ == "__main__":
    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        try:
            run(number)
        except (AssertionError, IngotError) as error:
            print(f"{number}: {error}")
