# SPDX-License-Identifier: Apache-2.0
"""Shapes are computed from inputs and constants: what the file stores for intermediate tensors counts for nothing."""

import re
from pathlib import Path

import numpy as np
import pytest

from compiler.frontend.examples import EXAMPLES, I8, i32, weights
from ingot.base.errors import IngotError
from ingot.compiler.compile import CompileOptions, compile_model
from ingot.compiler.frontend.arity import ARITY
from ingot.compiler.frontend.shapes import RULES
from ingot.compiler.frontend.tflite import parse_tflite
from ingot.compiler.graph import Graph
from ingot.compiler.kernels.lower import load_operators
from ingot.compiler.kernels.registry import OPERATORS
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from support.differential import HOST_POOLS, check_network
from support.models.draw import Seeded
from support.models.every import MODELS
from support.placeholders import stored_shapes, with_placeholder_shapes
from support.random_model import random_model
from support.shared import shared
from support.tflite_builder import Builder


def parse(model: bytes) -> Graph:
    return parse_tflite(model, "model", "model.tflite")


def described(graph: Graph) -> tuple[object, ...]:
    """All that two equal graphs have in common, constants included."""
    tensors = [
        (t.name, t.shape, t.dtype, t.is_variable, None if t.data is None else t.data.tobytes()) for t in graph.tensors
    ]
    scales = [
        None if t.quant is None else (t.quant.scale.tobytes(), t.quant.zero_point.tobytes()) for t in graph.tensors
    ]
    return tensors, scales, graph.operators, graph.inputs, graph.outputs


def test_every_operator_has_a_rule() -> None:
    load_operators()
    own = {kind for kind in OPERATORS if kind.islower()}  # of passes, which know the shapes
    assert set(OPERATORS) - own <= set(RULES)
    assert set(ARITY) <= set(RULES)


def check_computed(model: bytes, ranks: bool) -> None:
    """The shapes of the file, which is right, come out whatever it has for intermediate tensors."""
    computed = parse(with_placeholder_shapes(model, ranks=ranks))
    stored = stored_shapes(model)  # states of variables follow
    assert [tensor.shape for tensor in computed.tensors[: len(stored)]] == stored
    assert described(computed) == described(parse(model))


@pytest.mark.slow
@pytest.mark.parametrize("ranks", [True, False])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_kind_computes_its_shape(name: str, ranks: bool) -> None:
    check_computed(EXAMPLES[name](), ranks)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in MODELS if name != "ASSIGN_VARIABLE"])  # a handle has no shape
