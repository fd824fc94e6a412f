# SPDX-License-Identifier: Apache-2.0
"""The target `explore`: what less RAM costs a model, every way built and run on the board's twin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import SCons.Action

from ingot.base.errors import IngotError
from ingot.recipe.measure import explore_asks, explore_jobs
from ingot.shells.scons.declare import declare
from ingot.shells.scons.paths import file_node


def explore(env: Any, program: Any) -> Any:
    """The nodes of the target. Raises IngotError for a board without a twin."""
    firmware, scheduler = program.firmware, env["INGOT_OPTIONS"].text("scheduler")
    if not firmware.has_twin:
        raise IngotError(f"board '{firmware.first.board.name}' has no emulated twin", where="explore")
    if scheduler:
        return _on_workers(env, firmware, scheduler)
    twin, elf = program.twin
    return declare(env, explore_jobs(twin, elf))["explore"]


def _on_workers(env: Any, firmware: Any, scheduler: str) -> Any:
    """A target that always runs. Nothing of it is built on this machine but the model's file, where that is made."""
    from ingot.shells.explore import explore_on_workers
    from ingot.shells.scons.step import call

    explore_asks(firmware.first)
    model = firmware.first.model

    def run(target: Any, source: Any, env: Any) -> int:
        return call(lambda: explore_on_workers(firmware.first.request, Path(model), scheduler))

    done = env.Command(f"{env['INGOT_BUILD']}/.explore", file_node(env, model), SCons.Action.Action(run, lambda *_: ""))
    env.AlwaysBuild(done)
    return done
