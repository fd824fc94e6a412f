# SPDX-License-Identifier: Apache-2.0
"""The oracle runs what the builder builds, and says what is wrong otherwise."""

import builtins

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.device.run.inputs import bench_inputs, random_inputs
from ingot.device.run.oracle import Reference
from support import tflite_builder as tfl


def test_convolution_by_hand():
    weights = np.ones((1, 2, 2, 1), np.int8)
    model = tfl.conv2d((1, 3, 3, 1), weights, [1.0], np.array([5], np.int32), target=("int8", 0.1, 0))
    image = np.arange(9, dtype=np.int8).reshape(1, 3, 3, 1)
    (out,) = Reference(model).run([image])
    assert out.ravel().tolist() == [8 + 5, 12 + 5, 20 + 5, 24 + 5]


def test_fully_connected_rounds_once():
    # 3 * 0.5 = 1.5 -> 2
    model = tfl.fully_connected((1, 1), np.ones((1, 1), np.int8), [0.5], source=("int8", 1.0, 0), target=("int8", 1, 0))
    assert Reference(model).run([np.array([[3]], np.int8)])[0].item() == 2


@pytest.mark.parametrize("kind", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
def test_pooling(kind):
    image = np.arange(16, dtype=np.int8).reshape(1, 4, 4, 1)
    (out,) = Reference(tfl.pool(kind, image.shape, (2, 2), (2, 2))).run([image])
    expected = {"AVERAGE_POOL_2D": [3, 5, 11, 13], "MAX_POOL_2D": [5, 7, 13, 15]}[kind]
    assert out.ravel().tolist() == expected


def test_other_helpers():
    x = np.array([[-1, 0, 1, 2]], np.int8)
    relu = tfl.unary("RELU", (1, 4), ("int8", 1.0, 0), ("int8", 1.0, 0))
    assert Reference(relu).run([x])[0].tolist() == [[0, 0, 1, 2]]
    add = tfl.binary("ADD", ((1, 4), (1, 1)), (("int8", 1.0, 0), ("int8", 1.0, 0)), ("int8", 1.0, 0))
    assert Reference(add).run([x, np.array([[3]], np.int8)])[0].tolist() == [[2, 3, 4, 5]]
    pad = tfl.shaped("PAD", (1, 4), (1, 6), [[[0, 0], [1, 1]]], zero_point=7)
    assert Reference(pad).run([x])[0].tolist() == [[7, -1, 0, 1, 2, 7]]
    dw = tfl.depthwise((1, 1, 1, 2), np.array([[[[2, 3, 4, 5]]]], np.int8), [1.0] * 4, source=("int8", 0.1, 0))
    assert Reference(dw).run([np.array([[[[1, 2]]]], np.int8)])[0].ravel().tolist() == [2, 3, 8, 10]


def test_wrong_inputs_and_models():
    reference = Reference(tfl.unary("RELU", (1, 4), ("int8", 1.0, 0), ("int8", 1.0, 0)))
    with pytest.raises(IngotError, match="input 't0' is int8"):
        reference.run([np.zeros((1, 5), np.int8)])
    with pytest.raises(IngotError, match="1 inputs, 2"):
        reference.run([np.zeros((1, 4), np.int8)] * 2)
    with pytest.raises(IngotError, match="LiteRT refuses"):
        Reference(b"TFL3 nothing")


def test_indexes_beyond_a_table():
    b = tfl.Builder()
    y = b.tensor((1, 2), "int8", 0.1)
    b.operator("GATHER", [b.constant(np.zeros((3, 2), np.int8), 0.1), b.input((1,), "int32")], [y])
    with pytest.raises(IngotError, match=r"cannot run the model.*\n.*give one with input="):
        Reference(b.finish([y])).run([np.array([3], np.int32)])


def test_without_litert(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name.startswith("ai_edge_litert"):
            raise ImportError("no module")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(IngotError, match=r"(?s)needs LiteRT.*pip install ai-edge-litert"):
        Reference(b"")


def test_inputs_are_fixed_for_ever():
    a = random_inputs([((2, 3), "int8"), ((4,), "float32"), ((3,), "int32")], seed=7, ranges=[None, (0.0, 4.0), None])
    b = random_inputs([((2, 3), "int8"), ((4,), "float32"), ((3,), "int32")], seed=7, ranges=[None, (0.0, 4.0), None])
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert a[0].dtype == np.int8 and a[0].shape == (2, 3)
    assert (a[1] >= 0).all() and (a[1] < 4).all()
    assert not np.array_equal(a[0], random_inputs([((2, 3), "int8")], seed=8)[0])
    many = random_inputs([((4096,), "int8")], seed=0)[0]
    assert len(np.unique(many)) == 256


def test_bench_inputs_follow_the_published_generator():
    # First words of xorshift32 (13, 17, 5) from 0x12345678, by hand: 0x87985AA5, 0x155B24E7.
    (first,) = bench_inputs([((2,), "uint8")])
    assert first.tolist() == [0x87, 0x15]
    (real,) = bench_inputs([((1,), "float32")])
    assert real[0] == np.float32((0x87985A - 0x800000) / 8388608)


def test_versions_that_the_reference_kernels_do_not_list():
    b = tfl.Builder()
    x = b.input((1, 2), "int8", 0.1)
    y = b.tensor((1, 4), "int8", 0.1)
    b.operator("TILE", [x, b.constant(np.array([1, 2], np.int32))], [y])
    b._codes[0].version = 3
    (out,) = Reference(b.finish([y])).run([np.array([[1, 2]], np.int8)])
    assert out.tolist() == [[1, 2, 1, 2]]
    b._codes[0].version = 77  # any later one is tried as well: the kernel itself looks at types
    assert Reference(b.finish([y])).outputs[0].shape == (1, 4)
    relu = tfl.Builder()
    x, y = relu.input((1, 2), "int8", 0.1), relu.tensor((1, 2), "int8", 0.1)
    relu.operator("RELU", [x], [y])
    relu._codes[0].version = 77
    with pytest.raises(IngotError, match=r"no reference kernel of RELU \(version 77\)"):
        Reference(relu.finish([y]))


def test_a_reshape_whose_shape_is_absent():
    """LiteRT would read address 0, and end the process; the options have the shape."""
    b = tfl.Builder()
    x, y = b.input((1, 4), "int8", 0.1), b.tensor((2, 2), "int8", 0.1)
    b.operator("RESHAPE", [x, None], [y], new_shape=[2, 2])
    (out,) = Reference(b.finish([y])).run([np.int8([[1, 2, 3, 4]])])
    assert out.tolist() == [[1, 2], [3, 4]]
