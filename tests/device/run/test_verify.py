# SPDX-License-Identifier: Apache-2.0
"""verify: byte-for-byte comparison with the oracle, and random inputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.device.run.oracle import Reference
from ingot.device.run.samples import random_samples
from ingot.device.run.verify import SampleResult, Verification, compare, distance, verify
from ingot.network.types import Network, NetworkBuffer
from support.firmware import fixture_network, initializer, needs_gcc, needs_qemu, validate_firmware, write_weights
from support.tflite_builder import unary

PLAIN = settings(max_examples=50)


# ---- comparison ----


@PLAIN
@given(
    values=st.lists(st.integers(-128, 127), min_size=6, max_size=6),
    others=st.lists(st.integers(-128, 127), min_size=6, max_size=6),
)
def test_compare_finds_the_largest(values: list[int], others: list[int]) -> None:
    expected, found = (np.array(v, np.int8).reshape(1, 2, 3) for v in (values, others))
    difference = compare("out", expected, found)
    if values == others:
        assert difference is None
        return
    assert difference is not None
    sizes = [abs(a - b) for a, b in zip(values, others, strict=True)]
    assert abs(difference.expected - difference.found) == max(sizes)
    assert abs(int(expected[difference.index]) - int(found[difference.index])) == max(sizes)
    assert difference.count == sum(size > 0 for size in sizes)
    assert difference.total == 6


def test_compare_sees_bits_that_numbers_hide() -> None:
    zero = compare("out", np.array([1, 0.0], np.float32), np.array([1, -0.0], np.float32))
    assert zero is not None and (zero.index, zero.count) == ((1,), 1)
    nan = compare("out", np.array([1, 2, 3], np.float32), np.array([1, np.nan, 4], np.float32))
    assert nan is not None and (nan.index, nan.count) == ((1,), 2)
    assert compare("out", np.array([np.nan], np.float32), np.array([np.nan], np.float32)) is None
    scalar = compare("out", np.array(1, np.int32), np.array(2, np.int32))
    assert scalar is not None and scalar.index == (0,)


def test_compare_says_where() -> None:
    expected = np.zeros((1, 4, 4), np.int8)
    found = expected.copy()
    found[0, 2, 3], found[0, 1, 1] = -7, 3
    assert str(compare("scores", expected, found)) == (
        "2 of 16 values of output 'scores' differ; the largest at [0, 2, 3]: expected 0, got -7"
    )


def test_digits_show_every_difference() -> None:
    one = np.float32([0.716749])
    difference = compare("y", one, np.nextafter(one, np.float32(1)))
    assert str(difference) == (
        "1 of 1 values of output 'y' differ; the largest at [0]: expected 0.716749012, got 0.716749072"
    )
    large = compare("n", np.int32([2147483646]), np.int32([2147483647]))
    assert str(large).endswith("expected 2147483646, got 2147483647")


def test_distance_in_units_in_the_last_place() -> None:
    values = np.float32([1.0, -1.0, 0.0, 1e-45, np.nan])
    assert distance(values, values) == 0
    assert distance(values, np.float32([1 + 2**-22, -1.0, -0.0, -1e-45, np.nan])) == 2
    assert distance(np.float32([1.0]), np.float32([np.nan])) > 1 << 31
    assert distance(np.int8([1]), np.int8([2])) == 0


def test_verdicts_name_known_gaps() -> None:
    sample = SampleResult(0, "seed 1", 10, None)
    assert Verification("m", (sample,), None).verdict() == (
        "ok: m: 1 sample equal to LiteRT's reference kernels, byte for byte"
    )
    assert Verification("m", (SampleResult(0, "seed 1", 10, None, 2),), None).verdict() == (
        "ok: m: 1 sample equal to LiteRT's reference kernels, within 16 units in the last place (at most 2), as C "
        "libraries differ there"
    )
    assert Verification("m", (sample,), None, saturated=3).verdict() == (
        "ok: m: 1 sample equal to LiteRT's reference kernels, byte for byte; known gap: LiteRT computes 3 inputs of "
        "QUANTIZE (NaN, infinities, huge numbers) as the host's CPU does, so it was given the ends of the range instead"
    )


def test_json_has_no_numbers_that_json_has_not() -> None:
    wrong = compare("out", np.array([1, 2], np.float32), np.array([np.nan, np.inf], np.float32))
    result = Verification("m", (SampleResult(0, "seed 1", 10, wrong),), None)
    data = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert data["samples"][0]["difference"]["found"] == "nan"
    assert data["passed"] is False


def test_compare_refuses_another_shape() -> None:
    with pytest.raises(IngotError, match=r"output 'out' is int8 \[2\] on the twin, int8 \[3\] in the model"):
        compare("out", np.zeros(3, np.int8), np.zeros(2, np.int8))


# ---- inputs ----


def network_with(shape: tuple[int, ...], dtype: str) -> Network:
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    buffer = NetworkBuffer("in", "p", 0, size, shape, dtype, "input", (0, 0))
    return Network("n", "m", "", "builtin", "0", (), (buffer,), (), (), ())


def test_random_samples_are_the_same_everywhere() -> None:
    network = network_with((1, 4), "int8")
    labelled = random_samples(network, 3, seed=7)
    assert [label for label, _ in labelled] == ["seed 7", "seed 8", "seed 9"]
    np.testing.assert_array_equal(labelled[1][1][0], random_samples(network, 1, seed=8)[0][1][0])
    assert labelled[0][1][0].tobytes() != labelled[1][1][0].tobytes()


# ---- the whole of it, with a hand-written network that looks its outputs up in the weights ----

LOGISTIC = unary("LOGISTIC", (1, 16), ("int8", 0.05, 3), ("int8", 1 / 256, -128))


def table_of(model: bytes) -> np.ndarray:
    """All 256 outputs of the model, from the oracle itself: here the plumbing is under test, not arithmetic."""
    reference = Reference(model)
    every = np.arange(256, dtype=np.uint8).view(np.int8).reshape(16, 1, 16)
    return np.concatenate([reference.run([part])[0].reshape(-1) for part in every])


def run_verify(tmp_path: Path, table: np.ndarray, samples: int = 3) -> tuple[Verification, list[str]]:
    model = tmp_path / "logistic.tflite"
    model.write_bytes(LOGISTIC)
    network = fixture_network()
    lines: list[str] = []
    result = verify(
        model,
        validate_firmware(tmp_path, behaviour=6),
        write_weights(tmp_path, initializer(table.tobytes())),
        network,
        random_samples(network, samples, seed=1),
        report=lines.append,
    )
    return result, lines


@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_a_right_firmware_passes(tmp_path: Path) -> None:
    result, lines = run_verify(tmp_path, table_of(LOGISTIC))
    assert result.passed
    assert [line.split(":")[0] for line in lines] == [
        "sample 0 (seed 1)",
        "sample 1 (seed 2)",
        "sample 2 (seed 3)",
        "ok",
    ]
    assert all("instructions, equal" in line for line in lines[:-1])
    data: dict[str, Any] = json.loads(json.dumps(result.as_dict()))
    assert data["passed"] is True
    assert len(data["samples"]) == 3
    assert data["samples"][0]["instructions"] > 100
    assert len(data["epoch_instructions"]) == 2


@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_one_wrong_byte_is_found_and_ends_the_run(tmp_path: Path) -> None:
    network = fixture_network()
    (second,) = random_samples(network, 2, seed=1)[1][1]
    (first,) = random_samples(network, 2, seed=1)[0][1]
    only_in_second = next(value for value in second.reshape(-1) if value not in first)
    table = table_of(LOGISTIC)
    table[np.uint8(only_in_second)] ^= 1
    result, lines = run_verify(tmp_path, table)
    assert not result.passed
    assert [sample.number for sample in result.samples] == [0, 1]
    difference = result.samples[1].difference
    assert difference is not None
    assert second[difference.index] == only_in_second
    assert abs(difference.expected - difference.found) == 1
    assert "DIFFERS" in lines[1]
    assert lines[-1].startswith("FAILED")


@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_a_firmware_of_another_model(tmp_path: Path) -> None:
    model = tmp_path / "other.tflite"
    model.write_bytes(unary("LOGISTIC", (1, 8), ("int8", 0.05, 3), ("int8", 1 / 256, -128)))
    network = fixture_network()
    with pytest.raises(IngotError, match=r"the inputs of the firmware's network .* are not those of the model"):
        verify(model, tmp_path / "firmware.elf", [], network, random_samples(network, 1, seed=1))
