# SPDX-License-Identifier: Apache-2.0
"""`explore` on several machines: each schedule of a model is built and run on the twin by a worker of Dask."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.console import say
from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import Job
from ingot.recipe.measure import explore_asks, way_jobs
from ingot.recipe.request import Request
from ingot.recipe.whole import distinct
from ingot.shells.command import command_of
from ingot.shells.ninja import find_ninja, ninja_environment, ninja_text
from ingot.shells.workers.work import Done, files_read
from ingot.steps.explore import Way, measured, show, ways_of


@dataclass(frozen=True)
class WayWork:
    """One schedule as work for another machine (ingot.shells.workers.work). ask: the option that asks for it."""

    request: Request
    ask: tuple[str, Any]

    @property
    def name(self) -> str:
        return f"{self.ask[0]}={self.ask[1]}"

    @property
    def out(self) -> str:
        return f"{self.request.out}/ways/{self.ask[0]}-{self.ask[1]}"

    def reads(self) -> set[str]:
        return files_read(self.request, self._jobs())

    def run(self, build: str) -> Done:
        """Builds it with Ninja. The objects that all schedules share are made once in a working folder."""
        jobs, ninja = self._jobs(), find_ninja()
        commands = [command_of(job, (sys.executable, "-m", "ingot"), self.request.launcher) for job in jobs]
        itself = f"{self.out}/way.ninja"
        Path(self.out).mkdir(parents=True, exist_ok=True)
        write_if_changed(Path(itself), ninja_text(commands, {"way": [self._facts]}, build))
        ran = subprocess.run(
            [ninja, "-f", itself],
            env=ninja_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if ran.returncode:
            return Done("FAILED", ran.stdout + ran.stderr, {})
        return Done("measured", "", json.loads(Path(self._facts).read_text(encoding="utf-8")))

    @property
    def _facts(self) -> str:
        return f"{self.out}/facts.json"

    def _jobs(self) -> list[Job]:
        return distinct(way_jobs(FirmwareBuild.of([self.request]), self.ask, self._facts))


def explore_on_workers(
    request: Request, model: Path, scheduler: str, *, flags: bool = False, as_json: bool = False
) -> None:
    """Prints what `explore` prints, with every schedule measured by a worker. Raises IngotError.

    request: board, model and options. model: its file on this machine. flags: options are named as those of the
    command `ingot compile`.
    """
    from ingot.shells.workers.on_dask import run_on_dask

    firmware = FirmwareBuild.of([request])
    if not firmware.has_twin:
        raise IngotError(f"board '{firmware.first.board.name}' has no emulated twin", where="explore")
    asked = explore_asks(firmware.first)
    ways = ways_of(model, Path(firmware.first.board_file), asked)
    works = [WayWork(request, way.asks[0]) for way in ways]
    done = run_on_dask(works, f"{request.out}/ways", scheduler, say) if works else []
    show([_measured(way, work, one) for way, work, one in zip(ways, works, done, strict=True)], flags, as_json)


def _measured(way: Way, work: WayWork, done: Done) -> Way:
    if done.state == "FAILED":
        print(done.log, file=sys.stderr)
        raise IngotError(f"{work.name} failed", where="explore")
    return measured(way, done.facts)
