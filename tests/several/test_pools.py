# SPDX-License-Identifier: Apache-2.0
"""Where a network goes that shares a firmware with others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.board import NO_ALIASES, Mpool, find_board, load_board
from ingot.board.fit import load_pools
from ingot.compiler.compile import CompileOptions, compile_model
from ingot.link.networks import check_together
from ingot.network.types import Network
from ingot.several.header import networks_header
from ingot.several.pools import pools_left
from support.models.draw import Seeded
from support.models.recurrent import svdf
from support.pose_model import pose_model


@pytest.fixture(scope="module")
def pools() -> Mpool:
    return load_pools(load_board(find_board("n6dk", ROOT / "boards")))


def compiled(folder: Path, pools: Mpool, name: str, beside: list[Network], in_turn: list[Network]) -> Network:
    (folder / f"{name}.tflite").write_bytes(pose_model(len(beside) + len(in_turn)))
    options = CompileOptions(name=name, beside=tuple(n.name for n in beside), in_turn=tuple(n.name for n in in_turn))
    left = pools_left(pools, NO_ALIASES, beside, in_turn) if beside or in_turn else pools
    return compile_model(folder / f"{name}.tflite", left, folder / name, options)


def activations(network: Network) -> tuple[int, int]:
    """First address and the one behind the last of what the network computes with."""
    used = [p for p in network.pools if p.used and p.name != network.initializers[0].pool and not p.virtual]
    return min((p.base or 0) + p.start for p in used), max((p.base or 0) + p.used for p in used)


def test_beside_keeps_everything_apart(tmp_path: Path, pools: Mpool) -> None:
    first = compiled(tmp_path, pools, "first", [], [])
    second = compiled(tmp_path, pools, "second", [first], [])
    third = compiled(tmp_path, pools, "third", [first, second], [])
    check_together([first, second, third], NO_ALIASES)
    (_, a), (b, c), (d, _) = (activations(network) for network in (first, second, third))
    assert a <= b < c <= d and b - a < 64
    addresses = [network.initializers[0].address or 0 for network in (first, second, third)]
    assert addresses[1] == addresses[0] + 4096 and addresses[2] == addresses[1] + 4096
    assert third.beside == ("first", "second")


def test_in_turn_shares_activations_but_no_weights(tmp_path: Path, pools: Mpool) -> None:
    first = compiled(tmp_path, pools, "first", [], [])
    second = compiled(tmp_path, pools, "second", [], [first])
    check_together([first, second], NO_ALIASES)
    assert activations(first)[0] == activations(second)[0]
    assert (second.initializers[0].address or 0) == (first.initializers[0].address or 0) + 4096


def test_networks_that_do_not_know_each_other_are_refused(tmp_path: Path, pools: Mpool) -> None:
    first, second = (compiled(tmp_path, pools, name, [], []) for name in ("first", "second"))
    with pytest.raises(IngotError, match=r"'first' and 'second' both use 0x\w+-0x\w+ of pool"):
        check_together([first, second], NO_ALIASES)
    with pytest.raises(IngotError, match="named 'first'"):
        check_together([first, first], NO_ALIASES)
    with pytest.raises(IngotError, match="have the name 'first'"):
        pools_left(pools, NO_ALIASES, [first], [first])
    # What was placed in turn with one network is not apart from a third.
    third = compiled(tmp_path, pools, "third", [], [second])
    with pytest.raises(IngotError, match="'first' and 'third'"):
        check_together([first, third], NO_ALIASES)


def test_a_network_that_remembers_takes_no_turns(tmp_path: Path, pools: Mpool) -> None:
    first = compiled(tmp_path, pools, "first", [], [])
    (tmp_path / "memory.tflite").write_bytes(svdf(Seeded(1)))
    left = pools_left(pools, NO_ALIASES, [], [first])
    with pytest.raises(IngotError, match="'memory' keeps state between inferences"):
        compile_model(
            tmp_path / "memory.tflite", left, tmp_path / "out", CompileOptions(name="memory", in_turn=("first",))
        )
    assert not (tmp_path / "out").exists()
    keeps = compile_model(tmp_path / "memory.tflite", pools, tmp_path / "out", CompileOptions(name="memory"))
    with pytest.raises(IngotError, match="'memory' keeps state"):
        pools_left(pools, NO_ALIASES, [], [keeps])


def test_no_room_for_more_weights(tmp_path: Path, pools: Mpool) -> None:
    first = compiled(tmp_path, pools, "first", [], [])
    small = tuple(replace(p, size=4096) if p.name == "octoFlash" else p for p in pools.pools)
    with pytest.raises(IngotError, match="the weights of 'first' leave no room in pool 'octoFlash'"):
        pools_left(replace(pools, pools=small), NO_ALIASES, [first])


def test_the_header_names_every_network() -> None:
    text = networks_header(["detect", "classify"])
    assert '#include "detect.h"\n#include "classify.h"\n' in text
    assert "#define INGOT_NETWORKS(X) X(detect) X(classify)" in text
