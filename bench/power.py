#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Power fails at every flash operation of an update, and at every pair of them: a table of what was tried.

    nice bench/power.py --seeds 20 [--no-pairs]

A device without a model, or with a mix of two, ends the program with status 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
RUNTIME = TOP / "firmware" / "runtime"
NAMES = ("update", "self_test", "sha256", "initializer", "initializer_refused", "console", "stop")
COLUMNS = ("cuts", "pairs", "starts", "states", "erases")


def main() -> int:
    parser = argparse.ArgumentParser(description="Power fails at every flash operation of an update.")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--no-pairs", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ingot-power-") as folder:
        program = Path(folder, "power")
        sources = [TOP / "tests" / "firmware" / "fixture" / "update_power.c"]
        sources += [RUNTIME / f"ingot_{name}.c" for name in NAMES]
        subprocess.run(["gcc", "-std=gnu11", "-O2", f"-I{RUNTIME}", *sources, "-o", program], check=True)
        print(f"{'scenario':<10}" + "".join(f"{column:>14}" for column in COLUMNS), flush=True)
        for scenario in ("confirm", "reject", "crash"):
            words = [program, scenario, "0" if options.no_pairs else "1", str(options.seeds)]
            done = subprocess.run(words, capture_output=True, text=True)
            if done.returncode:
                print(done.stderr, end="")
                return 1
            said = dict(line.split() for line in done.stdout.splitlines())
            print(f"{scenario:<10}" + "".join(f"{int(said[column]):>14,}" for column in COLUMNS), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
