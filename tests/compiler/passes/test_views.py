# SPDX-License-Identifier: Apache-2.0
"""RESHAPE and operators that do nothing cost nothing, and nothing else becomes a view."""

import numpy as np
import pytest

from compiler.passes.helpers import INT8, check_optimized, check_same, conv, graph_of, kinds
from ingot.compiler.passes.remove_views import remove_views
from ingot.compiler.passes.views import make_views
from support import tflite_builder as tfl


def i32(*values):
    return np.array(values, np.int32)


SHAPE = (1, 4, 6, 2)

DO_NOTHING = {
    "reshape": ("RESHAPE", [i32(4, 12)], (4, 12), {}),
    "reshape_minus_one": ("RESHAPE", [i32(-1, 8)], (6, 8), {}),
    "squeeze": ("SQUEEZE", [], (4, 6, 2), {"squeeze_dims": [0]}),
    "expand": ("EXPAND_DIMS", [i32(-1)], (1, 4, 6, 2, 1), {}),
    "transpose_ones": ("TRANSPOSE", [i32(1, 0, 2, 3)], (4, 1, 6, 2), {}),
    "pad_zero": ("PAD", [i32([0, 0], [0, 0], [0, 0], [0, 0])], SHAPE, {}),
    "slice_all": ("SLICE", [i32(0, 0, 0, 0), i32(-1, -1, -1, -1)], SHAPE, {}),
    "strided_all": ("STRIDED_SLICE", [i32(0, 0, 0, 0), i32(9, 4, 6, 2), i32(1, 1, 1, 1)], SHAPE, {}),
    "strided_shrink": (
        "STRIDED_SLICE",
        [i32(0, 0, 0, 0), i32(1, 4, 6, 2), i32(1, 1, 1, 1)],
        (4, 6, 2),
        {"shrink_axis_mask": 1},
    ),
    "tile_once": ("TILE", [i32(1, 1, 1, 1)], SHAPE, {}),
    "concat_one": ("CONCATENATION", [], SHAPE, {"axis": 3}),
    "pack_one": ("PACK", [], (1, 4, 1, 6, 2), {"axis": 2, "values_count": 1}),
    "resize_same": ("RESIZE_BILINEAR", [i32(4, 6)], SHAPE, {"half_pixel_centers": True}),
    "resize_same_corners": ("RESIZE_BILINEAR", [i32(4, 6)], SHAPE, {"align_corners": True}),
    "nearest_same": ("RESIZE_NEAREST_NEIGHBOR", [i32(4, 6)], SHAPE, {}),
    "depth_to_space_1": ("DEPTH_TO_SPACE", [], SHAPE, {"block_size": 1}),
    "pool_1": ("MAX_POOL_2D", [], SHAPE, {"padding": "SAME"}),
}

DO_SOMETHING = {
    "transpose": ("TRANSPOSE", [i32(0, 2, 1, 3)], (1, 6, 4, 2), {}),
    "strided_backwards": ("STRIDED_SLICE", [i32(0, 3, 0, 0), i32(1, -9, 6, 2), i32(1, -1, 1, 1)], SHAPE, {}),
    "slice": ("SLICE", [i32(0, 1, 0, 0), i32(1, 3, 6, 2)], (1, 3, 6, 2), {}),
    "pool_relu": ("MAX_POOL_2D", [], SHAPE, {"padding": "SAME", "fused_activation_function": "RELU"}),
}


@pytest.mark.parametrize("name", DO_NOTHING)
def test_nothing_to_do(name):
    kind, constants, shape, options = DO_NOTHING[name]
    model = tfl.shaped(kind, SHAPE, shape, constants, **options)
    graph = make_views(graph_of(model))
    assert kinds(graph) == ["view"]
    check_same(model, graph)


@pytest.mark.parametrize("name", DO_SOMETHING)
def test_something_to_do(name):
    kind, constants, shape, options = DO_SOMETHING[name]
    graph = graph_of(tfl.shaped(kind, SHAPE, shape, constants, **options))
    assert make_views(graph) is graph


def test_chains_between_operators_disappear():
    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), *INT8)
    y, shape = conv(b, x, (1, 6, 6, 3))
    flat = b.tensor((4, 16), *INT8)
    b.operator("RESHAPE", [y, b.constant(i32(4, 16))], [flat])
    back = b.tensor(shape, *INT8)
    b.operator("RESHAPE", [flat, b.constant(i32(*shape))], [back])
    z, _ = conv(b, back, shape, seed=1)
    graph = check_optimized(b.finish([z]), ["CONV_2D", "CONV_2D"])
    assert {i for op in graph.operators for i in op.origin} == {0, 1, 2, 3}


def test_at_the_output_the_producer_writes_the_output():
    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), *INT8)
    y, shape = conv(b, x, (1, 6, 6, 3))
    same = b.tensor(shape, *INT8, name="result")
    b.operator("RESHAPE", [y, b.constant(i32(*shape))], [same])
    graph = check_optimized(b.finish([same]), ["CONV_2D"])
    assert graph.tensors[graph.outputs[0]].name == "result"


def test_two_outputs_and_inputs_stay_apart():
    """A view of an input, and a second output of the same bytes, must remain: outputs have memory of their own."""
    b = tfl.Builder()
    x = b.input((1, 8), *INT8)
    y = b.tensor((1, 8), *INT8)
    b.operator("RESHAPE", [x, b.constant(i32(1, 8))], [y])
    check_optimized(b.finish([y]), ["view"])

    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), *INT8)
    y, shape = conv(b, x, (1, 6, 6, 3))
    same = b.tensor(shape, *INT8)
    b.operator("RESHAPE", [y, b.constant(i32(*shape))], [same])
    check_optimized(b.finish([y, same]), ["CONV_2D", "view"])


def test_quantize_between_equal_parameters_goes():
    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), *INT8)
    y = b.tensor((1, 6, 6, 3), *INT8)
    b.operator("QUANTIZE", [x], [y])
    z, _ = conv(b, y, (1, 6, 6, 3))
    check_optimized(b.finish([z]), ["CONV_2D"])


def test_a_view_that_changes_the_meaning_stays():
    """LiteRT's RESHAPE copies bytes, even where the file gives its output other parameters."""
    b = tfl.Builder()
    x = b.input((1, 8), "int8", 0.1, 0)
    y = b.tensor((1, 8), "int8", 0.2, 5)
    b.operator("RESHAPE", [x, b.constant(i32(1, 8))], [y])
    z = b.tensor((1, 8), "float32")
    b.operator("DEQUANTIZE", [y], [z])
    graph = make_views(graph_of(b.finish([z])))
    assert kinds(remove_views(graph)) == ["view", "DEQUANTIZE"]
    # Behind the table, which knows the parameters of what it reads, the view has nothing left to change.
    (table,) = check_optimized(b.finish([z]), ["table"]).operators
    assert table.origin == (0, 1)