def test_drawn_models_compute_their_shapes(name: str) -> None:
    for seed in range(4):
        check_computed(MODELS[name](Seeded(seed)), seed % 2 == 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_placeholders_give_the_same_graph(seed: int) -> None:
    model = random_model(seed, 4 + seed)
    graph = described(parse(model))
    assert described(parse(with_placeholder_shapes(model, ranks=seed % 2 == 0, signatures=seed % 4 == 0))) == graph


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_placeholders_give_the_same_network(seed: int, tmp_path: Path) -> None:
    model, sources = random_model(seed), []
    for number, content in enumerate((model, with_placeholder_shapes(model, signatures=True))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "net.tflite").write_bytes(content)
        compile_model(folder / "net.tflite", HOST_POOLS, folder)
        sources.append([path.read_bytes() for path in sorted(folder.glob("*.c")) + sorted(folder.glob("*.raw"))])
    assert len(sources[0]) == 2 and sources[0] == sources[1]


@pytest.mark.parametrize("seed", range(6))
def test_every_shape_is_litert_s(seed: int) -> None:
    model = with_placeholder_shapes(random_model(seed, 12))
    graph, reference = parse(model), Reference(model)
    reference.run(random_inputs([(port.shape, port.dtype.name) for port in reference.inputs], 1))
    for t in {t for op in graph.operators for t in op.outputs}:
        assert graph.tensors[t].shape == reference.tensor(t).shape, graph.tensors[t].name


# ---- as Keras writes it with a free batch


def dilated() -> bytes:
    """A dilated convolution along time: SPACE_TO_BATCH_ND makes two batches, the file says one."""
    b = Builder()
    x = b.input((1, 16, 3), *I8, signature=(-1, 16, 3), name="sequence")
    block, none = b.constant(i32(2)), b.constant(i32([0, 0]))
    halves = b.tensor((1, 8, 3), *I8, signature=(-1, 8, 3))
    b.operator("SPACE_TO_BATCH_ND", [x, block, none], [halves])
    image = b.tensor((1, 1, 8, 3), *I8, signature=(-1, 1, 8, 3))
    b.operator("EXPAND_DIMS", [halves, b.constant(i32(1))], [image])
    convolved = b.tensor((1, 1, 6, 4), *I8, signature=(-1, 1, 6, 4))
    bias = b.constant(i32(1, 2, 3, 4), [0.002] * 4)
    b.operator("CONV_2D", [image, b.constant(weights(4, 1, 3, 3), [0.02] * 4), bias], [convolved], padding="VALID")
    flat = b.tensor((1, 6, 4), *I8, signature=(-1, 6, 4))
    b.operator("RESHAPE", [convolved, b.constant(i32(-1, 6, 4))], [flat])
    y = b.tensor((1, 12, 4), *I8, signature=(-1, 12, 4))
    b.operator("BATCH_TO_SPACE_ND", [flat, block, none], [y])
    return b.finish([y])


def on_sequence() -> bytes:
    """A dense layer on every step: the shapes of both RESHAPEs are worked out by the model itself."""
    b = Builder()
    x = b.input((1, 5, 8), *I8, signature=(-1, 5, 8))
    shape, batch, steps = b.tensor((3,), "int32"), b.tensor((1,), "int32"), b.tensor((), "int32")
    rest, rows, outer = b.tensor((2,), "int32"), b.tensor((2,), "int32"), b.tensor((3,), "int32")
    b.operator("SHAPE", [x], [shape], out_type="int32")
    b.operator("GATHER", [shape, b.constant(i32(0, 1))], [rest])
    b.operator("REDUCE_PROD", [rest, b.constant(i32(0))], [steps])
    b.operator("PACK", [steps, b.constant(np.int32(8))], [rows], values_count=2)
    b.operator("STRIDED_SLICE", [shape, *(b.constant(i32(n)) for n in (0, 1, 1))], [batch])
    b.operator("CONCATENATION", [batch, b.constant(i32(5, 4))], [outer], axis=0)
    flat = b.tensor((1, 1), *I8, signature=(-1, -1))
    b.operator("RESHAPE", [x, rows], [flat])
    dense = b.tensor((1, 4), *I8, signature=(-1, 4))
    b.operator("FULLY_CONNECTED", [flat, b.constant(weights(4, 8), 0.02), b.constant(i32(1, 2, 3, 4), 0.002)], [dense])
    y = b.tensor((1, 5, 4), *I8, signature=(-1, 5, 4))
    b.operator("RESHAPE", [dense, outer], [y])
    return b.finish([y])


def upsampled() -> bytes:
    """Twice the size, which the model works out as float numbers from its own shape."""
    b = Builder()
    x = b.input((1, 3, 5, 2), *I8, signature=(-1, 3, 5, 2))
    shape, size = b.tensor((4,), "int32"), b.tensor((2,), "int32")
    real, scaled, whole = b.tensor((2,), "float32"), b.tensor((2,), "float32"), b.tensor((2,), "int32")
    b.operator("SHAPE", [x], [shape], out_type="int32")
    b.operator("STRIDED_SLICE", [shape, *(b.constant(i32(n)) for n in (1, 3, 1))], [size])
    b.operator("CAST", [size], [real], in_data_type="int32", out_data_type="float32")
    b.operator("MUL", [real, b.constant(np.float32([2, 2]))], [scaled])
    b.operator("CAST", [scaled], [whole], in_data_type="float32", out_data_type="int32")
    y = b.tensor((1, 1, 1, 2), *I8, signature=(-1, -1, -1, 2))
    b.operator("RESIZE_NEAREST_NEIGHBOR", [x, whole], [y])
    return b.finish([y])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "output"), [(dilated, (1, 12, 4)), (on_sequence, (1, 5, 4)), (upsampled, (1, 6, 10, 2))]
)
def test_a_free_batch(model, output: tuple[int, ...]) -> None:
    graph = parse(model())
    assert graph.tensors[graph.outputs[0]].shape == output
    check_network(model(), samples=3)


