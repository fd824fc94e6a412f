# SPDX-License-Identifier: Apache-2.0
"""The step that bounds what an inference takes of a real-time program."""

from __future__ import annotations

import json
from pathlib import Path

from ingot.base.files import write_if_changed


def bounds(elf: Path, c_info: Path, header: Path, facts: Path, costs: Path | None = None) -> None:
    """Prints the stack bound of a firmware's inference and its longest epoch; writes them as C macros and as JSON.

    elf: the board's firmware. costs: what measure_epochs wrote, None for a board without a twin. Raises IngotError for
    a firmware without Ingot's runtime.
    """
    from ingot.link.stack_bound import read_functions
    from ingot.network.c_info import read_c_info
    from ingot.report.bounds import bounds_facts, bounds_header, bounds_text

    network = read_c_info(c_info)
    measured = json.loads(costs.read_text()) if costs else {}
    found = bounds_facts(read_functions(elf), network, measured, elf)
    write_if_changed(header, bounds_header(found))
    write_if_changed(facts, json.dumps(found, indent=2, sort_keys=True) + "\n")
    print(bounds_text(found), end="")
    print(f"  macros in {header}")
