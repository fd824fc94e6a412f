# SPDX-License-Identifier: Apache-2.0
"""Where inputs and outputs are, and whether inputs survive: in every command that compiles, also of the image."""

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.model.asked import FIELDS
from ingot.recipe.firmware import FirmwareBuild, place_together
from ingot.recipe.job import StepJob
from ingot.recipe.network import NetworkBuild
from ingot.recipe.options import parse_options
from ingot.recipe.request import Request
from ingot.recipe.whole import whole_recipe
from ingot.shells.fleet.matrix import read_fleet
from support.pose_model import pose_model


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.tflite").write_bytes(pose_model(0))
    (tmp_path / "model.yaml").write_text(
        "name: net\nsource: {file: net.tflite}\nio: {input: keep, input_shape: {x: [1, 8]}}\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({}, {"io_input": "keep", "input_shape": "x:1x8"}),
        ({"io_input": "overwrite"}, {"input_shape": "x:1x8"}),
        ({"io_input": "rows", "io_output": "rows"}, {"io_input": "rows", "io_output": "rows", "input_shape": "x:1x8"}),
        ({"input_shape": "1x9", "outputs": "y"}, {"io_input": "keep", "input_shape": "1x9", "cut_outputs": "y"}),
    ],
)
def test_every_compilation_is_told(folder: Path, texts: dict[str, str], expected: dict[str, str]) -> None:
    """What the model.yaml says (io_input=keep), unless an option says something else."""
    request = Request("model.yaml", "n6dk", "out", app="validate", options=parse_options(texts))
    steps = [job.step for job in whole_recipe(FirmwareBuild.of([request])).jobs if isinstance(job, StepJob)]
    compiling = [step for step in steps if step.name == "compile_network"]
    # The firmware, its twin, the image, and the twin's image.
    assert len(compiling) == 4
    arguments = [{name: step.options[name] for name in FIELDS.values() if name in step.options} for step in compiling]
    assert arguments == [expected] * 4


def test_a_fleet_chooses(folder: Path) -> None:
    file = folder / "fleet.yaml"
    text = "boards: [n6dk]\nmodels: [net.tflite]\noptions: [{io_input: %s}]\n"
    file.write_text(text % "keep")
    (entry,) = read_fleet(file, "out")
    assert (entry.request.options.text("io_input"), entry.label) == ("keep", "io_input=keep")
    file.write_text("boards: [n6dk]\nmodels: [net.tflite]\noptions: [{input_shape: 'in:0:1x9,b:2'}]\n")
    (entry,) = read_fleet(file, "out")
    assert entry.request.options.text("input_shape") == "in:0:1x9,b:2"
    assert entry.request.out == "out/n6dk-input_shape=in-0-1x9-b-2/net"
    file.write_text(text % "hold")
    with pytest.raises(IngotError, match="io_input=hold is not known"):
        read_fleet(file, "out")


def test_two_models_of_one_name_are_refused_in_a_fleet(folder: Path) -> None:
    file = folder / "fleet.yaml"
    file.write_text("boards: [n6dk]\nmodels: [net.tflite, model.yaml]\n")
    with pytest.raises(IngotError) as caught:
        read_fleet(file, "out")
    assert str(caught.value) == (
        f"{file}:2: two entries are called 'n6dk net' and would be built in the same folder\n"
        "  Give one of the models a model.yaml with another name."
    )


def test_a_shape_that_was_given_is_the_first_network_s(folder: Path) -> None:
    first = Request("net.tflite", "n6dk", "out", name="first", options=parse_options({"input_shape": "1x8"}))
    requests = place_together(first, [("second", "net.tflite"), ("third", "model.yaml")], False)
    assert [request.options.text("input_shape") for request in requests] == ["1x8", "", ""]
    assert NetworkBuild(requests[2]).compile().step.options["input_shape"] == "x:1x8"
