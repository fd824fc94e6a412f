"""A fleet: boards x models x options, built and verified with one command.

fleet.yaml:

    boards: [n6dk, nucleo-n657]
    models: [movenet, ../nets/kws.tflite]
    options:                  # optional; every combination is built with each of these
    - {}
    - {optimize: ram}
    samples: 3                # optional: inputs that are verified

ingot.shells.fleet.run builds them, ingot.shells.fleet.report says what became of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingot.base.errors import did_you_mean
from ingot.base.yamlfile import Document, load_yaml
from ingot.recipe.parts import Parts, Request

SCHEMA = Path(__file__).with_name("fleet.schema.json")


@dataclass(frozen=True)
class Entry:
    """One board, one model, one set of options. label: what the table calls the options."""

    board: str
    model: str
    label: str
    request: Request
    has_twin: bool
    samples: int = 3

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.board, self.model, self.label) if part)


@dataclass(frozen=True)
class Outcome:
    """What became of an entry. state: "verified", "built" (its board has no twin) or "FAILED". log: what was printed.

    facts: of the summary.json.
    """

    entry: Entry
    state: str
    log: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.state == "FAILED"


def read_fleet(path: Path, build: str, board: str = "", model: str = "") -> list[Entry]:
    """The entries of a fleet.yaml, of one board or one model when asked. Raises IngotError."""
    document = load_yaml(path, SCHEMA)
    data = document.data
    entries = []
    for word in data["boards"]:
        for name in data["models"]:
            for options in data.get("options", [{}]):
                entries.append(_entry(path.parent, word, name, options, build, data.get("samples", 3)))
    _check_folders(document, entries)
    for wanted, known in ((board, [e.board for e in entries]), (model, [e.model for e in entries])):
        if wanted and wanted not in known:
            raise document.error(f"the fleet has no '{wanted}'", remedy=did_you_mean(wanted, dict.fromkeys(known)))
    return [e for e in entries if board in ("", e.board) and model in ("", e.model)]


def _check_folders(document: Document, entries: Sequence[Entry]) -> None:
    """Two entries in one folder would take each other's files. Raises IngotError."""
    folders: dict[str, Entry] = {}
    for entry in entries:
        if entry.request.out in folders:
            raise document.error(
                f"two entries are called '{entry.name}' and would be built in the same folder",
                "models",
                remedy="Give one of the models a model.yaml with another name.",
            )
        folders[entry.request.out] = entry


def _entry(folder: Path, board: str, model: str, options: dict[str, Any], build: str, samples: int) -> Entry:
    label = ",".join(f"{key}={value}" for key, value in sorted(options.items()))
    request = Request(model=_beside(folder, model), board=_beside(folder, board), out=build, app="validate")
    parts = Parts(request)
    suffix = "-" + re.sub(r"[^A-Za-z0-9_.=-]", "-", label) if label else ""
    place = f"{build}/{parts.board.name}{suffix}/{parts.manifest.name}"
    chosen = {key.replace("-", "_"): value for key, value in options.items()}
    return Entry(
        board=parts.board.name,
        model=parts.manifest.name,
        label=label,
        request=replace(request, out=place, **chosen),
        has_twin=parts.board.twin is not None,
        samples=samples,
    )


def _beside(folder: Path, word: str) -> str:
    """A path counts from the folder of the fleet.yaml; a name stays one."""
    return os.path.relpath(folder / word) if (folder / word).exists() else word
