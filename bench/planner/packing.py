# SPDX-License-Identifier: Apache-2.0
"""How well buffers are packed: solves the instances of a folder and prints one table.

    python bench/planner/packing.py FOLDER [--exact] [--capacity BYTES]

An instance is a CSV file with the columns id, lower, upper (exclusive) and size, as Google's minimalloc publishes them;
a name like A.1048576.csv holds the capacity. `--exact` asks OR-tools (bench/planner/requirements.txt) where the search
gives up. No network that was tried needs such a search: the schedule's own placement reaches its lower bound, or has
overlays, which this search does not know. It shows what plain buffers could gain.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "site_scons"))

from packer.below import Packing, pack_below
from packer.exact import solve_exactly
from packer.sections import sections_of


def read_instance(path: Path) -> tuple[list[int], list[tuple[int, int]]]:
    """Sizes and (first, last) times."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [int(r["size"]) for r in rows], [(int(r["lower"]), int(r["upper"]) - 1) for r in rows]


def capacity_of(path: Path) -> int:
    """The number in the file's name."""
    return int(path.stem.split(".")[-1])


def valid(sizes: list[int], spans: list[tuple[int, int]], offsets: list[int], capacity: int) -> bool:
    """Whether no two buffers that live together share a byte, and all lie below the capacity."""
    for j, (first, last) in enumerate(spans):
        if offsets[j] < 0 or offsets[j] + sizes[j] > capacity:
            return False
        for i in range(j):
            meet = spans[i][0] <= last and first <= spans[i][1]
            if meet and offsets[i] < offsets[j] + sizes[j] and offsets[j] < offsets[i] + sizes[i]:
                return False
    return True


def main() -> int:
    """Returns 0 when every instance was placed, or proved not to fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--capacity", type=int)
    arguments = parser.parse_args()
    print(f"{'instance':20} {'buffers':>7} {'bound':>10} {'capacity':>10} {'nodes':>10} {'seconds':>8}  result")
    failed = 0
    for path in sorted(arguments.folder.glob("*.csv")):
        sizes, spans = read_instance(path)
        capacity = arguments.capacity or capacity_of(path)
        begin = time.perf_counter()
        packing = pack_below(sizes, spans, capacity)
        if packing.offsets is None and not packing.proved and arguments.exact:
            packing = Packing(solve_exactly(sizes, spans, capacity), False, packing.nodes)
        seconds = time.perf_counter() - begin
        good = packing.offsets is not None and valid(sizes, spans, packing.offsets, capacity)
        failed += not (good or packing.proved)
        result = "placed" if good else "proved: does not fit" if packing.proved else "not solved"
        bound = max(sections_of(sizes, spans).totals)
        figures = f"{len(sizes):7} {bound:10,} {capacity:10,} {packing.nodes:10,} {seconds:8.2f}"
        print(f"{path.name:20} {figures}  {result}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
