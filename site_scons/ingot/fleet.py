"""A fleet: boards x models x options, built and verified with one command.

fleet.yaml:

    boards: [n6dk, nucleo-n657]
    models: [movenet, ../nets/kws.tflite]
    options:                  # optional; every combination is built with each of these
    - {}
    - {optimize: ram}
    samples: 3                # optional: inputs that are verified

Ninja does the work: an entry that fails stops no other one.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingot.errors import IngotError, did_you_mean
from ingot.files import write_if_changed
from ingot.ninja import ninja_text
from ingot.shells.jobs import Job, firmware_jobs
from ingot.shells.parts import Parts, Request
from ingot.yamlfile import load_yaml

SCHEMA = Path(__file__).with_name("fleet.schema.json")


@dataclass(frozen=True)
class Entry:
    """One board, one model, one set of options. label: what the table calls the options."""

    board: str
    model: str
    label: str
    request: Request
    samples: int = 3

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.board, self.model, self.label) if part)


@dataclass(frozen=True)
class Outcome:
    """What became of an entry. state: "ok" or "FAILED". log: what was printed."""

    entry: Entry
    state: str
    log: str
    facts: dict[str, Any] = field(default_factory=dict)


def read_fleet(path: Path, build: str, board: str = "", model: str = "") -> list[Entry]:
    """The entries of a fleet.yaml, of one board or one model when asked. Raises IngotError."""
    document = load_yaml(path, SCHEMA)
    data = document.data
    entries = []
    for word in data["boards"]:
        for name in data["models"]:
            for options in data.get("options", [{}]):
                entries.append(_entry(path.parent, word, name, options, build, data.get("samples", 3)))
    for wanted, known in ((board, [e.board for e in entries]), (model, [e.model for e in entries])):
        if wanted and wanted not in known:
            raise document.error(f"the fleet has no '{wanted}'", remedy=did_you_mean(wanted, known))
    return [e for e in entries if board in ("", e.board) and model in ("", e.model)]


def _entry(folder: Path, board: str, model: str, options: dict[str, Any], build: str, samples: int) -> Entry:
    label = ",".join(f"{key}={value}" for key, value in sorted(options.items()))
    request = Request(model=_beside(folder, model), board=_beside(folder, board), out=build, app="validate")
    parts = Parts(request)
    place = f"{build}/{parts.board.name}{'-' + label if label else ''}/{parts.manifest.name}"
    chosen = {key.replace("-", "_"): value for key, value in options.items()}
    return Entry(
        parts.board.name, parts.manifest.name, label, replace(request, out=place.replace(",", "-"), **chosen), samples
    )


def _beside(folder: Path, word: str) -> str:
    """A path counts from the folder of the fleet.yaml; a name stays one."""
    return os.path.relpath(folder / word) if (folder / word).exists() else word


def fleet_jobs(entries: Sequence[Entry], ingot: Sequence[str], build: str) -> tuple[list[Job], dict[str, list[str]]]:
    """All jobs of all entries; each entry's last one writes <out>/verified.txt. Kernels are compiled once a board."""
    jobs: dict[tuple[str, ...], Job] = {}
    names: dict[str, list[str]] = {"fleet": []}
    for entry in entries:
        mine, known = firmware_jobs(entry.request, ingot, f"{build}/models")
        log = log_file(entry)
        for job in mine:
            if job.kind == "run" and job.outputs[0] == "verify":
                # The comparison's text goes to a file, so that it is a target; a failure prints it.
                command = f"{shlex.join(job.command)} --set samples={entry.samples} >{shlex.quote(log)}.part 2>&1"
                text = f"{command} && mv {shlex.quote(log)}.part {shlex.quote(log)}"
                reads = (*job.inputs, *known["firmware"])
                what = f"verify {entry.name}"
                job = replace(job, kind="link", outputs=(log,), inputs=reads, command=("sh", "-c", text), text=what)
            if job.kind != "run":
                jobs.setdefault(job.outputs, job)
        names["fleet"].append(log)
        if not any(log in job.outputs for job in mine) and log not in {o for j in jobs.values() for o in j.outputs}:
            names["fleet"][-1] = entry.request.out + "/memory_map.txt"  # a board without a twin is built and proven
    return list(jobs.values()), names


