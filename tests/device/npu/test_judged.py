# SPDX-License-Identifier: Apache-2.0
"""An own build of an own model on the simulator: near where it is right, found out where it is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from ingot.base.errors import IngotError
from ingot.cli.npu import npu
from ingot.device.npu.dump import compare, read_dump
from ingot.device.npu.judged import judge_build
from ingot.device.npu.text import verdict_text
from ingot.st.npu.build import read_build
from ingot.st.npu.cost import costs_of
from ingot.st.npu.machine import HardwareEpoch, Registers
from ingot.st.npu.registers import FIELDS, MEMORY, Unit, signed
from ingot.st.npu.simulate import Simulation
from support.npu_layer import Convolution
from support.npu_model import FIRST, INPUT, MEAN, OUTPUTS, PIXELS, own_build, write_model

Change = Callable[[list[HardwareEpoch]], list[HardwareEpoch]]
Made = tuple[Path, Convolution, tuple[float, int]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return write_model(tmp_path_factory.mktemp("model"))


def judged(tmp_path: Path, made: Made, samples: int = 3, **more: Any) -> Any:
    model, layer, mean = made
    return judge_build(read_build(own_build(tmp_path / "build", layer, mean, **more)), model, samples=samples)


def with_field(
    kind: str, name: str, change: Callable[[int], int]
) -> Callable[[list[HardwareEpoch]], list[HardwareEpoch]]:
    """Changes a field of the first unit of a kind in the first epoch."""

    def changed(epochs: list[HardwareEpoch]) -> list[HardwareEpoch]:
        first, *rest = epochs
        unit = next(unit for unit in first.units if unit.kind == kind)
        field = FIELDS[kind][name]
        words = dict(first.units[unit].words)
        words[field.word] = words[field.word] & ~field.mask | field.put(change(field.get(words[field.word])))
        return [replace(first, units={**first.units, unit: Registers(words)}), *rest]

    return changed


def test_a_right_build_is_near(tmp_path: Path, made: Made) -> None:
    found = judged(tmp_path, made)
    assert found.verdict.counts() == {
        "epochs": 2, "at most 1": 2, "2 to 7": 0, "more": 0, "without counterpart": 0
    }  # fmt: skip
    kinds = {
        item.epoch: (item.kind, item.limit, [buffer.how for buffer in item.buffers]) for item in found.verdict.epochs
    }
    assert kinds == {1: ("one layer", 1, ["node"]), 2: ("one layer", 1, ["flow"]), 3: ("cpu", None, [])}
    text = verdict_text(found)
    assert "within one unit of the last place in all epochs that have a counterpart" in text
    assert "predicted bytes" in text and "bit-exact" not in text
    (output,) = found.verdict.outputs
    assert (output.name, output.elements, len(output.content)) == ("Dequantize_7_out_0", OUTPUTS, 4 * OUTPUTS)
    assert output.cosine > 0.99


@pytest.mark.parametrize("magic", [0xCA057A7A, 0xECBF0020, 0xECBF0030, 0xECBF0050])
def test_every_container(tmp_path: Path, made: Made, magic: int) -> None:
    assert not judged(tmp_path, made, samples=1, magic=magic).verdict.wrong


def _bit(content: bytes) -> bytes:
    return content[:20] + bytes([content[20] ^ 0x10]) + content[21:]


def _swapped(content: bytes) -> bytes:
    return content[27:54] + content[:27] + content[54:]


def _scaled(epochs: list[HardwareEpoch]) -> list[HardwareEpoch]:
    """The scale of channel 2 by 3 %."""
    first, *rest = epochs
    unit = Unit("ARITH", 0)
    words = dict(first.units[unit].words)
    word = words[MEMORY + 4]
    words[MEMORY + 4] = word & ~0xFFFF | round(signed(word, 16) * 1.03) & 0xFFFF
    return [replace(first, units={**first.units, unit: Registers(words)}), *rest]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"damage": _bit}, id="a bit of a weight"),
        pytest.param({"damage": _swapped}, id="kernels in another order"),
        pytest.param({"change": with_field("ARITH", "RES", lambda value: value + 1)}, id="a shift"),
        pytest.param({"change": with_field("CONVACC", "FSUB", lambda value: value + 1)}, id="a zero point"),
        pytest.param({"change": _scaled}, id="the scale of a channel"),
    ],
)
def test_a_wrong_build_is_found_out(tmp_path: Path, made: Made, fault: Any) -> None:
    found = judged(tmp_path, made, **fault)
    assert [item.epoch for item in found.verdict.wrong] == [1]
    assert verdict_text(found).endswith("FAILED: model.tflite: epochs 1 differ by more than their kind explains\n")


def test_padding_on_the_other_side(tmp_path: Path, made: Made) -> None:
    def moved(epochs: list[HardwareEpoch]) -> list[HardwareEpoch]:
        epochs = with_field("CONVACC", "LPAD", lambda value: 0)(epochs)
        return with_field("CONVACC", "RPAD", lambda value: 2)(epochs)

    assert [item.epoch for item in judged(tmp_path, made, change=moved).verdict.wrong] == [1]


def test_what_saturates_is_said(tmp_path: Path, made: Made) -> None:
    """One bit more behind the point than fits 16 bits."""
    found = judged(tmp_path, made, samples=1, fraction=13)
    assert not found.verdict.wrong
    (first, *_) = found.verdict.epochs
    assert first.held and first.result.saturations[0].unit == "ARITH0"
    assert set(first.result.saturations[0].channels) <= set(range(OUTPUTS))
    assert "(saturates)" in verdict_text(found)


def test_another_model_is_refused(tmp_path: Path, made: Made) -> None:
    model, layer, mean = made
    build = read_build(own_build(tmp_path / "build", replace(layer, zero_in=6), mean))
    source = replace(
        build.source,
        buffers=tuple(
            replace(item, zero_point=(6,)) if item.name == "Input_0_out_0" else item for item in build.source.buffers
        ),
    )
    with pytest.raises(IngotError, match=r"input 'Input_0_out_0' \[1, 6, 7, 3\] fits no input of the model"):
        judge_build(replace(build, source=source), model)


def test_an_unproven_build_is_not_run(tmp_path: Path, made: Made) -> None:
    """A stream that leaves its buffer is a fault of the proof, before anything is simulated."""
    model, layer, mean = made
    change = with_field("STRENG", "ADDR", lambda value: value + 1)
    build = read_build(own_build(tmp_path / "build", layer, mean, change=change))
    with pytest.raises(IngotError) as error:
        judge_build(build, model)
    assert "which is in no buffer of network.c" in error.value.what or "nothing wrote" in error.value.what


def test_the_cost_of_an_epoch(tmp_path: Path, made: Made) -> None:
    _, layer, mean = made
    first, second = costs_of(read_build(own_build(tmp_path / "build", layer, mean)))
    assert first.multiplications == PIXELS * OUTPUTS * 27
    assert (first.read, first.written, first.weights) == (2 * PIXELS * 3 + 216, PIXELS * OUTPUTS, 216)
    assert (first.cycles, first.bound_by) == (540, "weights")
    assert (second.multiplications, second.bound_by) == (0, "streams")


# ---- a board's dump


@pytest.fixture
def dump(tmp_path: Path, made: Made) -> tuple[Path, dict[str, Any]]:
    """What a board would write if it were the simulator."""
    _, layer, mean = made
    path = own_build(tmp_path / "build", layer, mean)
    simulation = Simulation(read_build(path))
    values = np.random.default_rng(4).integers(-128, 128, PIXELS * 3).astype(np.int8)
    simulation.store.put("", INPUT, values.tobytes(), "test")
    for _ in simulation.run():
        pass
    read = {
        "Conv2D_3_off_bias_out_5": simulation.store.view("", FIRST, PIXELS * OUTPUTS, "test").copy(),
        "AveragePool_5_out_0": simulation.store.view("", MEAN, OUTPUTS, "test").copy(),
    }
    return path, {"Input_0_out_0": values, **read}


def test_a_dump_that_is_as_predicted(tmp_path: Path, dump: tuple[Path, dict[str, Any]]) -> None:
    path, arrays = dump
    np.savez(tmp_path / "dump.npz", **arrays)
    result = CliRunner().invoke(npu, ["compare", str(path), str(tmp_path / "dump.npz")])
    assert (result.exit_code, result.output) == (
        0,
        f"convolution 3x3 16 bits (1 epochs): confirmed: {PIXELS * OUTPUTS} bytes of 1 epochs\n"
        f"average of the image (1 epochs): confirmed: {OUTPUTS} bytes of 1 epochs\n"
        f"bit-exact: {PIXELS * OUTPUTS + OUTPUTS} bytes of 2 buffers are as the board has them\n",
    )


def test_a_dump_that_is_not(tmp_path: Path, dump: tuple[Path, dict[str, Any]]) -> None:
    """In a folder. The changed buffer replaces the predicted one, so the next epoch differs by what it makes of it."""
    path, arrays = dump
    arrays["Conv2D_3_off_bias_out_5"][5] ^= 1
    (tmp_path / "dump").mkdir()
    for name, values in arrays.items():
        (tmp_path / "dump" / f"{name}.bin").write_bytes(values.tobytes())
    found = compare(read_build(path), read_dump(tmp_path / "dump"))
    assert [(item.name, item.differing, item.largest) for item in found.buffers] == [
        ("Conv2D_3_off_bias_out_5", 1, 1), ("AveragePool_5_out_0", 0, 0)
    ]  # fmt: skip
    assert not found.equal


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda arrays: arrays.pop("Input_0_out_0"), "the dump has no input 'Input_0_out_0'"),
        (lambda arrays: arrays.update(other=np.zeros(1)), "network.c has no buffer 'other'"),
        (
            lambda arrays: arrays.update(AveragePool_5_out_0=np.zeros(7, np.int8)),
            "buffer 'AveragePool_5_out_0' has 8 bytes",
        ),
    ],
)
def test_a_dump_of_something_else(dump: tuple[Path, dict[str, Any]], change: Any, what: str) -> None:
    path, arrays = dump
    change(arrays)
    with pytest.raises(IngotError) as error:
        compare(read_build(path), {name: values.tobytes() for name, values in arrays.items()})
    assert error.value.what.startswith(what)


# ---- the command line


def test_verify_prints_every_epoch(tmp_path: Path, made: Made) -> None:
    model, layer, mean = made
    path = own_build(tmp_path / "build", layer, mean)
    words = ["verify", str(path), str(model), "--samples", "1", "--every", "--predicted", str(tmp_path / "out")]
    result = CliRunner().invoke(npu, words)
    assert result.exit_code == 0
    assert "  epoch   1 one layer" in result.output and "ok: model.tflite" in result.output
    assert len((tmp_path / "out" / "Dequantize_7_out_0.bin").read_bytes()) == 4 * OUTPUTS


def test_verify_as_json(tmp_path: Path, made: Made) -> None:
    model, layer, mean = made
    path = own_build(tmp_path / "build", layer, mean)
    result = CliRunner().invoke(npu, ["verify", str(path), str(model), "--samples", "1", "--json"])
    facts = json.loads(result.output)
    assert (facts["passed"], facts["counts"]["at most 1"], facts["oracle"]) == (True, 2, "LiteRT's reference kernels")
    assert [item["kind"] for item in facts["epochs"]] == ["one layer", "one layer", "cpu"]


def test_a_given_input(tmp_path: Path, made: Made) -> None:
    model, layer, mean = made
    path = own_build(tmp_path / "build", layer, mean)
    np.save(tmp_path / "x.npy", np.zeros((1, 6, 7, 3), np.int8))
    words = ["verify", str(path), str(model), "--input", str(tmp_path / "x.npy")]
    result = CliRunner().invoke(npu, words)
    assert "inputs: the given input" in result.output
    np.save(tmp_path / "x.npy", np.zeros(5, np.int8))
    result = CliRunner().invoke(npu, words)
    assert isinstance(result.exception, IngotError)
    assert result.exception.what == "input 'Input_0_out_0' has the shape (1, 6, 7, 3), not (5,)"


def test_an_unknown_rule_for_ties(tmp_path: Path, made: Made) -> None:
    model, layer, mean = made
    path = own_build(tmp_path / "build", layer, mean)
    result = CliRunner().invoke(npu, ["verify", str(path), str(model), "--ties", "down"])
    assert isinstance(result.exception, IngotError)
    assert (result.exception.what, result.exception.remedy) == (
        "'down' is no rule for ties", "One of: away, up, even."
    )  # fmt: skip


def test_an_onnx_needs_onnxruntime(tmp_path: Path, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    _, layer, mean = made
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setitem(sys.modules, "onnx", ModuleType("onnx"))
    with pytest.raises(IngotError) as error:
        judge_build(read_build(own_build(tmp_path / "build", layer, mean)), tmp_path / "model.onnx")
    assert error.value.what.startswith("an .onnx is run by onnxruntime, which cannot be imported")
    assert error.value.remedy == "Install it with `pip install onnx onnxruntime`."
