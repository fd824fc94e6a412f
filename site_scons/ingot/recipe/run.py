# SPDX-License-Identifier: Apache-2.0
"""Running a job of a recipe in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingot.recipe.job import StepJob
from ingot.recipe.step import Files
from ingot.steps.registry import call


def run_job(job: StepJob) -> Any:
    """What the job's step returns. Raises IngotError as the step does."""
    step = job.step
    return call(step.name, {**_paths(step.inputs), **_paths(step.outputs), **step.options})


def _paths(files: Mapping[str, Files]) -> dict[str, Any]:
    return {
        name: Path(value) if isinstance(value, str) else [Path(path) for path in value] for name, value in files.items()
    }
