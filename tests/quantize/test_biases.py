# SPDX-License-Identifier: Apache-2.0
"""A float .tflite with channels that pruning left with no weights: their biases are kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("ai_edge_quantizer")

from ingot.quantize.settings import QuantizeSettings
from ingot.quantize.tflite_quantizer import quantize_tflite, run_tflite
from support.tflite_builder import Builder

BIAS = np.array([0.25, 0.5, -0.75, 0.1], np.float32)


def layer(kind: str, pruned: float) -> bytes:
    """Four outputs of four inputs; the weights of the outputs 1 and 2 are multiplied by `pruned`."""
    weights = np.random.default_rng(3).normal(size=(4, 4)).astype(np.float32)
    weights[1:3] *= pruned
    b = Builder()
    if kind == "FULLY_CONNECTED":
        x, y, shape = b.input((1, 4), "float32"), b.tensor((1, 4), "float32", name="y"), (4, 4)
    else:
        x, y, shape = b.input((1, 1, 1, 4), "float32"), b.tensor((1, 1, 1, 4), "float32", name="y"), (4, 1, 1, 4)
    if kind == "DEPTHWISE_CONV_2D":
        weights, shape = weights[:, :1], (1, 1, 1, 4)
    w, bias = b.constant(np.ascontiguousarray(weights).reshape(shape)), b.constant(BIAS)
    b.operator(kind, [x, w, bias], [y], **({"depth_multiplier": 1} if kind == "DEPTHWISE_CONV_2D" else {}))
    return b.finish([y])


def samples(kind: str) -> list[dict[str, npt.NDArray[np.float32]]]:
    random = np.random.default_rng(1)
    shape = (1, 4) if kind == "FULLY_CONNECTED" else (1, 1, 1, 4)
    return [{"t0": random.normal(size=shape).astype(np.float32)} for _ in range(8)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
@pytest.mark.parametrize("pruned", [0.0, 1e-9])
@pytest.mark.parametrize(("activations", "weights"), [("int8", "int8"), ("int16", "int8"), ("int8", "int4")])
def test_biases_of_pruned_channels(kind: str, pruned: float, activations: str, weights: str) -> None:
    data, given = layer(kind, pruned), samples(kind)
    settings = QuantizeSettings.of({"activations": activations, "weights": weights})
    quantized = quantize_tflite(data, given, settings, "m.tflite")
    real, stored = run_tflite(data, given), run_tflite(quantized, given)
    assert quantize_tflite(data, given, settings, "m.tflite") == quantized
    output = next(tensor for tensor in stored.tensors if tensor.name == "y")
    for before, after in zip(real.outputs, stored.outputs, strict=True):
        values = (after[0].astype(np.float64) - output.zero_point) * output.scale
        assert np.abs(values - before[0])[..., 1:3].max() <= output.scale


@pytest.mark.parametrize("pruned", [0.0, 1.0])
def test_a_file_with_its_weights_behind_the_flatbuffer(pruned: float) -> None:
    """As ai-edge-quantizer writes 256 KiB and more: neither wider scales nor float ends lose them."""
    random = np.random.default_rng(5)
    weights, bias = random.normal(size=(520, 520)).astype(np.float32), random.normal(size=520).astype(np.float32)
    weights[7] *= pruned
    b = Builder()
    x, y = b.input((1, 520), "float32"), b.tensor((1, 520), "float32", name="y")
    b.operator("FULLY_CONNECTED", [x, b.constant(weights), b.constant(bias)], [y])
    data = b.finish([y])
    given = [{"t0": random.normal(size=(1, 520)).astype(np.float32)} for _ in range(4)]
    made = quantize_tflite(data, given, QuantizeSettings.of({"outputs": "float32"}), "m.tflite")
    plain = run_tflite(quantize_tflite(data, given, QuantizeSettings.of({}), "m.tflite"), given)
    output = next(tensor for tensor in plain.tensors if tensor.name == "y")
    results = (run_tflite(data, given).outputs, plain.outputs, run_tflite(made, given).outputs)
    for (real,), (codes,), (after,) in zip(*results, strict=True):
        assert np.array_equal(after, (codes.astype(np.int32) - output.zero_point).astype(np.float32) * output.scale)
        apart = np.abs(after - real)[0]
        assert apart[7] <= output.scale or pruned
        assert np.median(apart) <= output.scale
