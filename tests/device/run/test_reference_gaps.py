# SPDX-License-Identifier: Apache-2.0
"""Where LiteRT's reference kernels are wrong, or there is none, the message says so and blames nobody else."""

from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.oracle import Reference
from ingot.device.run.reference_gaps import BEYOND, EXTREME, UNORDERED, difference, gaps_of, has_float_functions
from support import tflite_builder as tfl
from support.differential import program_of
from support.models.draw import Seeded
from support.models.products import batch_matmul_per_column


def reducing(folder: Path, kind: str, dtype: str) -> Path:
    """A model with one reduction."""
    b = tfl.Builder()
    quant = () if dtype == "float32" else (0.1, 0)
    x, y = b.input((1, 4, 8), dtype, *quant), b.tensor((1, 8), dtype, *quant)
    b.operator(kind, [x, b.constant(np.array([1], np.int32))], [y])
    path = folder / f"{kind}_{dtype}.tflite"
    path.write_bytes(b.finish([y]))
    return path


@pytest.mark.parametrize("dtype", ["int8", "int16"])
def test_the_operator_and_the_page_are_named(tmp_path: Path, dtype: str) -> None:
    model = reducing(tmp_path, "SUM", dtype)
    message = str(difference("something else", [model], where=model, remedy="This is a fault of Ingot."))
    assert "in a known gap: operator 0 (SUM -> '" in message and "docs/decisions/sum-of-int8.md" in message
    assert "a fault of Ingot" not in message


def test_a_scale_a_column_is_named(tmp_path: Path) -> None:
    model = tmp_path / "columns.tflite"
    model.write_bytes(batch_matmul_per_column(Seeded(1)))
    message = str(difference("something else", [model], where=model, remedy="This is a fault of Ingot."))
    assert "operator 0 (BATCH_MATMUL -> '" in message and "docs/decisions/batch-matmul-per-channel.md" in message
    assert "a fault of Ingot" not in message


@pytest.mark.parametrize("kind", ["TANH", "LOGISTIC", "GELU", "SOFTMAX", "EXP", "LOG"])
def test_functions_of_floats_are_named(tmp_path: Path, kind: str) -> None:
    model = tmp_path / "float.tflite"
    model.write_bytes(tfl.unary(kind, (1, 4), ("float32", None, 0), ("float32", None, 0)))
    assert has_float_functions(model)
    message = str(difference("something else", [model], where=model, remedy="This is a fault of Ingot."))
    assert (
        f"operator 0 ({kind} -> 't1') is a function of float32, whose last bits differ between C libraries" in message
    )
    assert "a fault of Ingot" not in message


def test_extremes_in_the_middle_of_a_network(tmp_path: Path) -> None:
    """Only the run tells them; there LiteRT's numbers are compared as they are."""
    b = tfl.Builder()
    x, y, z = b.input((1, 4), "float32"), b.tensor((1, 4), "float32"), b.tensor((1, 4), "int8", 0.5, 3)
    b.operator("SQRT", [x], [y])
    b.operator("QUANTIZE", [y], [z])
    model = tmp_path / "root.tflite"
    model.write_bytes(b.finish([z]))
    reference = Reference(model)
    reference.run([np.float32([[1, 4, 9, 16]])])
    assert reference.met_gaps() == []
    reference.run([np.float32([[1, 4, -9, 16]])])
    seen = reference.met_gaps()
    assert seen == [f"operator 1 (QUANTIZE -> 't2') {EXTREME}"]
    message = str(difference("something else", [model], where=model, remedy="This is a fault of Ingot.", seen=seen))
    assert "operator 1 (QUANTIZE -> 't2') was given NaN, infinities" in message
    assert "a fault of Ingot" not in message


@pytest.mark.parametrize(("kind", "dtype"), [("SUM", "float32"), ("MEAN", "int8")])
def test_where_the_reference_is_right_it_is_a_fault(tmp_path: Path, kind: str, dtype: str) -> None:
    model = reducing(tmp_path, kind, dtype)
    assert gaps_of(model) == []
    error = difference("something else", [model], where=model, remedy="This is a fault of Ingot.")
    assert str(error) == f"{model}: something else\n  This is a fault of Ingot."


def test_the_reference_is_still_wrong(tmp_path: Path) -> None:
    """As soon as LiteRT adds signed numbers, this page of ours and its exceptions can go."""
    model = reducing(tmp_path, "SUM", "int8")
    given = np.full((1, 4, 8), -1, np.int8)
    assert Reference(model).run([given])[0].max() != -4


