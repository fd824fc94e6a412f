# SPDX-License-Identifier: Apache-2.0
"""Layers of dynamic range (float32 data, integer weights) against LiteRT's reference kernels, to the bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.frontend.tflite import parse_tflite
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.program import Program
from ingot.compiler.kernels.registry import Target
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.direct import DirectNetwork
from support.differential import check, program_of
from support.models import dynamic
from support.models.trials import for_each
from support.tflite_builder import Builder

WEIGHTS = np.random.default_rng(0).integers(-127, 128, (4, 3, 3, 4)).astype(np.int8)


@for_each(dynamic.fully_connected, 25)
def test_fully_connected(model: bytes) -> None:
    check(model)


@for_each(dynamic.conv2d, 30)
def test_conv2d(model: bytes) -> None:
    check(model)


@for_each(dynamic.depthwise, 30)
def test_depthwise(model: bytes) -> None:
    check(model)


@for_each(dynamic.embedding, 20)
def test_embedding(model: bytes) -> None:
    check(model)


def conv2d(scales: list[float] | float, groups: int = 1, layers: int = 1) -> bytes:
    """CONV_2D of four channels, `layers` times of one image."""
    b = Builder()
    x, outputs = b.input((1, 6, 6, 4), "float32"), []
    for _ in range(layers):
        y = b.tensor((1, 6, 6, 4), "float32")
        weights = np.ascontiguousarray(WEIGHTS[..., : 4 // groups])
        b.operator(
            "CONV_2D", [x, b.constant(weights, scales), b.constant(np.zeros(4, np.float32))], [y], padding="SAME"
        )
        outputs.append(y)
    return b.finish(outputs)


def without_values(program: Program) -> list[object]:
    """All that network.c is made of."""
    return [
        (call.kernel, call.inputs, call.outputs, call.fields, [(p.data.shape, p.data.dtype) for p in call.params])
        for call in program.calls
    ]


@pytest.mark.parametrize("layers", [1, 2])
def test_no_c_follows_from_scales(layers: int) -> None:
    """LiteRT quantizes the image in another way where the scales of the channels happen to be equal."""
    differing = conv2d([0.1, 0.2, 0.3, 0.4], layers=layers)
    equal = conv2d([0.1] * 4, layers=layers)
    for model in (differing, equal):
        check(model)
    assert without_values(program_of(differing)) == without_values(program_of(equal))


@pytest.mark.parametrize("activation", ["NONE", "RELU", "RELU6", "RELU_N1_TO_1"])
def test_zeros_give_the_bias(activation: str) -> None:
    """To the sign of zero."""
    b = Builder()
    x, y = b.input((1, 4), "float32"), b.tensor((1, 2), "float32")
    weights, bias = b.constant(WEIGHTS[:2, 0, 0], 0.1), b.constant(np.float32([-0.0, 0.0]))
    b.operator("FULLY_CONNECTED", [x, weights, bias], [y], fused_activation_function=activation)
    check(b.finish([y]), [np.zeros((1, 4), np.float32)])


def test_layers_of_one_tensor_share_what_is_quantized() -> None:
    kernels = [call.kernel for call in program_of(conv2d(0.1, layers=2)).calls]
    assert sorted(kernels) == [
        *["dynamic_conv2d_s8"] * 2,
        "dynamic_range_f32",
        "dynamic_range_quantize_f32",
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([np.inf, 1.0], [0.0, 0.0]),
        ([np.nan, 2.0], [0.0, 2.0]),
        ([0.5, 127.0], [1.0, 127.0]),  # halves away from zero
        ([-1.5, 127.0], [-2.0, 127.0]),
        ([np.nextafter(np.float32(0.5), np.float32(0)), 127.0], [0.0, 127.0]),
    ],
)
def test_numbers_without_a_sure_result(values: list[float], expected: list[float]) -> None:
    """Each number by a weight of one. LiteRT's results are its host's there."""
    b = Builder()
    x, y = b.input((1, 2), "float32"), b.tensor((1, 2), "float32")
    b.operator("FULLY_CONNECTED", [x, b.constant(np.eye(2, dtype=np.int8), 1.0), None], [y])
    (result,) = DirectNetwork(program_of(b.finish([y]))).run([np.float32([values])])
    numbers: npt.NDArray[np.float32] = np.where(np.isnan(result), np.float32(0), result)
    np.testing.assert_allclose(numbers, [expected], rtol=1e-6)


@pytest.mark.parametrize("model", [conv2d(0.1, groups=2), conv2d([0.1] * 4, groups=2)])
def test_what_litert_leaves_undefined_is_refused(model: bytes) -> None:
    with pytest.raises(IngotError, match="undefined in LiteRT: convert the model again with a representative"):
        lower(optimize(parse_tflite(model, "m", "m")), Target())


def test_rows_of_four_bits_of_an_odd_length_are_refused() -> None:
    """LiteRT reads each row from a whole byte on, where the file has none."""
    b = Builder()
    table, y = b.nibbles(np.arange(-7, 8).reshape(5, 3), 0.1), b.tensor((2, 3), "float32")
    b.operator("EMBEDDING_LOOKUP", [b.input((2,), "int32"), table], [y])
    with pytest.raises(IngotError, match="rows of int4 have an even length"):
        program_of(b.finish([y]))
