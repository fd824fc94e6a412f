"""The public instances of Google's minimalloc, which fit into their capacity without a byte to spare."""

import csv

import pytest

from ingot.schedule.packing import disjoint_problem, respects
from ingot.schedule.skyline import solve
from support.shared import shared

CAPACITY = 1_048_576


@pytest.mark.slow
@pytest.mark.parametrize("name", ["A", "C"])
def test_an_instance_is_packed(name: str) -> None:
    with shared(f"bench/minimalloc/{name}.{CAPACITY}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    sizes = [int(row["size"]) for row in rows]
    spans = [(int(row["lower"]), int(row["upper"]) - 1) for row in rows]
    offsets = solve(sizes, spans, CAPACITY)
    assert offsets is not None
    assert max(o + s for o, s in zip(offsets, sizes, strict=True)) <= CAPACITY
    assert respects(disjoint_problem(sizes, spans), offsets)
