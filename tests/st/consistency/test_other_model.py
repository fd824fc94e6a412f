# SPDX-License-Identifier: Apache-2.0
"""An output is taken for no other model: inputs, outputs, scales of weights, and the name in network.c."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingot.base.errors import IngotError
from ingot.model.model_file import read_model_file
from ingot.st.consistency.finding import Subject
from ingot.st.consistency.other_model import RULE, other_model
from ingot.st.consistency.rules import findings
from st.consistency.test_rules import subject
from support.st_model import SCALES, model_file, with_scales
from support.st_output import VERSIONS, StNetwork


def output_for(folder: Path, content: bytes, network: StNetwork | None = None, **more: Any) -> Subject:
    """An output without c_info beside a model. more: `files` of the output, `name` of the model's file, `signature`."""
    model = folder / more.pop("name", "tiny.tflite")
    model.write_bytes(content)
    files = {"network_c_info.json": None} | more.pop("files", {})
    return subject(folder, network or with_scales(StNetwork()), files, model=read_model_file(model), **more)


def words(found: Subject) -> list[str]:
    return [finding.what for finding in other_model(found)]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_model_it_was_made_from(tmp_path: Path, version: str) -> None:
    assert findings(output_for(tmp_path, model_file(), with_scales(StNetwork(version=version)))) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"shape": (1, 192, 192, 3)}, "its input has shape 1x32x32x3, the model's 1x192x192x3"),
        ({"outputs": ((1, 8, 8, 2),)}, "its output has shape 1x8x8x4, the model's 1x8x8x2"),
        ({"outputs": ((1, 8, 8, 4), (1, 3))}, "it has 1 output, the model 2"),
        ({"dtype": "int16", "zero_point": 0}, "its input is uint8, the model's int16"),
        (
            {"scale": 0.00392157, "zero_point": 0},
            "its input has scale 0.0078125 and zero point 127 (uint8), the model's 0.00392157 and 0 (uint8)",
        ),
        (
            {"dtype": "int8", "zero_point": 127},
            "its input has scale 0.0078125 and zero point 127 (uint8), the model's 0.0078125 and 127 (int8)",
        ),
        (
            {"scales": (*SCALES[:5], 0.015625001)},
            "the scales of 1 of its 1 per-channel weights are not in the file (the first is 'Conv2D_1_weights')",
        ),
    ],
)
def test_another_model(tmp_path: Path, change: dict[str, Any], what: str) -> None:
    found = output_for(tmp_path, model_file(**change))
    (finding,) = other_model(found)
    assert finding.what == f"it was generated from another model than tiny.tflite: {what}"
    assert (finding.rule, finding.error) == (RULE, True)
    assert finding.where == str(tmp_path / "st_ai_output" / "network.c")
    assert words(replace(found, signature=False)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "int8", "zero_point": -1},  # --input-data-type uint8
        {"dtype": "float32", "scale": None},
        {"shape": (1, 3, 32, 32)},  # --inputs-ch-position chlast
        {"shape": (-1, 32, 32, 3)},
        {"outputs": ((8, 8, 4),)},
        {"scales": (1.0, *SCALES, 2.0)},  # a convolution that the compiler split
    ],
)
def test_what_sts_tool_may_change(tmp_path: Path, change: dict[str, Any]) -> None:
    assert words(output_for(tmp_path, model_file(**change))) == []


def test_a_retrained_model_with_the_same_inputs_and_outputs(tmp_path: Path) -> None:
    """The last layer alone, as when a classifier learns another class."""
    found = output_for(tmp_path, model_file(scales=(*SCALES[:5], 0.02)))
    assert [finding.rule for finding in findings(found)] == [RULE]


@pytest.mark.parametrize("content", [b"an ONNX file", model_file()])
def test_the_name_where_nothing_else_tells_models_apart(tmp_path: Path, content: bytes) -> None:
    plain = StNetwork()  # weights with one scale
    (tmp_path / "other").mkdir()
    named = output_for(tmp_path, content, plain, name="Tiny.onnx" if content[4:8] != b"TFL3" else "Tiny.tflite")
    assert words(named) == []
    other = output_for(tmp_path / "other", content, plain, name="person.tflite")
    assert words(other) == ["it was generated from another model than person.tflite: network.c names 'tiny'"]


def test_a_file_that_was_renamed_is_known_by_its_weights(tmp_path: Path) -> None:
    assert words(output_for(tmp_path, model_file(), name="person.tflite")) == []


def test_a_name_with_what_tools_replace(tmp_path: Path) -> None:
    text = (
        StNetwork().network_c().replace("/elsewhere/tiny_OE_3_3_1.onnx", "C:\\\\models\\\\person_v1_0_25_OE_3_2_0.onnx")
    )
    found = output_for(tmp_path, b"onnx", StNetwork(), files={"network.c": text.encode()}, name="person-v1_0.25.onnx")
    assert words(found) == []


@pytest.mark.parametrize("content", [b"an ONNX file", model_file()])
def test_a_file_that_was_renamed_is_known_by_its_signature(tmp_path: Path, content: bytes) -> None:
    info = StNetwork(signature=hashlib.md5(content).hexdigest()).c_info().encode()
    files: dict[str, bytes | None] = {"network_c_info.json": info}
    assert findings(output_for(tmp_path, content, StNetwork(), files=files, name="person.model")) == []


def test_c_info_alone_is_compared_too(tmp_path: Path) -> None:
    network = with_scales(StNetwork())
    files: dict[str, bytes | None] = {"network.c": None, "network_c_info.json": network.c_info().encode()}
    assert words(output_for(tmp_path, model_file(), network, files=files)) == []
    (tmp_path / "other").mkdir()
    found = output_for(tmp_path / "other", model_file(scales=(0.5, 0.25)), network, files=files)
    assert "1 of its 1 per-channel weights" in words(found)[0]


def test_a_network_c_of_another_model_beside_a_c_info_that_fits(tmp_path: Path) -> None:
    """The firmware is made of network.c."""
    network, content = with_scales(StNetwork()), model_file()
    record = {"version": 1, "model_sha256": hashlib.sha256(content).hexdigest()}
    info = json.dumps(json.loads(network.c_info()) | {"ingot": record}).encode()
    files: dict[str, bytes | None] = {"network_c_info.json": info}
    assert findings(output_for(tmp_path, content, network, files=files)) == []
    (tmp_path / "other").mkdir()
    older = with_scales(StNetwork(), tuple(2 * scale for scale in SCALES))
    found = output_for(tmp_path / "other", content, network, files=files | {"network.c": older.network_c().encode()})
    assert [finding.rule for finding in findings(found)] == [RULE]


def test_no_model_no_comparison(tmp_path: Path) -> None:
    assert words(replace(output_for(tmp_path, b""), model=None)) == []


def test_a_damaged_model_is_one_message(tmp_path: Path) -> None:
    content = bytearray(model_file())
    content[:4] = b"\xff\xff\xff\x7f"
    with pytest.raises(IngotError, match=r"tiny\.tflite: cannot read inputs, outputs and quantization"):
        words(output_for(tmp_path, bytes(content)))
