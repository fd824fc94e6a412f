# SPDX-License-Identifier: Apache-2.0
"""`ingot adopt`: an existing repository, looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ingot.cli.verb import verb

#: How many files of a kind are listed.
LISTED = 6


@verb()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--write", "writes", is_flag=True, help="Add the lines, and make the boards. Without it nothing changes.")
def adopt(folder: Path, writes: bool) -> Any:
    """Look at the repository in DIR: what is there, what contradicts what, which lines take it over."""
    from ingot.adopt.contradictions import contradictions
    from ingot.adopt.lines import changes, write
    from ingot.adopt.survey import KINDS, facts, survey

    known = survey(folder)
    found = list(contradictions(known))
    wanted = list(changes(known))
    print("found:")
    for kind in KINDS:
        files = known.of(kind)
        if files:
            more = f", and {len(files) - LISTED} more" if len(files) > LISTED else ""
            print(f"  {kind}: {', '.join(map(str, files[:LISTED]))}{more}")
    for address, places in known.addresses.items():
        if len(places) > 1:
            print(f"  0x{address:08X} is typed in {len(places)} places: {', '.join(places[:LISTED])}")
    for text in known.unread:
        print(f"  cannot be read: {text}")
    print("contradictions:" if found else "contradictions: none")
    for text in found:
        print(f"  {text}")
    written: list[str] = []
    for change in wanted:
        print(f"lines for {change.makefile}, behind OBJECTS:")
        print("\n".join(f"  {line}" for line in change.lines))
        if writes:
            written += [str(path) for path in write(known, change)]
        else:
            print(f"  (and once: ingot board new {change.board} --from {change.like} --pools {change.pools})")
    if not wanted:
        print("lines: no Makefile of ST's shape beside an output of ST's tools; see docs/make.md, scons.md, cmake.md")
    for path in written:
        print(f"written: {path}")
    lines = {str(change.makefile): list(change.lines) for change in wanted}
    return {**facts(known), "contradictions": found, "lines": lines, "written": written}
