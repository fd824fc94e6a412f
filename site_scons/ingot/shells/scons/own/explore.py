# SPDX-License-Identifier: Apache-2.0
"""The target `explore`: what less RAM costs a model, every way built and run on the board's twin."""

from __future__ import annotations

from typing import Any

from ingot.base.errors import IngotError
from ingot.recipe.measure import explore_jobs
from ingot.shells.scons.declare import declare


def explore(env: Any, program: Any) -> Any:
    """The nodes of the target. Raises IngotError for a board without a twin."""
    twin, elf = program.twin
    if twin is None:
        raise IngotError(f"board '{program.firmware.first.board.name}' has no emulated twin", where="explore")
    return declare(env, explore_jobs(twin, elf))["explore"]
