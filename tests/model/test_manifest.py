# SPDX-License-Identifier: Apache-2.0
"""model.yaml: what it says, and every way to get it wrong."""

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.model import find_model, load_manifest

MODELS = ROOT / "models"

GOOD = """\
name: small
source:
  file: small.tflite
"""


def manifest(folder: Path, text: str) -> Path:
    path = folder / "model.yaml"
    path.write_text(text)
    return path


def message(folder: Path, text: str) -> str:
    with pytest.raises(IngotError) as caught:
        load_manifest(manifest(folder, text))
    return str(caught.value).replace(f"{folder}/", "")


def test_movenet_says_what_the_application_needs() -> None:
    movenet = load_manifest(MODELS / "movenet" / "model.yaml")
    assert movenet.application == "pose_estimation"
    assert movenet.postprocessing["type"] == "heatmaps_spe"
    assert movenet.source.url.endswith(movenet.source.file)
    assert "SLA0044" in movenet.source.licence
    assert movenet.source.stand_in is not None and movenet.source.stand_in.is_file()


def test_the_smallest_model_yaml_takes_the_defaults(tmp_path: Path) -> None:
    small = load_manifest(manifest(tmp_path, GOOD))
    assert (small.name, small.title, small.application) == ("small", "small", "validate")
    assert small.io == {}
    assert small.stack is None and small.heap is None and small.source.stand_in is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("titel: x", "model.yaml:4: unknown key 'titel'\n  Did you mean 'title'?"),
        ("application: 3", "model.yaml:4: application is 3; expected an application of firmware/apps, or a folder"),
        ("io: {placement: stack}", "model.yaml:4: io.placement is 'stack', which is not known"),
        ("io: {input: hold}", "model.yaml:4: io.input is 'hold', which is not known\n  Known: keep, overwrite, rows."),
        ("io: {output: row}", "model.yaml:4: io.output is 'row', which is not known\n  Did you mean 'rows'?"),
        ("io: {layout: nchw}", "model.yaml:4: io.layout is 'nchw', which is not known"),
        ("io: {input_shape: [1, -1]}", "model.yaml:4: io.input_shape is a list of 2; expected a shape such as [1, 96"),
        ("io: {input_shape: 96}", "model.yaml:4: io.input_shape is 96; expected a shape such as [1, 96, 96, 3], or"),
        ("memory: {stack: 100}", "model.yaml:4: memory.stack is 100; expected bytes of stack, a multiple of 8"),
        ("preprocessing: {color_mode: 3}", "model.yaml:4: preprocessing.color_mode is 3, which is not known"),
        ("postprocessing: {keypoints: 13}", "model.yaml:4: the key 'type' is missing in postprocessing"),
        (
            "postprocessing: {type: heatmaps_spe, confidence_threshold: 2}",
            "model.yaml:4: postprocessing.confidence_threshold is 2; expected a number from 0 to 1",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(tmp_path: Path, change: str, expected: str) -> None:
    assert message(tmp_path, GOOD + change + "\n").startswith(expected)


def test_the_section_io_as_options(tmp_path: Path) -> None:
    text = "io: {input: keep, output: rows, placement: application, input_shape: [1, 8], outputs: [a, b]}\n"
    placed = {"io_placement": "application", "io_input": "keep", "io_output": "rows"}
    assert load_manifest(manifest(tmp_path, GOOD + text)).io == {**placed, "input_shape": "1x8", "outputs": "a,b"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1x96x96x3", "1x96x96x3"), ("[1, 96, 96, 3]", "1x96x96x3"), ("{a: [1, 4], 'b:0': [2]}", "a:1x4,b:0:2")],
)
def test_the_forms_of_an_input_shape(tmp_path: Path, written: str, meant: str) -> None:
    assert load_manifest(manifest(tmp_path, GOOD + f"io: {{input_shape: {written}}}\n")).io["input_shape"] == meant


def test_a_url_without_a_hash_or_a_licence_is_refused(tmp_path: Path) -> None:
    bare = GOOD + "  url: https://example.org/small.tflite\n"
    assert message(tmp_path, bare).startswith("model.yaml:4: source.url is given without source.sha256\n")
    hashed = bare + f"  sha256: {'a' * 64}\n"
    assert message(tmp_path, hashed).startswith("model.yaml:4: source.url is given without source.licence\n")


def test_a_model_is_found_by_name_folder_file_and_bare_file(tmp_path: Path) -> None:
    path = manifest(tmp_path, GOOD)
    bare = tmp_path / "weekly model.tflite"
    bare.write_bytes(b"")
    assert find_model("movenet", MODELS).name == "movenet"
    assert find_model(str(tmp_path), MODELS).name == "small"
    assert find_model(str(path), MODELS).path == path
    found = find_model(str(bare), MODELS)
    assert (found.name, found.title, found.path) == ("weekly_model", "weekly model.tflite", bare)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("movnet", "there is no model 'movnet'\n  Did you mean 'movenet'?"),
        ("nowhere/x.tflite", "there is no model file 'nowhere/x.tflite'\n  There is no folder 'nowhere'."),
    ],
)
def test_a_typo_suggests_the_nearest_name(word: str, expected: str) -> None:
    with pytest.raises(IngotError) as caught:
        find_model(word, MODELS)
    assert str(caught.value).startswith(expected)


@pytest.mark.slow
def test_a_typo_in_a_path_suggests_the_nearest_file(tmp_path: Path) -> None:
    (tmp_path / "keywords.tflite").write_bytes(b"")
    with pytest.raises(IngotError, match=r"Did you mean 'keywords\.tflite'\?"):
        find_model(str(tmp_path / "keyword.tflite"), MODELS)
