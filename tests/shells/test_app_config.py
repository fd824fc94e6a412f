"""app_config.h in the shells that run commands: of the board's generation, with the files that belong to it."""

from pathlib import Path

import pytest
from ingot.recipe.jobs import firmware_jobs
from ingot.recipe.parts import Request

from ingot.base.places import ROOT


@pytest.mark.parametrize(
    ("board", "abi", "beside"), [("n6dk", "auto", set()), ("h747-disco", "h7", {"ai_model_config.h"})]
)
def test_the_boards_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: str, abi: str, beside: set[str]
) -> None:
    monkeypatch.chdir(ROOT)
    request = Request("movenet", board, str(tmp_path / "out"), app="empty")
    jobs, names = firmware_jobs(request, ["ingot"], str(tmp_path / "made"))
    (job,) = [job for job in jobs if "app_config" in job.command]
    assert f"abi={abi}" in job.command
    assert {Path(file).name for file in job.outputs} == {"app_config.h"} | beside
    assert set(job.outputs) <= set(names["firmware"])
