# SPDX-License-Identifier: Apache-2.0
"""What the section `quantize` says of single layers and of the ends of a float .tflite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("ai_edge_quantizer")

from ingot.base.errors import IngotError
from ingot.compiler.frontend.tflite import parse_tflite
from ingot.compiler.graph import Graph
from ingot.compiler.graph.arithmetic import keeps_4_bits
from ingot.quantize.ranges import tflite_pairs
from ingot.quantize.settings import QuantizeSettings
from ingot.quantize.tflite_quantizer import quantize_tflite, run_tflite
from support.tflite_builder import Builder


def two_layers() -> bytes:
    random, b = np.random.default_rng(3), Builder()
    x, y, z = b.input((1, 16), "float32", name="x"), *(b.tensor((1, 8), "float32", name=name) for name in ("y", "z"))
    for source, target, depth in ((x, y, 16), (y, z, 8)):
        weights, bias = random.normal(size=(8, depth)), random.normal(size=8)
        constants = [b.constant(array.astype(np.float32)) for array in (weights, bias)]
        b.operator("FULLY_CONNECTED", [source, *constants], [target])
    return b.finish([z])


def samples() -> list[dict[str, npt.NDArray[np.float32]]]:
    random = np.random.default_rng(1)
    return [{"x": random.normal(size=(1, 16)).astype(np.float32)} for _ in range(8)]


def quantized(**section: object) -> tuple[bytes, Graph]:
    data = quantize_tflite(two_layers(), samples(), QuantizeSettings.of(section), "m.tflite")
    return data, parse_tflite(data, "m", "m.tflite")


def test_weights_of_4_bits_in_one_layer() -> None:
    _, graph = quantized(weights={"^z": "int4"})
    assert [keeps_4_bits(graph, op) for op in graph.operators] == [False, True]
    with pytest.raises(IngotError, match="weights: no layer's name matches 'dense'"):
        quantized(weights={"dense": "int4"})


@pytest.mark.parametrize(
    ("ends", "kinds"),
    [
        ({"inputs": "float32"}, ("QUANTIZE", "")),
        ({"inputs": "float32", "outputs": "float32"}, ("QUANTIZE", "DEQUANTIZE")),
    ],
)
def test_float_ends(ends: dict[str, str], kinds: tuple[str, str]) -> None:
    """The same numbers as with int8 ends, under the same names; what each tensor lost is known all the same."""
    (plain, _), (data, graph) = quantized(), quantized(**ends)
    first, last = kinds
    wanted = [kind for kind in (first, "FULLY_CONNECTED", "FULLY_CONNECTED", last) if kind]
    assert [op.kind for op in graph.operators] == wanted
    ports = [graph.tensors[t] for t in (*graph.inputs, *graph.outputs)]
    assert [port.dtype.value for port in ports] == ["float32", "float32" if last else "int8"]
    assert [port.name for port in ports] == ["x", "z"]
    before, after = run_tflite(plain, samples()), run_tflite(data, samples())
    z = next(tensor for tensor in before.tensors if tensor.name == "z")
    for (codes,), (found,) in zip(before.outputs, after.outputs, strict=True):
        real = (codes.astype(np.float32) - np.float32(z.zero_point)) * np.float32(z.scale)
        np.testing.assert_array_equal(found, real if last else codes)
    assert {"x", "y", "z"} <= set(tflite_pairs(two_layers(), data, samples()))


def test_ends_of_another_type() -> None:
    with pytest.raises(IngotError, match="quantize: inputs are int16, the activations int8"):
        QuantizeSettings.of({"inputs": "int16"})
