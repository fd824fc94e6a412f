# SPDX-License-Identifier: Apache-2.0
"""Every model file of the given folders through Ingot and LiteRT's reference kernels: what became of each, and why.

    python bench/corpus.py FOLDER... [--jobs 1] [--list] [--json FILE] [--compile-only]

Files are taken by their content, of files with the same content the first. Each is compiled, run on the host with the
portable kernels and compared with the oracle, byte for byte (functions of float32 to the stated tolerance). A model
with a state runs SEQUENCE inferences in a row, is reset, and runs them again. Where a refusal asks for input_shape=,
the file gets it. Prints a table operator x reason. A difference, a traceback or a crash of Ingot ends the program with
status 1. No model is part of this project: give your own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from support.whole.corpus import CorpusPair, Verdict, is_elsewhere  # noqa: E402
from support.whole.outcome import FAULTS, RESULTS  # noqa: E402
from support.whole.pool import answers  # noqa: E402


def models_in(folders: Iterable[Path]) -> list[Path]:
    """The TensorFlow Lite files in these folders and below, one of each content."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.is_file() and path.stat().st_size > 8:
                with path.open("rb") as file:
                    is_model = file.read(8)[4:] == b"TFL3"
                if is_model:
                    found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return list(found.values())


def print_reasons(done: list[Verdict]) -> None:
    """A line a reason of a refusal, with the operators that it is about and the count of files."""
    table: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for verdict in done:
        for operator, reason in verdict.reasons:
            table[operator, reason].append(verdict)
    print(f"\n{'operator':32}{'files':>6}  reason (first file)")
    for (operator, reason), files in sorted(table.items(), key=lambda item: -len(item[1])):
        print(f"{operator:32}{len(files):>6}  {reason[:150]} ({files[0].name})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="a line a file")
    parser.add_argument("--json", type=Path, help="a file for every verdict, one a line")
    parser.add_argument("--compile-only", action="store_true", help="without running and comparing")
    options = parser.parse_args()
    done = []
    lines = options.json.open("w") if options.json else None
    paths, run = models_in(options.folders), not options.compile_only
    for verdict in answers(CorpusPair, lambda pair, path: pair.verdict(path, run=run), paths, options.jobs):
        done.append(verdict)
        if lines:
            print(json.dumps(verdict._asdict()), file=lines, flush=True)
        if options.list or verdict.result in FAULTS:
            print(
                f"{verdict.result:15} {verdict.name}: {verdict.what.splitlines()[0] if verdict.what else ''}",
                flush=True,
            )
    print_reasons(done)
    counts = Counter(verdict.result for verdict in done)
    elsewhere = sum(is_elsewhere(verdict) for verdict in done)
    refused = sum(verdict.result in ("both refuse", "Ingot refuses") for verdict in done) - elsewhere
    sequences = sum(verdict.sequence > 1 for verdict in done)
    others = len(done) - elsewhere
    print("\n" + ", ".join(f"{result}: {counts[result]}" for result in RESULTS if counts[result]))
    given = sum(bool(verdict.input_shape) for verdict in done)
    print(
        f"{len(done)} files, {sequences} with a state (sequences), {given} with an input_shape that their message asks "
        f"for; {elsewhere} have custom operators."
    )
    print(f"refused of the other {others}: {refused} ({100 * refused / max(others, 1):.1f} %)")
    sys.exit(any(verdict.result in FAULTS for verdict in done))


if __name__ == "__main__":
    main()
