# SPDX-License-Identifier: Apache-2.0
"""A float .onnx with a section `quantize`: what is made of it, when it is made again, and what judges it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

import onnx
from onnx import TensorProto, helper, numpy_helper

from ingot.base.errors import IngotError
from ingot.compiler.frontend.model import read_model
from ingot.compiler.graph import DType, Graph
from ingot.compiler.graph.arithmetic import is_even
from ingot.compiler.graph.cost import four_bits
from ingot.model import find_model
from ingot.quantize.onnx_quantizer import quantize_onnx
from ingot.quantize.settings import QuantizeSettings
from ingot.recipe.quantize import quantize_arguments, quantize_jobs, quantize_samples
from ingot.steps.quantize import check_quantized, quantize_model

YAML = """\
name: small
source: {file: small.onnx}
quantize:
  calibration: samples
  samples: 20
  check: {data: test.npz, top1_drop: 5}
  lock: quantize.lock
"""


def float_model() -> bytes:
    """A convolution, a Relu, a Gemm: three classes of an image 1x1x4x6. Of opset 13."""
    random = np.random.default_rng(3)
    constants = {
        "w": random.normal(size=(2, 1, 3, 3)),
        "b": random.normal(size=2),
        "v": random.normal(size=(3, 48)),
        "c": random.normal(size=3),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["conv"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv"], ["relu"], name="relu"),
        helper.make_node("Flatten", ["relu"], ["flat"], name="flat"),
        helper.make_node("Gemm", ["flat", "v", "c"], ["y"], name="gemm", transB=1),
    ]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 1, 4, 6))]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 3))]
    stored = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "small", inputs, outputs, stored)
    return bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model.yaml with its float file and 21 samples; the folder is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.yaml").write_text(YAML)
    (tmp_path / "small.onnx").write_bytes(float_model())
    (tmp_path / "samples").mkdir()
    random = np.random.default_rng(1)
    for number in range(21):
        np.save(tmp_path / "samples" / f"{number:02}.npy", random.normal(size=(1, 1, 4, 6)).astype(np.float32))
    return tmp_path


def run(project: Path, **more: bool) -> bytes:
    manifest = find_model("model.yaml", project)
    made, ranges = project / "made.onnx", project / "ranges.json"
    quantize_model(
        project / "small.onnx", quantize_samples(manifest), made, ranges, **quantize_arguments(manifest), **more
    )
    return made.read_bytes()


def test_a_quantized_model(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All its layers are integers; the same bytes twice; the report has what every tensor lost."""
    first = run(project)
    assert "worst tensors" in capsys.readouterr().err
    assert first == run(project)
    graph = read_model(project / "made.onnx")
    assert [op.kind for op in graph.operators if is_even(op)] == ["CONV_2D", "FULLY_CONNECTED"]
    report = json.loads((project / "ranges.json").read_text())
    assert set(report["tensors"]) >= {"relu", "y"}
    assert all(item["snr"] > 25 for item in report["tensors"].values())


def test_the_lock_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(project)
    assert "quantize.lock is not there yet" in capsys.readouterr().err
    run(project, update_lock=True)
    run(project)
    np.save(project / "samples" / "00.npy", np.full((1, 1, 4, 6), 9, np.float32))
    with pytest.raises(IngotError, match="If that is what you want: `ingot quantize --update-lock`"):
        run(project)


def test_what_quantizes_again(project: Path) -> None:
    """A used sample and a setting are part of the job; a threshold and an unused sample are not."""

    def jobs():
        made = quantize_jobs(find_model("model.yaml", project), "small.onnx", "build", str)[1]
        return made[0], made[1]

    quantize, check = jobs()
    assert sum(name.endswith(".npy") for name in quantize.inputs) == 20
    (project / "model.yaml").write_text(YAML.replace("top1_drop: 5", "top1_drop: 6"))
    other, other_check = jobs()
    assert (quantize == other, check == other_check) == (True, False)
    (project / "model.yaml").write_text(YAML.replace("samples: 20", "samples: 19"))
    assert jobs()[0] != quantize


