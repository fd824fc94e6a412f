# SPDX-License-Identifier: Apache-2.0
"""What `verify` found last, kept beside the firmware that it ran, for the report.

verify.json names what was verified (model, compiler, options), so that a verdict of another build is known as one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingot.base.files import write_if_changed
from ingot.network.types import Network

VERDICT_FILE = "verify.json"
#: Options that differ between a board and its twin, whose networks compute the same.
_OF_THE_CORE = ("cpu=", "isa=")


def record_verdict(network: Network, file: Path, verdict: str, passed: bool) -> None:
    """Writes a verify.json. network: what ran. verdict: a line for people."""
    facts = {**_subject(network), "passed": passed, "verdict": verdict}
    write_if_changed(file, json.dumps(facts, indent=1, sort_keys=True) + "\n")


def verdict_of(network: Network, file: Path) -> tuple[str, bool | None]:
    """The verdict about a network in words, and whether it passed; None where this build was not verified."""
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "not verified yet", None
    if not isinstance(facts, dict) or any(facts.get(key) != value for key, value in _subject(network).items()):
        return "not verified since model, compiler or options changed", None
    return str(facts.get("verdict", "")), bool(facts.get("passed"))


def _subject(network: Network) -> dict[str, Any]:
    options = [word for word in network.options.split() if not word.startswith(_OF_THE_CORE)]
    return {
        "model_sha256": network.model_sha256,
        "compiler_version": network.compiler_version,
        "options": " ".join(options),
    }