def test_a_free_batch_is_one_whatever_is_stored_and_may_be_given() -> None:
    b = Builder()
    x = b.input((8, 4), *I8, signature=(-1, 4))
    y = b.tensor((8, 4), *I8, signature=(-1, 4))
    b.operator("RELU", [x], [y])
    model = b.finish([y])
    assert [t.shape for t in parse(model).tensors] == [(1, 4)] * 2
    assert [t.shape for t in parse_tflite(model, "m", "m", "3x4").tensors] == [(3, 4)] * 2


@pytest.mark.parametrize("number", ["04", "22", "23", "24"])
def test_real_files(number: str) -> None:
    (path,) = shared("cases").glob(f"{number}_*.tflite")
    check_network(path.read_bytes(), samples=2)


# ---- what cannot be computed


def test_a_shape_that_is_known_at_run_time_only() -> None:
    b = Builder()
    x, shape = b.input((1, 6), *I8), b.input((2,), "int32")
    y = b.tensor((1, 1), *I8, signature=(-1, -1), name="y")
    b.operator("RESHAPE", [x, shape], [y])
    with pytest.raises(IngotError) as caught:
        parse(b.finish([y]))
    assert "operator 0 (RESHAPE -> 'y')" in str(caught.value) or "as many elements" in str(caught.value)
    b = Builder()
    x, count = b.input((1, 6), *I8), b.input((2,), "int32")
    y = b.tensor((1, 1), *I8, signature=(-1, -1), name="y")
    b.operator("TILE", [x, count], [y])
    with pytest.raises(IngotError, match=re.escape("known at run time only (shape_signature [-1, -1]).")):
        parse(b.finish([y]))


def test_behind_an_operator_that_is_not_supported() -> None:
    b = Builder()
    x = b.input((1, 6), *I8)
    values = b.tensor((1, 1), *I8, name="best")
    b.operator("WHERE", [x], [values])
    y = b.tensor((1, 2), *I8)
    b.operator("RESHAPE", [values, b.constant(i32(1, 2))], [y])
    with pytest.raises(IngotError, match=re.escape("depend on operator 0 (WHERE -> 'best'), which is not supported")):
        parse(b.finish([y]))


@pytest.mark.slow
def test_a_long_chain_of_shapes() -> None:
    b = Builder()
    x = b.input((1, 6), *I8)
    t = b.tensor((2,), "int32")
    b.operator("SHAPE", [x], [t], out_type="int32")
    for _ in range(3000):
        following = b.tensor((2,), "int32")
        b.operator("ADD", [t, b.constant(i32(0, 0))], [following])
        t = following
    y = b.tensor((1, 1), *I8)
    b.operator("RESHAPE", [x, t], [y])
    graph = parse(b.finish([y]))
    assert graph.tensors[graph.outputs[0]].shape == (1, 6)


def test_options_do_not_change_what_is_compiled(tmp_path: Path) -> None:
    """The shape that the file has anyway gives the same network."""
    (tmp_path / "net.tflite").write_bytes(dilated())
    sources = []
    for shape in ("", "1x16x3", "sequence:1x16x3"):
        compile_model(tmp_path / "net.tflite", HOST_POOLS, tmp_path, CompileOptions(input_shape=shape))
        sources.append((tmp_path / "network.c").read_bytes())
    assert len(set(sources)) == 1
