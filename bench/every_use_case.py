# SPDX-License-Identifier: Apache-2.0
"""`ingot new` for every use case by every build system on n6dk, and each use case once on h747-disco: built, and asked.

    python bench/every_use_case.py [--cell WORD] [--keep FOLDER]

Models are trained as examples/use_cases/train.py does, on data that it generates. Each project is built as its README
says, runs labelled inputs on the twin, and has to give the right answer to each. Exit status 1 when one is wrong.
CI builds one of each row and column: tests/start/test_new.py.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "site_scons"), str(ROOT / "tests"), str(ROOT / "examples" / "use_cases")]

from support.use_case_cells import Cell, every_cell, run_cell, wrong_answers  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", default="", help="only cells with this word in their name")
    parser.add_argument("--keep", type=Path, help="a folder that stays; models that are there are not trained again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ingot-use-cases-") as scratch:
        top = given.keep or Path(scratch)
        cells = [cell for cell in every_cell() if given.cell in cell.name]
        wrong = sum(not _asked(cell, top) for cell in cells)
    print(f"{len(cells)} cells, {wrong} wrong")
    sys.exit(1 if wrong else 0)


def _asked(cell: Cell, top: Path) -> bool:
    """Whether every answer of a cell is right; prints the cell's row."""
    trained = _trained(cell.case.model, top)
    before = os.times()
    try:
        wrong = wrong_answers(cell, trained, run_cell(cell, trained, top / cell.name.replace(" ", "-"), top / "cache"))
    except AssertionError as error:
        wrong = [str(error)]
    now = os.times()
    spent = now.children_user + now.children_system - before.children_user - before.children_system
    count = len(cell.case.inputs)
    row = f"{cell.case.use:<22}{cell.build:<8}{cell.board:<12}"
    said = f"{count} of {count} right" if not wrong else f"WRONG: {'; '.join(wrong)}"
    print(f"{row}{said}, {spent:.0f} s of processor time", flush=True)
    return not wrong


def _trained(name: str, top: Path) -> Path:
    import train  # type: ignore[import-not-found]

    folder = top / "models" / name
    if not folder.is_dir():
        folder.mkdir(parents=True)
        train.MODELS[name](folder)
    return folder


if __name__ == "__main__":
    main()
