# SPDX-License-Identifier: Apache-2.0
"""Constants fold to what LiteRT computes of them."""

import numpy as np
import pytest

from compiler.passes.helpers import check_optimized, graph_of, kinds
from ingot.base.errors import IngotError
from ingot.compiler.passes.fold_constants import fold_constants
from ingot.device.run.oracle import Reference
from support import tflite_builder as tfl

A = np.arange(-6, 6, dtype=np.int32).reshape(3, 4)
B = np.array([[3], [-5], [7]], np.int32)
F = np.linspace(-2, 2, 12).astype(np.float32).reshape(3, 4)
Q = np.arange(-60, 60, 10).astype(np.int8).reshape(3, 4)


def i32(*values):
    return np.array(values, np.int32)


CASES = {
    "add": ("ADD", [A, B], (3, 4), "int32", {}),
    "sub_f": ("SUB", [F, F.T.copy().reshape(3, 4)], (3, 4), "float32", {"fused_activation_function": "RELU"}),
    "mul_f": ("MUL", [F, F], (3, 4), "float32", {"fused_activation_function": "RELU_N1_TO_1"}),
    "div_f": ("DIV", [F, np.float32([[3.0]])], (3, 4), "float32", {}),
    "max": ("MAXIMUM", [A, B], (3, 4), "int32", {}),
    "min": ("MINIMUM", [A, B], (3, 4), "int32", {}),
    "floor_div": ("FLOOR_DIV", [A, B], (3, 4), "int32", {}),
    "floor_mod": ("FLOOR_MOD", [A, B], (3, 4), "int32", {}),
    "abs_f": ("ABS", [F], (3, 4), "float32", {}),
    "neg": ("NEG", [A], (3, 4), "int32", {}),
    "square_f": ("SQUARE", [F], (3, 4), "float32", {}),
    "transpose": ("TRANSPOSE", [A, i32(1, 0)], (4, 3), "int32", {}),
    "pad": ("PAD", [A, i32([0, 1], [2, 0])], (4, 6), "int32", {}),
    "padv2": ("PADV2", [A, i32([0, 1], [2, 0]), i32(9)], (4, 6), "int32", {}),
    "pack": ("PACK", [A, A + 1], (3, 2, 4), "int32", {"axis": 1, "values_count": 2}),
    "concat": ("CONCATENATION", [A, B], (3, 5), "int32", {"axis": -1}),
    "slice": ("SLICE", [A, i32(1, 0), i32(-1, 2)], (2, 2), "int32", {}),
    "strided": ("STRIDED_SLICE", [A, i32(0, 3), i32(3, 0), i32(2, -1)], (2, 3), "int32", {}),
    "strided_masks": (
        "STRIDED_SLICE",
        [A, i32(1, 1), i32(9, 2), i32(1, 1)],
        (4,),
        "int32",
        {"begin_mask": 2, "end_mask": 2, "shrink_axis_mask": 1},
    ),
    "strided_ellipsis": (
        "STRIDED_SLICE",
        [A.reshape(1, 3, 2, 2), i32(0, 0, 1), i32(1, 0, 2), i32(1, 1, 1)],
        (3, 2),
        "int32",
        {"ellipsis_mask": 2, "shrink_axis_mask": 5},
    ),
    "strided_new_axis": (
        "STRIDED_SLICE",
        [A, i32(2, 0, 9), i32(-9, 0, 0), i32(-1, 1, -2)],
        (3, 1, 2),
        "int32",
        {"new_axis_mask": 2},
    ),
    "strided_ellipsis_new_axis": (
        "STRIDED_SLICE",
        [A, i32(0, 7, 0), i32(0, 9, 3), i32(1, 1, 1)],
        (3, 1, 3),
        "int32",
        {"new_axis_mask": 2, "ellipsis_mask": 1},
    ),
    "strided_few": ("STRIDED_SLICE", [A, i32(-2), i32(3), i32(1)], (2, 4), "int32", {}),
    "strided_offset": ("STRIDED_SLICE", [A, i32(1, -3), i32(2, 2), i32(1, 1)], (2, 2), "int32", {"offset": True}),
    "gather": ("GATHER", [A, i32(2, 0)], (3, 2), "int32", {"axis": 1}),
    "tile": ("TILE", [A, i32(1, 2)], (3, 8), "int32", {}),
    "broadcast_to": ("BROADCAST_TO", [B, i32(3, 2)], (3, 2), "int32", {}),
    "fill": ("FILL", [i32(2, 3), np.array(7, np.int32)], (2, 3), "int32", {}),
    "range": ("RANGE", [np.array(2, np.int32), np.array(11, np.int32), np.array(4, np.int32)], (3,), "int32", {}),
    "reduce_prod": ("REDUCE_PROD", [A, i32(1)], (3,), "int32", {}),
    "zeros_like": ("ZEROS_LIKE", [A], (3, 4), "int32", {}),
    "cast": ("CAST", [F, None][:1], (3, 4), "int32", {"in_data_type": "float32", "out_data_type": "int32"}),
    "reshape": ("RESHAPE", [A, i32(2, 6)], (2, 6), "int32", {}),
    "expand": ("EXPAND_DIMS", [A, np.array(-1, np.int32)], (3, 4, 1), "int32", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_against_litert(name):
    kind, constants, shape, dtype, options = CASES[name]
    b = tfl.Builder()
    y = b.tensor(shape, dtype)
    b.operator(kind, [b.constant(c) for c in constants], [y], **options)
    model = b.finish([y], inputs=[])
    graph = fold_constants(graph_of(model))
    assert graph.operators == ()
    (expected,) = Reference(model).run([])
    np.testing.assert_array_equal(graph.tensors[y].data, expected)


def test_several_outputs():
    b = tfl.Builder()
    parts = [b.tensor((3, 2), "int32") for _ in range(2)]
    b.operator("SPLIT", [b.constant(np.array(1, np.int32)), b.constant(A)], parts, num_splits=2)
    rows = [b.tensor((2,), "int32") for _ in range(3)]
    b.operator("UNPACK", [parts[1]], rows, num=3, axis=0)
    pieces = [b.tensor((1, 2), "int32"), b.tensor((2, 2), "int32")]
    b.operator("SPLIT_V", [parts[0], b.constant(i32(1, -1)), b.constant(i32(0))], pieces, num_splits=2)
    model = b.finish([*rows, *pieces], inputs=[])
    graph = fold_constants(graph_of(model))
    assert graph.operators == ()
    for t, expected in zip(graph.outputs, Reference(model).run([]), strict=True):
        np.testing.assert_array_equal(graph.tensors[t].data, expected)


def test_an_activation_that_no_kernel_has_is_left_to_the_constraints():
    b = tfl.Builder()
    f = b.constant(np.ones(2, np.float32))
    y = b.tensor((2,), "float32")
    b.operator("ADD", [f, f], [y], fused_activation_function="SIGN_BIT")
    assert [op.kind for op in fold_constants(graph_of(b.finish([y], inputs=[]))).operators] == ["ADD"]


def test_quantized_constants():
    b = tfl.Builder()
    f = b.tensor((3, 4), "float32")
    q = b.constant(Q, 0.05, 7)
    b.operator("DEQUANTIZE", [q], [f])
    again = b.tensor((3, 4), "uint8", 0.03, 100)
    b.operator("QUANTIZE", [f], [again])
    total = b.tensor((3, 4), "int8", 0.1, -4)
    b.operator("ADD", [q, b.constant(Q[::-1].copy(), 0.02, 1)], [total], fused_activation_function="RELU")
    tanh = b.tensor((3, 4), "int8", 1 / 128, 0)
    b.operator("TANH", [total], [tanh])
    model = b.finish([f, again, total, tanh], inputs=[])
    graph = fold_constants(graph_of(model))
    assert graph.operators == ()
    for t, expected in zip(graph.outputs, Reference(model).run([]), strict=True):
        np.testing.assert_array_equal(graph.tensors[t].data, expected)


def test_per_channel_dequantize():
    b = tfl.Builder()
    f = b.tensor((3, 4), "float32")
    b.operator("DEQUANTIZE", [b.constant(Q, [0.01, 0.3, 0.7], axis=0)], [f])
    model = b.finish([f], inputs=[])
    graph = fold_constants(graph_of(model))
    np.testing.assert_array_equal(graph.tensors[f].data, Reference(model).run([])[0])


def test_shape_arithmetic():
    """The chain that converters write for a flatten: SHAPE, STRIDED_SLICE, PACK, RESHAPE."""
    b = tfl.Builder()
    x = b.input((1, 4, 4, 2), "int8", 0.1, 0)
    shape = b.tensor((4,), "int32")
    b.operator("SHAPE", [x], [shape], out_type="int32")
    batch = b.tensor((), "int32")
    b.operator("STRIDED_SLICE", [shape, *(b.constant(i32(v)) for v in (0, 1, 1))], [batch], shrink_axis_mask=1)
    wanted = b.tensor((2,), "int32")
    b.operator("PACK", [batch, b.constant(np.array(32, np.int32))], [wanted], values_count=2, axis=0)
    y = b.tensor((1, 32), "int8", 0.1, 0)
    b.operator("RESHAPE", [x, wanted], [y])
    z = b.tensor((1, 32), "int8", 1 / 256, -128)
    b.operator("LOGISTIC", [y], [z])
    check_optimized(b.finish([z]), ["table", "view"])


def test_what_is_not_constant_stays():
    model = tfl.binary("ADD", ((1, 4), (1, 4)), (("int8", 0.1, 0),) * 2, ("int8", 0.1, 0))
    graph = graph_of(model)
    assert fold_constants(graph) is graph
    b = tfl.Builder()
    y = b.tensor((3, 4), "int32")
    b.operator("FLOOR_DIV", [b.constant(A), b.constant(np.zeros((3, 4), np.int32))], [y])
    assert kinds(fold_constants(graph_of(b.finish([y], inputs=[])))) == ["FLOOR_DIV"]


def test_a_computed_argument_that_does_not_fit():
    """The frontend cannot see that the slice is outside: its begin is worked out here."""
    b = tfl.Builder()
    x = b.input((1, 4), "int8", 0.1, 0)
    begin = b.tensor((2,), "int32")
    b.operator("ADD", [b.constant(i32(0, 2)), b.constant(i32(0, 1))], [begin])
    y = b.tensor((1, 2), "int8", 0.1, 0)
    b.operator("SLICE", [x, begin, b.constant(i32(1, 2))], [y])
    with pytest.raises(IngotError, match=r"operator 1 \(SLICE.*from \[0, 3\] of size \[1, 2\] is outside"):
        fold_constants(graph_of(b.finish([y])))
