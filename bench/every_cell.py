# SPDX-License-Identifier: Apache-2.0
"""A real build of every cell of shell x compiler x option, with stand-ins for what is ST's, compared byte by byte.

    python bench/every_cell.py [--shell NAME ...] [--cell WORD] [--keep FOLDER]

Every shell builds firmware and relocatable image of every compiler alone, and of every option that the compiler reads;
results are the bytes of Ingot's own SConstruct. After each compiler alone come new weights: no C is compiled. Each
shell builds all cells one after the other in one folder, so that changed options have to reach what was built before.
Exit status 1 when a cell differs. CI builds a sample: tests/shells/test_real_builds.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "site_scons"), str(ROOT / "tests")]

from support.real_cells import all_cells, build_all, fleet_is_the_own_build  # noqa: E402
from support.real_shells import NAMES  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shell", action="append", choices=NAMES, help="only these, beside the own SConstruct")
    parser.add_argument("--cell", default="", help="only cells with this word in their name")
    parser.add_argument("--keep", type=Path, help="a folder that stays")
    given = parser.parse_args()
    shells = list(dict.fromkeys(["scons own", *(given.shell or NAMES)]))
    cells = [cell for cell in all_cells() if given.cell in cell.name]
    alone = {cell.name for cell in all_cells() if set(cell.options) <= {"compiler", "st_pack", "st_output"}}
    with tempfile.TemporaryDirectory(prefix="ingot-cells-") as name:
        top = given.keep or Path(name)
        table = build_all(top, [(cell, shells) for cell in cells], lambda line: print(line, flush=True), alone)
        if "fleet" in shells:
            fleet_is_the_own_build(table, top, [cell for cell in cells if cell.name in alone])
    print(f"{len(table.rows)} builds of {len(cells)} cells in {len(shells)} shells, {len(table.wrong)} wrong")
    sys.exit(1 if table.wrong else 0)


if __name__ == "__main__":
    main()