def test_accuracy(project: Path) -> None:
    """The labels are what the float model says, so that what is lost is the quantized one's."""
    run(project)
    random = np.random.default_rng(5)
    inputs = random.normal(size=(40, 1, 4, 6)).astype(np.float32)
    session = __import__("onnxruntime").InferenceSession(float_model())
    labels = np.array([session.run(None, {"x": x[None]})[0].argmax() for x in inputs])
    files = project / "small.onnx", project / "made.onnx", project / "test.npz", project / "accuracy.json"
    np.savez(files[2], x=inputs, labels=labels)
    check_quantized(*files, top1_drop=5)
    assert json.loads(files[3].read_text())["float"] == 100
    np.savez(files[2], x=inputs, labels=labels)
    wrong = onnx.load(str(files[1]))
    bias = next(item for item in wrong.graph.initializer if item.data_type == TensorProto.INT32)
    bias.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(bias) + np.int32(200_000), bias.name))
    onnx.save(wrong, str(files[1]))
    with pytest.raises(IngotError, match=r"quantizing lost \d+\.\d\d % of top-1 accuracy"):
        check_quantized(*files, top1_drop=5)


def test_a_model_that_is_quantized_already(project: Path) -> None:
    (project / "small.onnx").write_bytes(run(project))
    with pytest.raises(IngotError, match=r"small\.onnx: node \d+ .*: the model is quantized already\."):
        run(project)


def quantized(tmp_path: Path, **settings: Any) -> Graph:
    random = np.random.default_rng(1)
    samples = [{"x": random.normal(size=(1, 1, 4, 6)).astype(np.float32)} for _ in range(4)]
    path = tmp_path / "small_int.onnx"
    path.write_bytes(quantize_onnx(float_model(), samples, QuantizeSettings(**settings), "small.onnx"))
    return read_model(path)


def test_activations_of_16_bits(tmp_path: Path) -> None:
    graph = quantized(tmp_path, activations="int16")
    assert all(is_even(op) for op in graph.operators if op.kind in ("CONV_2D", "FULLY_CONNECTED"))
    assert {graph.tensors[t].dtype for t in (*graph.inputs, *graph.outputs)} == {DType.INT16}


def test_weights_of_4_bits_in_some_layers(tmp_path: Path) -> None:
    assert four_bits(quantized(tmp_path, small=("conv",))) == (1, 18, 9, 18 + 144)
    assert four_bits(quantized(tmp_path, small=("gemm",))) == (1, 144, 72, 18 + 144)
    assert four_bits(quantized(tmp_path, weights="int4")).layers == 2
    with pytest.raises(IngotError, match="weights: no layer's name matches 'dense'"):
        quantized(tmp_path, small=("dense",))


@pytest.mark.parametrize("ends", [("inputs",), ("inputs", "outputs")])
def test_float_ends(tmp_path: Path, ends: tuple[str, ...]) -> None:
    """The layers between are the same."""
    graph = quantized(tmp_path, in_float=ends)
    kinds = [op.kind for op in graph.operators if op.kind in ("QUANTIZE", "DEQUANTIZE") or is_even(op)]
    assert kinds == ["QUANTIZE", "CONV_2D", "FULLY_CONNECTED", *(["DEQUANTIZE"] if len(ends) == 2 else [])]
    types = [graph.tensors[t].dtype for t in (*graph.inputs, *graph.outputs)]
    assert types == [DType.FLOAT32, DType.FLOAT32 if len(ends) == 2 else DType.INT8]


def test_the_section_names_layers() -> None:
    settings = QuantizeSettings.of({"weights": {"conv": "int4", "gemm": "int8"}})
    assert (settings.weights, settings.small) == ("int8", ("conv",))
    assert QuantizeSettings.of({"weights": "int4"}).weights == "int4"
