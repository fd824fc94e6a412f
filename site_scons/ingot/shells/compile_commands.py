# SPDX-License-Identifier: Apache-2.0
"""compile_commands.json: how each C file is compiled, as editors read it (the JSON compilation database of Clang)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from ingot.recipe.job import CompileJob


def compile_commands_text(jobs: Iterable[CompileJob]) -> str:
    """The file's text. jobs: with paths from the working folder."""
    entries = [
        {
            "directory": os.getcwd(),
            "file": job.source,
            "output": job.target,
            "arguments": job.command,
        }
        for job in sorted(jobs, key=lambda job: job.target)
    ]
    return json.dumps(entries, indent=2) + "\n"
