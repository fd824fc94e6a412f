# SPDX-License-Identifier: Apache-2.0
"""The benchmark as a target: what it leaves behind, and what it prints."""

from __future__ import annotations

import json
import shutil

import pytest

from ingot.network.c_info import read_c_info
from ingot.network.epoch_table import epoch_rows
from support.pose_model import pose_model
from support.scons_project import Project

pytestmark = [pytest.mark.slow, pytest.mark.emulated]


def with_models(project: Project, *damaged: str) -> Project:
    """The project with a folder `nets`: a model, and others that are none."""
    nets = project.folder / "nets"
    nets.mkdir()
    (nets / "pose.tflite").write_bytes(pose_model(0))
    for name in damaged:
        (nets / f"{name}.tflite").write_bytes(b"no model")
    (nets / "folder.tflite").mkdir()
    return project


def test_figures_stay_when_a_model_has_none(project: Project) -> None:
    done = with_models(project, "broken").scons("bench", "models=nets")
    assert done.status != 0
    assert "2 of 3 models could not be measured: broken, folder" in done.err
    facts = json.loads((project.folder / "build/n6dk/bench.json").read_text())
    assert [model["model"] for model in facts["models"]] == ["pose"]
    assert set(facts["not_measured"]) == {"broken", "folder"}

    done = project.scons("bench", "models=nets/broken.tflite")
    assert done.status != 0
    assert "1 of 1 models could not be measured: broken" in done.err
    facts = json.loads((project.folder / "build/n6dk/bench.json").read_text())
    assert (facts["models"], set(facts["not_measured"])) == ([], {"broken"})


def test_json_is_all_that_is_printed(project: Project) -> None:
    figures = with_models(project).folder / "build/n6dk/bench.json"
    for words in (["json=1"], ["--json"]):
        done = project.scons("-Q", "verbose=0", "bench", "models=nets/pose.tflite", *words)
        assert (done.status, done.out) == (0, figures.read_text()), done.err
    assert not (project.folder / "build/n6dk/pose/twin/report.html").exists()
    figures.unlink()
    own = project.ingot("bench", "nets", "--json")
    assert own.returncode != 0
    assert json.loads(own.stdout)["not_measured"].keys() == {"folder"}
    assert own.stdout == figures.read_text()


def test_the_profile_counts_what_the_report_counts(project: Project) -> None:
    done = with_models(project).build("bench", "models=nets/pose.tflite", "profile=1")
    assert "as a chart: build/n6dk/pose/twin/report.html" in done.out
    out = project.folder / "build/n6dk/pose/twin"
    (model,) = json.loads((project.folder / "build/n6dk/bench.json").read_text())["models"]
    rows = epoch_rows(read_c_info(out / "network_c_info.json"), [epoch["instructions"] for epoch in model["epochs"]])
    assert [(row.number, row.cost, row.macs, row.share, row.bytes_read, row.bytes_written) for row in rows] == [
        tuple(epoch[key] for key in ("number", "instructions", "macs", "share", "bytes_read", "bytes_written"))
        for epoch in model["epochs"]
    ]
    page = (out / "report.html").read_text()
    assert page.count('<div class="bar"') == len(rows) > 1
    assert f"<b>{sum(row.cost or 0 for row in rows):,}</b><span>instructions on the twin</span>" in page
    assert f"stack used {model['stack']:,} of {model['stack_size']:,} bytes" in page


@pytest.mark.skipif(shutil.which("llvm-mca-16") is None, reason="llvm-mca-16 is not installed")
def test_estimated_cycles_are_of_the_whole_inference(project: Project) -> None:
    with_models(project).build("bench", "models=nets/pose.tflite")
    (model,) = json.loads((project.folder / "build/n6dk/bench.json").read_text())["models"]
    epochs = [epoch["cycles"] for epoch in model["epochs"]]
    assert all(cycles > 0 for cycles in epochs) and sum(epochs) <= model["cycles"] <= 1.2 * sum(epochs)
    assert 0.7 * model["instructions"] < model["cycles"] < 3 * model["instructions"]
