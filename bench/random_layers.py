# SPDX-License-Identifier: Apache-2.0
"""Random one-operator models through Ingot and LiteRT's reference kernels: as many of each kind as one likes.

    python bench/random_layers.py NAME... [--count 20000] [--inputs 40] [--seed 1]
    python bench/random_layers.py --names

A case is a random model with one set of random inputs; --inputs sets are tried with each model, as compiling takes most
of the time. NAME "=ADD int8" is that row alone.

NAME: a row of tests/support/models/every.py, or a part of one ("uint8" for all of uint8). A difference, a traceback or
a crash of Ingot is printed with its seed, and ends the program with status 1. "close" are float32 numbers within the
units in the last place that `verify` allows. CEIL, ROUND and ELU are compared with LiteRT's optimized kernels, as they
have no reference kernels.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from support.models.draw import Seeded  # noqa: E402
from support.models.every import MODELS  # noqa: E402
from support.whole.outcome import FAULTS, Pair, general  # noqa: E402

MOST_FAULTS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--count", type=int, default=20000, help="cases of each kind")
    parser.add_argument("--inputs", type=int, default=40, help="sets of inputs that are tried with a model")
    parser.add_argument("--seed", type=int, default=1, help="number of the first model")
    parser.add_argument("--names", dest="list", action="store_true", help="list the kinds")
    options = parser.parse_args()
    if options.list:
        print("\n".join(MODELS))
        return
    chosen = [name for name in MODELS if any(part in f"={name}=" for part in options.names)]
    pair, faulty = Pair(options.inputs, others=True), False
    for name in chosen:
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        began = pair.processor_seconds()
        for seed in range(options.seed, options.seed + -(-options.count // options.inputs)):
            outcome = pair.of_model(MODELS[name](Seeded(seed)))
            counts[outcome.result] += options.inputs
            if outcome.result in FAULTS:
                print(f"{name}, seed {seed}: {outcome.result}: {outcome.reason[:2000]}", flush=True)
                faulty = True
                if sum(counts[fault] for fault in FAULTS) >= MOST_FAULTS * options.inputs:
                    break
            elif outcome.result != "equal":
                reasons[f"{outcome.result}: {general(outcome.reason)}"] += options.inputs
        listed = ", ".join(f"{result} {count:,}" for result, count in counts.most_common())
        print(f"{name:36} {listed} ({pair.processor_seconds() - began:.0f} s)", flush=True)
        for reason, count in reasons.most_common(3):
            print(f"    {count:>7,}  {reason}", flush=True)
    pair.close()
    sys.exit(faulty)


if __name__ == "__main__":
    main()
