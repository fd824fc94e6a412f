# SPDX-License-Identifier: Apache-2.0
"""`ingot doctor MODEL`: what a file is, whether it fits, what to change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ingot.base.places import ROOT
from ingot.cli.doctor import doctor
from support.pose_model import pose_model
from support.tflite_builder import Builder

FITS = "It fits: the built-in compiler takes it."


def said(path: Path) -> str:
    done = CliRunner().invoke(doctor, [str(path)])
    assert done.exit_code == 0 and done.exception is None, done.output
    return done.output


def test_a_model_that_fits(tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(pose_model(0))
    text = said(tmp_path / "net.tflite")
    assert text.startswith(f"{tmp_path}/net.tflite: a TensorFlow Lite model\n")
    assert "2 CONV_2D" in text and "input 't0': uint8 [1, 16, 16, 3]" in text and FITS in text


def test_layers_of_dynamic_range_fit_and_are_told_apart(tmp_path: Path) -> None:
    b = Builder()
    x = b.input((1, 8), "float32")
    for weights, scale in ((np.ones((8, 8), np.int8), 0.1), (np.ones((8, 8), np.float32), None)):
        y = b.tensor((1, 8), "float32")
        b.operator("FULLY_CONNECTED", [x, b.constant(weights, scale), None], [y])
        x = y
    (tmp_path / "net.tflite").write_bytes(b.finish([x]))
    text = said(tmp_path / "net.tflite")
    assert FITS in text and "1 layer is of dynamic range" in text and "1 layer computes with float32" in text


def test_a_qdq_onnx_that_fits(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    from support.models.qdq import network
    from support.qdq_builder import QdqBuilder

    (tmp_path / "net.onnx").write_bytes(network(QdqBuilder(7)))
    text = said(tmp_path / "net.onnx")
    assert text.startswith(f"{tmp_path}/net.onnx: an ONNX model\n") and "2 CONV_2D" in text and FITS in text
    assert "onnx2tf" not in text


@pytest.mark.parametrize(
    ("project", "lines"),
    [
        (
            "onnx-not-quantized",
            ["It does not fit:", "the ONNX model is not quantized.", "docs/quantize.md"],
        ),
        ("onnx-bare-integers", ["  node 0 (Gemm 'dense'): the weights are int8 or uint8, and nothing says"]),
        ("onnx-operators", ["It does not fit:", "operators that are not read: GatherND (1, first at node 7)"]),
    ],
)
def test_an_onnx_that_does_not_fit(project: str, lines: list[str]) -> None:
    pytest.importorskip("onnx")
    text = said(ROOT / "tests/failing" / project / "m.onnx")
    for line in lines:
        assert line in text


def test_a_file_that_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "net.tflite").write_bytes(b"\xff" * 100)
    text = said(tmp_path / "net.tflite")
    assert "an unknown file" in text and "Give a .tflite file, as a converter wrote it." in text and FITS not in text


def test_an_input_with_its_channels_first(tmp_path: Path) -> None:
    b = Builder()
    x, y = b.input((1, 3, 32, 40), "int8", 0.1, 0), b.tensor((1, 32, 40, 3), "int8", 0.1, 0)
    b.operator("TRANSPOSE", [x, b.constant(np.array([0, 2, 3, 1], np.int32))], [y])
    (tmp_path / "net.tflite").write_bytes(b.finish([y]))
    text = said(tmp_path / "net.tflite")
    assert "The input 't0' has its channels first ([1, 3, 32, 40]), as PyTorch has it." in text
    assert "export it with channels last ([1, 32, 40, 3]; litert_torch.to_channel_last_io())." in text and FITS in text


def test_several_signatures(tmp_path: Path) -> None:
    b = Builder()
    x, y = b.input((1, 8), "int8", 0.1, 0), b.tensor((1, 8), "int8", 0.1, 0)
    b.operator("RELU", [x], [y])
    (tmp_path / "net.tflite").write_bytes(b.finish([y], signatures=["serving_default", "train"]))
    text = said(tmp_path / "net.tflite")
    assert "'serving_default' is taken, which stands first; signature= takes another." in text
    assert "'train'" in text and FITS in text


def test_a_c_array_of_a_model(tmp_path: Path) -> None:
    numbers = ", ".join(f"0x{byte:02x}" for byte in pose_model(0))
    text = f'#include "model.h"\n// made by xxd -i\nalignas(16) const unsigned char g_model[] = {{\n  {numbers}\n}};\n'
    (tmp_path / "model.cc").write_text(text)
    text = said(tmp_path / "model.cc")
    assert text.startswith(f"{tmp_path}/model.cc: a C array of a TensorFlow Lite model\n") and FITS in text
