# SPDX-License-Identifier: Apache-2.0
"""Building a fleet. Ninja does the work: an entry that fails stops no other one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.whole import whole_recipe
from ingot.shells.command import Command, command_of
from ingot.shells.fleet.matrix import Entry, Outcome, read_fleet
from ingot.shells.fleet.report import junit_xml, table
from ingot.shells.ninja import find_ninja, ninja_environment, ninja_text
from ingot.shells.workers.work import Done, Say, files_read

_PROGRESS = re.compile(r"\[\d+/\d+\] (.*)")
_FAILED = re.compile(r"FAILED: (?:\[code=\d+\] )?(\S+)")


def fleet(
    file: Path,
    *,
    build: str,
    junit: str = "",
    command: Sequence[str] = (),
    board: str = "",
    model: str = "",
    parallel: int = 0,
    scheduler: str = "",
    shard: str = "",
) -> None:
    """Builds and verifies every entry of a fleet.yaml and prints a table. Raises IngotError when an entry failed.

    The table is also in <build>/fleet.txt, and as JUnit XML in <build>/fleet.xml or `junit`; both are there after a
    failure, too. command: how `ingot` is called. board, model, shard: only these. parallel: commands at a time, 0 for
    Ninja's choice. scheduler: of Dask, which runs the entries in place of this machine (ingot.shells.workers).
    """
    ingot = command or (sys.executable, "-m", "ingot")
    entries = read_fleet(file, build, board, model, shard)
    outcomes = _outcomes(entries, ingot, build, parallel, scheduler)
    write_if_changed(Path(build, "fleet.txt"), table(outcomes))
    write_if_changed(Path(junit or f"{build}/fleet.xml"), junit_xml(outcomes))
    failed = [item for item in outcomes if item.failed]
    for item in failed:
        print(f"\n{item.entry.name}:\n{item.log}", file=sys.stderr, flush=True)
    print(f"\n{table(outcomes)}", end="", flush=True)
    if failed:
        raise IngotError(f"{len(failed)} of {len(outcomes)} entries failed", where=str(file))


def _outcomes(
    entries: Sequence[Entry], ingot: Sequence[str], build: str, parallel: int, scheduler: str
) -> list[Outcome]:
    def say(line: str) -> None:
        print(f"  {line}", flush=True)

    if not scheduler:
        return run_fleet(entries, ingot, build, parallel, say)
    return run_on_workers(entries, build, scheduler, say)


@dataclass(frozen=True)
class EntryWork:
    """An entry as work for another machine (ingot.shells.workers.work)."""

    entry: Entry

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def out(self) -> str:
        return self.entry.request.out

    def reads(self) -> set[str]:
        recipe = whole_recipe(FirmwareBuild.of([self.entry.request]), self.entry.targets)
        return files_read(self.entry.request, recipe.jobs, recipe.targets)

    def run(self, build: str) -> Done:
        (outcome,) = run_fleet([self.entry], (sys.executable, "-m", "ingot"), build)
        return Done(outcome.state, outcome.log, outcome.facts)


def run_on_workers(entries: Sequence[Entry], build: str, scheduler: str, say: Say) -> list[Outcome]:
    """The same as `run_fleet` on the workers of Dask. Raises IngotError as `run_on_dask` does."""
    from ingot.shells.workers.on_dask import run_on_dask

    done = run_on_dask([EntryWork(entry) for entry in entries], build, scheduler, say)
    return [Outcome(entry, one.state, one.log, dict(one.facts)) for entry, one in zip(entries, done, strict=True)]


def fleet_commands(
    entries: Sequence[Entry], ingot: Sequence[str], build: str
) -> tuple[list[Command], dict[str, list[str]]]:
    """All commands of all entries, and what may be asked for: "fleet", each board, each model.

    An entry is done when it is built and proven, and when what its targets print or write is there.
    """
    commands: dict[tuple[str, ...], Command] = {}
    names: dict[str, list[str]] = {"fleet": []}
    for entry in entries:
        recipe = whole_recipe(FirmwareBuild.of([entry.request]), entry.targets)
        for job in recipe.jobs:
            command = command_of(job, ingot, entry.request.launcher)
            if command.kind == "run":
                command = _logged(entry, command, recipe.targets["firmware"])
            commands.setdefault(command.outputs, command)
        # What a target prints is there when the firmware is proven; files of a target say nothing about that.
        logs = [log_file(entry, target) for target in entry.targets if target not in recipe.targets]
        files = logs or [*recipe.targets["firmware"]]
        files += [file for target in entry.targets for file in recipe.targets.get(target, ())]
        for name in ("fleet", entry.board, entry.model):
            names.setdefault(name, []).extend(files)
    return list(commands.values()), names


def _logged(entry: Entry, command: Command, firmware: Sequence[str]) -> Command:
    """What always runs as a target: its text goes to a file. A failure prints it."""
    target = command.outputs[0]
    log = log_file(entry, target)
    words = (*command.words, "--log", log)
    outputs, inputs = (log, *command.outputs[1:]), (*command.inputs, *firmware)
    return Command("link", outputs, inputs, words, text=f"{target} {entry.name}")


def log_file(entry: Entry, target: str = "verify") -> str:
    """What a target of an entry printed; only there when it passed."""
    return f"{entry.request.out}/{'verified' if target == 'verify' else target}.txt"


def proof_file(entry: Entry) -> str:
    """What is there when the firmware is built and proven."""
    return f"{entry.request.out}/memory_map.txt"


def run_fleet(
    entries: Sequence[Entry], ingot: Sequence[str], build: str, parallel: int = 0, say: Say | None = None
) -> list[Outcome]:
    """Builds and verifies all entries with Ninja; what became of each. Raises IngotError when Ninja is missing.

    Leaves <build>/fleet.ninja, which `ninja -k 0 -f` builds by itself as well. say: gets a line an entry.
    """
    find_ninja()
    jobs, names = fleet_commands(entries, ingot, build)
    itself = Path(build) / "fleet.ninja"
    write_if_changed(itself, ninja_text(jobs, names, build))
    for entry in entries:  # of a target that failed before
        for target in entry.targets:
            Path(f"{log_file(entry, target)}.part").unlink(missing_ok=True)
    status, printed = _ninja(itself, parallel, say or (lambda line: None))
    failures = _failures(printed)
    if status and not failures:
        raise IngotError(f"Ninja could not start: {printed.strip()}", where=str(itself))
    # What belongs to no entry (kernels, a model that is made) concerns all.
    folders = tuple(f"{entry.request.out}/" for entry in entries)
    common = {file: text for file, text in failures.items() if not file.startswith(folders)}
    return [_outcome(entry, failures, common) for entry in entries]


def _ninja(itself: Path, parallel: int, say: Say) -> tuple[int, str]:
    """Runs Ninja to the end; its status and what it printed. say: gets verifications as they end."""
    from ingot.recipe.whole import ALL

    command = ["ninja", "-f", str(itself), "-k", "0", *(["-j", str(parallel)] if parallel else [])]
    environment = {**ninja_environment(), "NINJA_STATUS": "[%f/%t] "}
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            done = _PROGRESS.match(line)
            if done and done[1].partition(" ")[0] in ALL:
                say(done[1])
    return process.returncode, "".join(lines)


def _failures(text: str) -> dict[str, str]:
    """First output of each failed job -> what it printed. Ninja writes `FAILED: outputs`, the command, its text."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        if failed := _FAILED.match(line):
            current = found.setdefault(failed[1], [])
        elif _PROGRESS.match(line) or line.startswith("ninja: "):
            current = None
        elif current is not None:
            current.append(line)
    return {name: "\n".join(lines[1:]) for name, lines in found.items()}


def _outcome(entry: Entry, failures: dict[str, str], common: dict[str, str]) -> Outcome:
    summary = Path(entry.request.out, "summary.json")
    texts = {file: text for file, text in failures.items() if file.startswith(f"{entry.request.out}/")} | common
    logs = [Path(log_file(entry, target)) for target in entry.targets]
    for log in logs:
        part = Path(f"{log}.part")
        if str(log) in texts and part.is_file():
            texts[str(log)] = part.read_text()
    if texts or not Path(proof_file(entry)).is_file():
        lines = dict.fromkeys(text.strip() for text in texts.values() if text.strip())
        return Outcome(entry, "FAILED", "\n".join(lines) or "a step before it failed")
    facts = json.loads(summary.read_text()) if summary.is_file() else {}
    printed = "".join(log.read_text() for log in logs if log.is_file()) or Path(proof_file(entry)).read_text()
    return Outcome(entry, "verified" if "verify" in entry.targets else "built", printed, facts)
