# SPDX-License-Identifier: Apache-2.0
"""Anomalies: the error of an autoencoder by the firmware's C on the host and on the twin, against NumPy and LiteRT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingot.answers.anomaly_counts import AnomalyCounts, area_under_curve
from ingot.answers.evaluate import evaluate
from ingot.answers.host import Answering, answering_of
from ingot.base.errors import IngotError
from ingot.compiler.compile import CompileOptions
from ingot.device.run import qemu
from ingot.device.run.host import HostNetwork
from ingot.device.run.oracle import Reference
from ingot.link import toolchain
from ingot.model import Manifest, load_manifest
from ingot.network.types import Network, NetworkBuffer
from ingot.preprocessing.load import load_inputs
from ingot.use_cases.anomaly import decimals
from ingot.use_cases.app_config import app_config
from support.firmware import needs_gcc, needs_qemu
from support.host_library import needs_cc
from support.twin_model import build_for_twin
from support.use_cases import example, trained

pytestmark = needs_cc

APP = toolchain.ROOT / "firmware" / "apps" / "anomaly_detection"


def manifest(folder: Path, keys: str = "threshold: 0.5") -> Manifest:
    text = f"name: m\nsource: {{file: m.tflite}}\npostprocessing:\n  type: anomaly\n  {keys}\n"
    (folder / "model.yaml").write_text(text)
    return load_manifest(folder / "model.yaml")


def buffer(role: str, shape: tuple[int, ...], dtype: str, scale: float, zero: int) -> NetworkBuffer:
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    quantization = ((scale,), (zero,)) if dtype != "float32" else ((), ())
    return NetworkBuffer(role, "p", 0, size, shape, dtype, role, (0, 0), *quantization)


def reader(folder: Path, taken: str, given: str, keys: str = "threshold: 0.5") -> Answering:
    """Of a network (1, 16, 3) of those types. Scales and zero points are those of `numbers`."""
    buffers = (buffer("input", (1, 16, 3), taken, 0.02, 5), buffer("output", (1, 48), given, 0.03, -7))
    network = Network("network", "m.tflite", "", "builtin", "", (), buffers, (), (), ())
    answering = answering_of(network, manifest(folder, keys))
    assert answering is not None
    return answering


def numbers(codes: Any, scale: float, zero: int) -> Any:
    """What codes stand for."""
    if codes.dtype == np.float32:
        return codes.astype(np.float64)
    return scale * (codes.astype(np.float64) - zero)


def some(random: np.random.Generator, shape: tuple[int, ...], dtype: str) -> Any:
    if dtype == "float32":
        return random.normal(0, 1, shape).astype(np.float32)
    limits = np.iinfo(dtype)
    return random.integers(limits.min, limits.max, shape, dtype, endpoint=True)


@pytest.mark.parametrize(("taken", "given"), [("int8", "int8"), ("uint8", "float32"), ("float32", "int16")])
def test_the_error_against_numpy(taken: str, given: str, tmp_path: Path) -> None:
    """The threshold is the error of one of the cases: it alone is normal, with those below it."""
    random = np.random.default_rng(3)
    cases = [(some(random, (1, 16, 3), taken), some(random, (1, 48), given)) for _ in range(20)]
    errors = [float(np.mean((numbers(x, 0.02, 5).ravel() - numbers(y, 0.03, -7).ravel()) ** 2)) for x, y in cases]
    threshold = float(np.median(errors))
    answering = reader(tmp_path, taken, given, f"threshold: {threshold!r}\n  classes: [good, bad]")
    for (x, y), error in zip(cases, errors, strict=True):
        ((answer,), (line,)) = answering.answers([y], [x])
        assert answer.score == pytest.approx(error, rel=1e-5)
        assert answer.name == ("bad" if error > threshold else "good") == line.split()[0]
        printed = line.split()[1:]
        assert float(printed[0]) == pytest.approx(error, abs=0.6 * 10 ** -decimals(threshold))
        assert printed[1:] == ([">", f"{threshold:.{decimals(threshold)}f}"] if error > threshold else [])
    assert {error > threshold for error in errors} == {True, False}


@pytest.mark.parametrize(("value", "line"), [(np.nan, "anomaly"), (1e30, "anomaly 4000000.000 or more > 0.500")])
def test_what_is_no_number_is_no_normal_one(value: float, line: str, tmp_path: Path) -> None:
    answering = reader(tmp_path, "float32", "float32")
    _, (said,) = answering.answers([np.full((1, 48), value, np.float32)], [np.zeros((1, 16, 3), np.float32)])
    assert said.startswith(line)


def test_area_under_the_curve_is_the_share_of_pairs() -> None:
    random = np.random.default_rng(1)
    low, high = random.integers(0, 12, 30), random.integers(4, 20, 17)  # some are equal
    pairs = [1.0 if b > a else 0.5 if b == a else 0.0 for a in low for b in high]
    assert area_under_curve(low.tolist(), high.tolist()) == pytest.approx(np.mean(pairs))
    assert area_under_curve([], [1.0]) is None


@pytest.mark.parametrize(
    ("shapes", "keys", "message"),
    [
        (((1, 16, 3), (1, 4)), "threshold: 1", "gives back its input; this one takes 1x16x3 and gives 1x4"),
        (((1, 16, 3), (1, 48)), "sample_rate: 26", "Add it, for example: threshold: 0.1"),
        (((1, 16, 3), (1, 48)), "threshold: 1\n  classes: [a, b, c]", "classes has 3 names; 'anomaly' prints two"),
        (((1, 16, 3), (1, 48)), "threshold: 1\n  full_scale: 4", "full_scale means nothing to 'anomaly'"),
    ],
)
def test_a_network_that_is_no_autoencoder(
    shapes: tuple[tuple[int, ...], tuple[int, ...]], keys: str, message: str, tmp_path: Path
) -> None:
    buffers = (buffer("input", shapes[0], "int8", 0.1, 0), buffer("output", shapes[1], "int8", 0.1, 0))
    network = Network("network", "m.tflite", "", "builtin", "", (), buffers, (), (), ())
    with pytest.raises(IngotError) as caught:
        app_config(manifest(tmp_path, keys), network)
    assert message in str(caught.value)


@pytest.mark.slow
@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_a_faulty_machine_is_told_on_the_host_and_the_twin(tmp_path: Path) -> None:
    """Labelled windows; then a stream that becomes faulty, on the twin. Inference writes over the input there."""
    data, there = example("data"), trained("machine")
    chosen = load_manifest(there / "model.yaml")
    twin = build_for_twin(
        there / "machine.tflite", tmp_path, CompileOptions(), APP, lambda net: app_config(chosen, net)
    )
    result = evaluate(twin.network, tmp_path, there / "machine.tflite", there / "test", chosen)
    assert isinstance(result.own, AnomalyCounts) and result.own == result.litert and result.different == ()
    assert result.own.accuracy > 0.9 and (result.own.auc or 0) > 0.95 and result.own.total == 48

    windows, faulty = data.machine(8, seed=9)
    stream = np.concatenate([*windows[faulty == 0], *windows[faulty == 1]])
    (tmp_path / "samples.bin").write_bytes(stream.astype("<f4").tobytes())
    np.save(tmp_path / "stream.npy", stream)
    done = qemu.run(twin.elf, twin.images, machine=twin.machine, arguments=["samples.bin"], folder=tmp_path)
    assert done.status == 0, done.lines
    expected = []
    reference, host = Reference(there / "machine.tflite"), HostNetwork(tmp_path)
    threshold: float = chosen.postprocessing["threshold"]
    (source,), (output,) = twin.network.inputs, twin.network.outputs
    assert (source.pool, source.offset) == (output.pool, output.offset), "the output is where the input was"
    for i, sample in enumerate(load_inputs(tmp_path / "stream.npy", twin.network, chosen)):
        (again,) = reference.run(sample.arrays)
        assert host.run(sample.arrays)[0].tobytes() == again.tobytes()
        apart = numbers(sample.arrays[0], source.scale[0], source.zero_point[0]).ravel()
        apart = apart - numbers(again, output.scale[0], output.zero_point[0]).ravel()
        error = float(np.mean(apart**2))
        assert not abs(error * 1e4 % 1 - 0.5) < 1e-3, "the last digit could be either"
        words = f"anomaly {error:.4f} > {threshold:.4f}" if error > threshold else f"normal {error:.4f}"
        expected.append(f"sample {32 * i}: {words}")
    assert list(done.lines) == expected
    said = [line.split()[2] for line in done.lines]
    assert said[: 2 * 4 - 1 : 2] == ["normal"] * 4 and said[2 * 4 :: 2] == ["anomaly"] * 4
