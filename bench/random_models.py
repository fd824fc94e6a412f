# SPDX-License-Identifier: Apache-2.0
"""Random whole models through Ingot and LiteRT's reference kernels: a table of what became of each, by operator.

    python bench/random_models.py [--count 20000] [--seed 1] [--jobs 1]
    python bench/random_models.py --show SEED

A difference, a traceback or a crash of Ingot ends the program with status 1, with the seed that makes the model again.
--show prints that model and what becomes of each of its operators alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from support.whole.describe import alone, described  # noqa: E402
from support.whole.model import whole_model  # noqa: E402
from support.whole.outcome import FAULTS, RESULTS, Outcome, Pair, general  # noqa: E402
from support.whole.pool import answers  # noqa: E402


def print_table(done: list[Outcome]) -> None:
    """Models by operator and outcome; a model counts for each of its operators."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in done:
        for kind in ("all models", *outcome.kinds):
            table[kind][outcome.result] += 1
    print(f"{'':30}" + "".join(f"{result:>15}" for result in RESULTS))
    for kind in ["all models", *sorted(k for k in table if k != "all models")]:
        print(f"{kind:30}" + "".join(f"{table[kind][result]:>15,}" for result in RESULTS))


def print_reasons(done: list[Outcome], most: int) -> None:
    for result in RESULTS[1:]:
        if result in FAULTS:
            continue
        reasons = Counter(general(o.reason) for o in done if o.result == result)
        seeds = {general(o.reason): o.seed for o in done if o.result == result}
        if reasons:
            print(f"\n{result}: {sum(reasons.values()):,}")
            for reason, count in reasons.most_common(most):
                print(f"{count:>7,}  {reason}  [{seeds[reason]}]")


def show(seed: int) -> None:
    drawn = whole_model(seed)
    pair = Pair()
    print("\n".join(described(drawn.content)))
    print(f"forms: {', '.join(drawn.forms) or 'none'}")
    outcome = pair.outcome(seed)
    print(f"{outcome.result}: {outcome.reason}")
    for name, model in alone(drawn.content):
        outcome = pair.of_model(model)
        print(f"  {name} alone: {outcome.result}: {general(outcome.reason)}")
    pair.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1, help="number of the first model")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--reasons", type=int, default=40, help="most reasons an outcome")
    parser.add_argument("--show", type=int, metavar="SEED")
    parser.add_argument("--json", type=Path, help="a file for every outcome, one a line")
    options = parser.parse_args()
    if options.show is not None:
        show(options.show)
        return
    done = []
    lines = options.json.open("w") if options.json else None
    seeds = range(options.seed, options.seed + options.count)
    for outcome in answers(Pair, Pair.outcome, seeds, options.jobs):
        done.append(outcome)
        if lines:
            print(json.dumps(outcome._asdict()), file=lines, flush=True)
        if outcome.result in FAULTS:
            print(f"{outcome.result} [{outcome.seed}] {outcome.reason}", flush=True)
        if len(done) % 1000 == 0:
            print(f"{len(done):,} models", file=sys.stderr, flush=True)
    print_table(done)
    print_reasons(done, options.reasons)
    sys.exit(any(outcome.result in FAULTS for outcome in done))


if __name__ == "__main__":
    main()
