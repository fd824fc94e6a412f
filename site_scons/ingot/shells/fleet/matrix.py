# SPDX-License-Identifier: Apache-2.0
"""A fleet: boards x models x options, built and verified with one command.

fleet.yaml:

    boards: [n6dk, nucleo-n657]
    models: [movenet, ../nets/kws.tflite]
    options:                  # optional; every combination is built with each of these
    - {}
    - {optimize: ram}
    samples: 3                # optional: inputs that are verified
    targets: [verify]         # optional: what is done with each; on a board without a twin what needs one is left out

ingot.shells.fleet.run builds them, ingot.shells.fleet.report says what became of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.yamlfile import Document, load_yaml
from ingot.link.toolchain import launcher
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.network import NetworkBuild
from ingot.recipe.options import EVERYWHERE, Options, as_text, check_targets, names_of, parse_options
from ingot.recipe.request import Request
from ingot.recipe.whole import ALL
from ingot.shells.workers.work import PATHS

#: Targets that run on the board's emulated twin.
ON_TWIN = ("emulate", "verify", "validate", "reloc-verify", "load-and-run")

SCHEMA = Path(__file__).with_name("fleet.schema.json")


@dataclass(frozen=True)
class Entry:
    """One board, one model, one set of options. label: what the table calls the options."""

    board: str
    model: str
    label: str
    request: Request
    has_twin: bool
    targets: tuple[str, ...] = ("verify",)

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


def read_fleet(path: Path, build: str, board: str = "", model: str = "", shard: str = "") -> list[Entry]:
    """The entries of a fleet.yaml, of one board or one model when asked. shard: see `sharded`. Raises IngotError."""
    document = load_yaml(path, SCHEMA)
    data = document.data
    entries = []
    targets = tuple(data.get("targets", ["verify"]))
    _check_targets(document, targets)
    for word in data["boards"]:
        for name in data["models"]:
            for number, options in enumerate(data.get("options", [{}])):
                try:
                    values = _values(path.parent, options, data.get("samples", 3))
                    check_targets(values, targets)
                except IngotError as error:
                    raise document.error(error.what, "options", number, remedy=error.remedy) from None
                entries.append(_entry(path.parent, word, name, options, values, build, targets))
    _check_folders(document, entries)
    for wanted, known in ((board, [e.board for e in entries]), (model, [e.model for e in entries])):
        if wanted and wanted not in known:
            raise document.error(f"the fleet has no '{wanted}'", remedy=did_you_mean(wanted, dict.fromkeys(known)))
    return sharded([e for e in entries if board in ("", e.board) and model in ("", e.model)], shard)


def sharded(entries: Sequence[Entry], shard: str) -> list[Entry]:
    """Every Nth entry from the Kth on, for shard "K/N"; all for "". All K together have each entry once.

    Raises IngotError for another text.
    """
    if not shard:
        return list(entries)
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", shard)
    number, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= count:
        raise IngotError(f"shard={shard} is no part of a fleet", remedy="shard=2/4 is the second of four parts.")
    return list(entries[number - 1 :: count])


def _check_targets(document: Document, targets: Sequence[str]) -> None:
    """Raises IngotError for a target that a fleet does not have."""
    known = [name for name in ALL if name != "flash"]
    for name in targets:
        if name == "flash":
            what = "a fleet flashes nothing: it builds for many boards, and one is on the desk"
            raise document.error(what, "targets", remedy="Run `scons flash` or `ingot build -t flash` for that board.")
        if name not in known:
            raise document.error(f"there is no target '{name}'", "targets", remedy=did_you_mean(name, known))


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


def _values(folder: Path, options: dict[str, Any], samples: int) -> Options:
    """The options of an entry; any that every shell offers. Paths count from `folder`. Raises IngotError."""
    texts = {key.replace("-", "_"): as_text(value) for key, value in options.items()}
    for name in PATHS:
        if texts.get(name):
            texts[name] = _beside(folder, texts[name])
    return parse_options({**texts, "samples": str(samples)}, [*names_of(*EVERYWHERE), "samples"])


def _entry(
    folder: Path,
    board: str,
    model: str,
    options: dict[str, Any],
    values: Options,
    build: str,
    targets: tuple[str, ...],
) -> Entry:
    label = ",".join(f"{key}={value}" for key, value in sorted(options.items()))
    request = Request(
        model=_beside(folder, model),
        board=_beside(folder, board),
        out=build,
        app="validate",
        launcher=launcher(),
        options=values,
        kernels=f"{build}/kernels",
        models=f"{build}/models",
    )
    known = NetworkBuild(request)
    has_twin = FirmwareBuild([known]).has_twin
    suffix = "-" + re.sub(r"[^A-Za-z0-9_.=-]", "-", label) if label else ""
    place = f"{build}/{known.board.name}{suffix}/{known.manifest.name}"
    return Entry(
        board=known.board.name,
        model=known.manifest.name,
        label=label,
        request=replace(request, out=place),
        has_twin=has_twin,
        targets=tuple(name for name in targets if has_twin or name not in ON_TWIN),
    )


def _beside(folder: Path, word: str) -> str:
    """A path counts from the folder of the fleet.yaml; a name stays one."""
    return os.path.relpath(folder / word) if (folder / word).exists() else word