def log_file(entry: Entry) -> str:
    return f"{entry.request.out}/verified.txt"


def run_fleet(entries: Sequence[Entry], ingot: Sequence[str], build: str, parallel: int = 0) -> list[Outcome]:
    """Builds and verifies all entries with Ninja; what became of each. Raises IngotError when Ninja is missing."""
    if shutil.which("ninja") is None:
        raise IngotError("a fleet is built with Ninja, which is not installed", remedy="Run: pip install ninja")
    jobs, names = fleet_jobs(entries, ingot, build)
    itself = Path(build) / "fleet.ninja"
    write_if_changed(itself, ninja_text(jobs, names, str(itself), [], []))
    command = ["ninja", "-f", str(itself), "-k", "0", *(["-j", str(parallel)] if parallel else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    failures = _failures(done.stdout)
    if done.returncode and not failures:
        raise IngotError(f"Ninja could not start: {done.stdout.strip()}", where=str(itself))
    # What belongs to no entry (kernels, a model that is made) concerns all.
    folders = tuple(f"{entry.request.out}/" for entry in entries)
    common = {file: text for file, text in failures.items() if not file.startswith(folders)}
    return [_outcome(entry, target, failures, common) for entry, target in zip(entries, names["fleet"], strict=True)]


def _failures(text: str) -> dict[str, str]:
    """First output of each failed job -> what it printed. Ninja writes `FAILED: outputs`, the command, its text."""
    found: dict[str, str] = {}
    for part in text.split("FAILED: ")[1:]:
        outputs, _, rest = part.partition("\n")
        lines = [line for line in rest.splitlines()[1:] if not line.startswith(("[", "ninja: "))]
        found[outputs.split()[0]] = "\n".join(lines)
    return found


def _outcome(entry: Entry, target: str, failures: dict[str, str], common: dict[str, str]) -> Outcome:
    out = entry.request.out
    summary = Path(out, "summary.json")
    mine = [text for file, text in failures.items() if file.startswith(f"{out}/")]
    part = Path(f"{target}.part")  # left there by a verification that failed
    if part.is_file() and target in failures:
        mine.append(part.read_text())
    mine = list(dict.fromkeys(text for text in (*mine, *common.values()) if text))
    if mine or not Path(target).is_file():
        return Outcome(entry, "FAILED", "\n".join(mine) or "a step before it failed")
    facts = json.loads(summary.read_text()) if summary.is_file() else {}
    return Outcome(entry, "ok", Path(target).read_text(), facts)


def table(outcomes: Sequence[Outcome]) -> str:
    """One line an entry, and the sum."""
    rows = [("board", "model", "options", "state", "activations", "weights")]
    for item in outcomes:
        figures = [f"{item.facts[key]:,}" if key in item.facts else "" for key in ("peak", "weights")]
        rows.append((item.entry.board, item.entry.model, item.entry.label, item.state, *figures))  # type: ignore[arg-type]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [text.ljust(w) if i < 4 else text.rjust(w) for i, (text, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    failed = sum(item.state != "ok" for item in outcomes)
    return "\n".join([*lines, f"{len(outcomes)} entries, {failed} failed"]) + "\n"


def junit(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as JUnit XML, for CI servers."""
    from xml.etree import ElementTree as xml

    failed = sum(item.state != "ok" for item in outcomes)
    suite = xml.Element("testsuite", name="ingot fleet", tests=str(len(outcomes)), failures=str(failed))
    for item in outcomes:
        name = f"{item.entry.model} {item.entry.label}".strip()
        case = xml.SubElement(suite, "testcase", classname=item.entry.board, name=name)
        if item.state != "ok":
            first = next((line for line in item.log.splitlines() if line.startswith("ingot:")), "failed")
            xml.SubElement(case, "failure", message=first).text = item.log
    xml.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(suite, encoding="unicode") + "\n"
