#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole builds on a disk that fills up at many places: what is said, and whether the next build gives the same bytes.

    python bench/full_disk.py [--shell NAME ...] [--places 12]

Exit status 1 when a build on the full disk ends with status 0 and other bytes, says nothing of the disk, shows a
traceback, or when the build after it fails or differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from support.full_disk import CELL, FullDisk, build_folder, build_on_full_disk, pages  # noqa: E402
from support.real_shells import NAMES, Outcome, make_shells  # noqa: E402


def fault(got: FullDisk, expected: Outcome) -> str:
    """What is wrong, "" when nothing is."""
    said = got.full.said.lower()
    if got.full.status == 0:
        # The folders of every file count on the file system, not all of them here: there was room enough.
        return "" if got.full.files == expected.files else "status 0 with other bytes"
    if got.again.status:
        return f"the next build: status {got.again.status}"
    if got.again.files != expected.files:
        return "the next build: other bytes"
    if "traceback (most recent call last)" in said:
        return "a traceback"
    # The archiver of binutils may have lost the reason: "unable to copy file ...; reason: Success".
    named = "no space left on device" in said or "unable to copy file" in said
    return "" if named else "the disk is not named"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shell", action="append", choices=NAMES)
    parser.add_argument("--places", type=int, default=12)
    given = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="ingot-full-disk-") as folder:
        for name in given.shell or NAMES:
            shell = make_shells(Path(folder), [name])[name]
            expected = shell.build(CELL)
            if expected.status:
                raise RuntimeError(f"{name} does not build: {expected.said}")
            whole = pages(build_folder(shell))
            for place in range(given.places):
                share = (place + 0.5) / given.places
                got = build_on_full_disk(shell, whole, share)
                why = fault(got, expected)
                wrong += bool(why)
                last = [line for line in got.full.said.splitlines() if "no space left" in line.lower()]
                print(
                    f"{name:<14}{share:>5.0%}  status {got.full.status}  {why or 'ok':<32}{''.join(last[-1:])[:90]}",
                    flush=True,
                )
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
