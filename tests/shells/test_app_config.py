# SPDX-License-Identifier: Apache-2.0
"""app_config.h in the recipe of a firmware: of the board's generation, with the files that belong to it."""

from pathlib import Path

import pytest

from ingot.base.places import ROOT
from ingot.recipe.firmware import FirmwareBuild
from ingot.recipe.job import StepJob
from ingot.recipe.request import Request
from ingot.recipe.whole import whole_recipe


@pytest.mark.parametrize(
    ("board", "abi", "beside"), [("n6dk", "auto", set()), ("h747-disco", "h7", {"ai_model_config.h"})]
)
def test_the_boards_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: str, abi: str, beside: set[str]
) -> None:
    monkeypatch.chdir(ROOT)
    request = Request("movenet", board, str(tmp_path / "out"), app="empty")
    recipe = whole_recipe(FirmwareBuild.of([request]))
    (job,) = [job for job in recipe.jobs if isinstance(job, StepJob) and job.step.name == "app_config"]
    assert job.step.options["abi"] == abi
    assert {Path(file).name for file in job.outputs} == {"app_config.h"} | beside
    assert set(job.outputs) <= set(recipe.targets["firmware"])
