"""The public instances of Google's minimalloc, most of which fit into their capacity without a byte to spare."""

import csv

import pytest

from ingot.compiler.packing.below import pack_below
from ingot.compiler.packing.problem import disjoint_problem, respects
from support.shared import shared

CAPACITY = 1_048_576


def solved(name: str) -> None:
    with shared(f"bench/minimalloc/{name}.{CAPACITY}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    sizes = [int(row["size"]) for row in rows]
    spans = [(int(row["lower"]), int(row["upper"]) - 1) for row in rows]
    offsets = pack_below(sizes, spans, CAPACITY).offsets
    assert offsets is not None
    assert min(offsets) >= 0
    assert max(o + s for o, s in zip(offsets, sizes, strict=True)) <= CAPACITY
    assert respects(disjoint_problem(sizes, spans), offsets)


@pytest.mark.parametrize("name", "FJ")
def test_an_instance_is_packed(name: str) -> None:
    solved(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", "ABCDEGHIK")
def test_a_hard_instance_is_packed(name: str) -> None:
    solved(name)