def test_no_reference_kernel_is_one_message() -> None:
    with pytest.raises(IngotError) as caught:
        Reference(tfl.unary("ELU", (1, 4), ("int8", 0.1, 0), ("int8", 0.1, 0)))
    assert str(caught.value) == (
        "LiteRT has no reference kernel of ELU (version 1) to compare with\n"
        "  The model runs all the same; verify it without that operator."
    )


def clamping(scale: float, kind: str = "MAX_POOL_2D") -> bytes:
    return tfl.pool(kind, (1, 4, 4, 2), (2, 2), activation="RELU6", scale=scale)


def shifting(scale: float) -> bytes:
    """A layer whose sums reach 2^20 or so."""
    weights = np.full((1, 64), 127, np.int8)
    return tfl.fully_connected((1, 64), weights, [0.1], source=("int8", 0.1, 0), target=("int8", scale, 0))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (clamping(2.0**-30), "operator 0 (MAX_POOL_2D -> 't1') clamps by unset memory in LiteRT"),
        (clamping(2.0**-30, "AVERAGE_POOL_2D"), "operator 0 (AVERAGE_POOL_2D -> 't1') clamps by unset memory"),
        (clamping(2.0**-20), ""),
        (
            shifting(1e-8),
            "operator 0 (FULLY_CONNECTED -> 't2') has so small an output scale that sums may leave 32 bits",
        ),
        (shifting(1e-4), ""),
        (tfl.unary("RELU", (1, 4), ("int8", 1.0, 0), ("int8", 2.0**-25, 0)), "operator 0 (RELU -> 't1') has so small"),
        (tfl.unary("RELU", (1, 4), ("int8", 1.0, 0), ("int8", 2.0**-20, 0)), ""),
    ],
)
def test_scales_beyond_32_bits(tmp_path: Path, model: bytes, words: str) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(model)
    assert (words in " ".join(gaps_of(path))) if words else gaps_of(path) == []


@pytest.mark.parametrize("kind", ["ARG_MAX", "ARG_MIN"])
def test_nan_has_no_order(kind: str) -> None:
    b = tfl.Builder()
    x, y = b.input((1, 4), "float32"), b.tensor((1,), "int32")
    b.operator(kind, [x, b.constant(np.array(1, np.int32))], [y], output_type="int32")
    reference = Reference(b.finish([y]))
    reference.run([np.float32([[1, 4, np.inf, 16]])])
    assert reference.met_gaps() == []
    reference.run([np.float32([[1, 4, np.nan, 16]])])
    assert reference.met_gaps() == [f"operator 0 ({kind} -> 't1') {UNORDERED}"]


def test_casts_beyond_the_range() -> None:
    b = tfl.Builder()
    x, y = b.input((1, 2), "float32"), b.tensor((1, 2), "int8")
    b.operator("CAST", [x], [y], in_data_type="float32", out_data_type="int8")
    reference = Reference(b.finish([y]))
    reference.run([np.float32([[-128.9, 127.9]])])
    assert reference.met_gaps() == []
    reference.run([np.float32([[1, 128]])])
    assert reference.met_gaps() == [f"operator 0 (CAST -> 't1') {BEYOND}"]


@pytest.mark.parametrize("kind", ["TANH", "GELU"])
@pytest.mark.parametrize(("dtype", "zero_point"), [("uint8", 128), ("int8", 0)])
def test_results_beyond_32_bits(tmp_path: Path, kind: str, dtype: str, zero_point: int) -> None:
    """Ingot saturates, as LiteRT does for int8; the operator is named only where LiteRT may do something else."""
    numbers = np.arange(256).astype(np.uint8).view(dtype).reshape(1, 256)
    for scale, beyond in ((2.0**-20, False), (2.0**-33, True)):
        model = tmp_path / f"{kind}.tflite"
        model.write_bytes(tfl.unary(kind, numbers.shape, (dtype, 0.03125, zero_point), (dtype, scale, zero_point)))
        found = DirectNetwork(program_of(model.read_bytes())).run([numbers])[0].ravel()
        real = (numbers.astype(np.int64) - zero_point).ravel() / 32
        limits = np.iinfo(dtype)
        assert set(found[real > 0]) == {limits.max} and set(found[(real < 0) & (real > -3)]) == {limits.min}
        named = beyond and dtype == "uint8"
        assert [clause.split(" ->")[0] for clause in gaps_of(model)] == [f"operator 0 ({kind}"] * named
        if not named:
            np.testing.assert_array_equal(found, Reference(model).run([numbers])[0].ravel())
