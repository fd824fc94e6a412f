#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Damaged images by the hundred thousand: the loader under its sanitizers, and `ingot image check`, compared.

    nice bench/loader.py --mutations 1000000

Every mutation has its CRC and its seal made right again (15 of 16), is checked by both, and is installed in C where the
loader accepts it. Prints a table; exit status 1 when host and loader differ, or when a sanitizer reports something.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from support.loader import same_verdicts, verdict_samples  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--mutations", type=int, default=100_000, help="in all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    samples = list(verdict_samples())
    codes: Counter[str] = Counter()
    differences: list[str] = []
    print(f"{'image':<14}{'mutations':>12}{'accepted':>12}{'refused':>12}{'differences':>14}", flush=True)
    for number, sample in enumerate(samples):
        found = same_verdicts(sample, options.mutations // len(samples), options.seed + number)
        total = found.accepted + found.refused + len(found.differences)
        print(
            f"{sample:<14}{total:>12,}{found.accepted:>12,}{found.refused:>12,}{len(found.differences):>14,}",
            flush=True,
        )
        codes += found.codes
        differences += found.differences
    print("\nverdicts of the loader")
    for name, count in codes.most_common():
        print(f"  {name:<20}{count:>12,}")
    for line in sorted(set(differences))[:20]:
        print(f"DIFFERENCE {line}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
