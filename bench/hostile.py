#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Damaged files of every format, read in processes with limits of time and memory: a table of what became of them.

    nice bench/hostile.py --count 20000
    bench/hostile.py --show "network.c" 17 damaged.c

A traceback, a signal, more than 10 seconds of processor time, more than 1 GiB or a file outside of its folder ends the
program with status 1, with the number that makes the file again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from support.hostile.formats import FORMATS  # noqa: E402
from support.hostile.run import RESULTS, read_hostile, show  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description="Damaged files of every format.")
    parser.add_argument("--count", type=int, default=2000, help="of each format")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--format", action="append", choices=sorted(FORMATS))
    parser.add_argument("--show", nargs=3, metavar=("FORMAT", "NUMBER", "FILE"))
    options = parser.parse_args()
    if options.show:
        name, number, file = options.show
        show(name, int(number), Path(file))
        return 0
    faults = []
    print(f"{'format':<18}" + "".join(f"{result:>11}" for result in RESULTS), flush=True)
    for name in options.format or FORMATS:
        found = read_hostile(name, options.first, options.count)
        print(f"{name:<18}" + "".join(f"{found.counts[result]:>11,}" for result in RESULTS), flush=True)
        faults += found.faults
    for fault in faults[:50]:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
