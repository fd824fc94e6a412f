# SPDX-License-Identifier: Apache-2.0
"""Models that are well-formed files but make no sense, or that Ingot does not support: one message each."""

import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import numpy as np
import pytest

from compiler.frontend.examples import EXAMPLES, F32, I8, IMAGE, i32, weights
from ingot.base.errors import IngotError
from ingot.compiler.frontend.tflite import parse_tflite
from support import tflite_builder as tfl
from support.models.draw import Seeded
from support.models.recurrent import lstm
from support.tflite_builder import Builder


def refuse(model, *words):
    """The message, which names the file and has a remedy."""
    with pytest.raises(IngotError) as caught:
        parse_tflite(model, "model", "some.tflite")
    error = caught.value
    assert error.where.startswith("some.tflite") and error.remedy
    for word in words:
        assert word in str(error)
    return str(error)


def one(kind, inputs, out, target=I8, **options):
    """A model of one operator; inputs are shapes (activations) or arrays."""
    b = Builder()
    ids = [
        b.input(i, *I8) if isinstance(i, tuple) else b.constant(i, 0.1 if i.dtype == np.int8 else None) for i in inputs
    ]
    y = b.tensor(out, *target)
    b.operator(kind, ids, [y], **options)
    return b.finish([y])


def streaming(initialize=True, computed=False, assigned=I8, shape=(1, 4)):
    """A model with one variable."""
    b = Builder()
    x, y = b.input(shape, *assigned), b.tensor((1, 4), *I8)
    if initialize:
        b.initialize(state=(np.zeros((1, 4), np.int8), *I8[1:]))
    if computed:
        other = b._subgraphs[0]
        other.operator("TANH", [1], [other.tensor((1, 4), *I8)])
    handle = b.variable("state")
    b.operator("READ_VARIABLE", [handle], [y])
    b.operator("ASSIGN_VARIABLE", [handle, x], [])
    return b.finish([y])


def test_variables():
    parse_tflite(streaming(), "model", "some.tflite")
    refuse(streaming(initialize=False), "reads the variable 'state' to which nothing was assigned")
    refuse(streaming(computed=True), "initialisation of the model's variables does more than assign constants")
    refuse(streaming(assigned=F32), "the variable 'state' is int8 in one place and float32 in another")
    refuse(streaming(shape=(1, 5)), "it assigns [1, 5] to a variable of [1, 4]")


def test_control_flow():
    b = Builder()
    x, y = b.input((1, 4), *I8), b.tensor((1, 4), *I8)
    b.operator("WHILE", [x], [y], cond_subgraph_index=1, body_subgraph_index=1)
    refuse(b.finish([y], signatures=["serving_default", "body"]), "has control flow", "operator 0 (WHILE)")


def test_compiled_for_an_npu():
    b = Builder()
    x, y = b.input((1, 4), *I8), b.tensor((1, 4), *I8)
    b.operator("CUSTOM", [x], [y], custom_code="ethos-u")
    refuse(b.finish([y]), "operator 0: 'ethos-u'", "compiled for an Ethos-U NPU by Vela")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", ("a pointer of Git LFS", "git lfs pull")),
        (b"<!DOCTYPE html><html><title>404</title></html>", ("an HTML page", "download the raw file")),
        (b"\n  <html lang='en'>", ("an HTML page",)),
        (b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x80\x01", ("an ONNX model", "docs/onnx.md")),
        (b"\x08\x08:\x80\x01" + b"ai.onnx" + b"B\x02\x10\x11", ("an ONNX model",)),
        (b"\x89HDF\r\n\x1a\n" + bytes(8), ("a Keras model (HDF5)",)),
        (b"PK\x03\x04" + bytes(26), ("a zip archive",)),
        (b"\x1f\x8b\x08" + bytes(9), ("a gzip archive",)),
        (b"\x7fELF" + bytes(12), ("a program (ELF)",)),
    ],
)
def test_files_that_are_something_else(start, words):
    refuse(start, "not a TensorFlow Lite model but", *words)


def test_custom_operators_all_in_one_message():
    b = Builder()
    x = b.input((1, 4), *I8)
    y, z = b.tensor((1, 4), *I8), b.tensor((1, 4), *I8)
    b.operator("CUSTOM", [x], [y], custom_code="TFLite_Detection_PostProcess")
    b.operator("CUSTOM", [y], [z], custom_code="Mine")
    refuse(b.finish([z]), "operator 0: 'TFLite_Detection_PostProcess'; operator 1: 'Mine'")


def test_types_all_in_one_message():
    b = Builder()
    x = b.input((1, 4), "float16", name="half")
    y, z = b.tensor((1, 4), "float64", name="double"), b.tensor((1, 4), "float32")
    b.operator("CAST", [x], [y])
    b.operator("CAST", [y], [z])
    refuse(b.finish([z]), "tensor 0 ('half') is float16; tensor 1 ('double') is float64")


def test_an_unused_tensor_of_another_type_does_no_harm():
    b = Builder()
    x = b.input((1, 4), *I8)
    b.tensor((1,), "string")
    y = b.tensor((1, 4), *I8)
    b.operator("RELU", [x], [y])
    assert len(parse_tflite(b.finish([y]), "m", "m").operators) == 1


def test_order_and_cycles():
    b = Builder()
    x = b.input((1, 4), *I8)
    y, z = b.tensor((1, 4), *I8), b.tensor((1, 4), *I8, name="late")
    b.operator("ADD", [x, z], [y])
    b.operator("RELU", [y], [z])
    refuse(b.finish([z]), "operator 0 (ADD", "reads tensor 2 ('late') before any operator wrote it")


def test_two_writers_and_no_writer():
    b = Builder()
    x = b.input((1, 4), *I8)
    y = b.tensor((1, 4), *I8)
    b.operator("RELU", [x], [y])
    b.operator("RELU6", [x], [y])
    refuse(b.finish([y]), "operator 1 (RELU6", "already another operator's")
    b = Builder()
    x = b.input((1, 4), *I8)
    y = b.tensor((1, 4), *I8)
    b.operator("RELU", [x], [x])
    refuse(b.finish([x]), "already an input's")
    b = Builder()
    x = b.input((1, 4), *I8)
    y, z = b.tensor((1, 4), *I8), b.tensor((1, 4), *I8, name="never")
    b.operator("RELU", [x], [y])
    refuse(b.finish([z]), "no operator writes", "'never'")


def test_references_outside():
    b = Builder()
    x = b.input((1, 4), *I8)
    y = b.tensor((1, 4), *I8)
    b.operator("RELU", [77], [y])
    refuse(b.finish([y]), "operator 0 (RELU)", "tensor 77")
    refuse(b.finish([99]), "tensor 99")
    refuse(b.finish([y], inputs=[x, x]), "listed twice")
    refuse(b.finish([]), "no outputs")
    refuse(Builder().finish([]), "no operators")


def test_buffers_and_shapes():
    b = Builder()
    y = b.tensor((4,), "int32")
    b.operator("RESHAPE", [b.tensor((2, 2), "int32", data=b"123", name="short"), b.constant(i32(4))], [y])
    refuse(b.finish([y], inputs=[]), "tensor 1 ('short')", "has 3 bytes", "needs 16")
    for shape, words in (((1, -4), "negative"), ((1 << 20, 1 << 20), "larger than"), ((1,) * 9, "larger than")):
        b = Builder()
        x = b.input(shape, *I8)
        y = b.tensor(shape, *I8)
        b.operator("RELU", [x], [y])
        refuse(b.finish([y]), words)


def test_a_convolution_of_no_channels():
    refuse(tfl.conv2d((1, 4, 6, 0), weights(4, 1, 1, 8), [0.1] * 4), "4 filters of depth 8 do not fit 0 input channels")


def test_quantization():
    b = Builder()
    x = b.input((1, 4), "int8", None, name="bare")
    y = b.tensor((1, 4), *I8)
    b.operator("RELU", [x], [y])
    refuse(b.finish([y]), "'bare' is int8 but has no scale", "full integer quantization")
    wrong = (
        (1e20, 0, "is 1e+20"),
        (-0.1, 0, "negative"),
        (float("nan"), 0, "not a number"),
        (0.1, 200, "outside int8"),
        (0.0, 0, "is 0."),
        (1e-30, 0, "is 1e-30"),
    )
    for scale, zero_point, words in wrong:
        refuse(tfl.unary("RELU", (1, 4), ("int8", scale, zero_point), I8), words)
    refuse(tfl.unary("QUANTIZE", (1, 4), ("int16", 0.1, 0), ("int32", 0.0, 0)), "the scale of", "is 0.")
    refuse(tfl.conv2d(IMAGE, weights(4, 1, 1, 8), [0.1] * 3), "3 scales along axis 0")
    b = Builder()
    x = b.input((1, 4), "int8", [0.1] * 4, axis=1)
    y = b.tensor((1, 4), *I8)
    b.operator("RELU", [x], [y])
    refuse(b.finish([y]), "activation with a scale per channel")


@pytest.mark.parametrize(
    ("kind", "dtype", "scales"),
    [
        ("ADD", "int8", (1.0, 1.0, 1e-6)),
        ("SUB", "int8", (1.0, 1e-3, 1e-6)),
        ("ADD", "int16", (1.0, 1.0, 1e-6)),
        ("SQUARED_DIFFERENCE", "int8", (1.0, 1.0, 2e-4)),
    ],
)
def test_a_sum_whose_scale_is_far_smaller(kind, dtype, scales):
    sources = tuple((dtype, scale, 0) for scale in scales[:2])
    model = tfl.binary(kind, ((1, 4), (1, 4)), sources, (dtype, scales[2], 0))
    refuse(model, f"operator 0 ({kind} -> 't2')", "far smaller than those of its inputs", f"{scales[2]:g}")


@pytest.mark.parametrize(("kind", "target"), [("SOFTMAX", (1 / 256, -128)), ("LOG_SOFTMAX", (1 / 16, 127))])
def test_a_softmax_of_equal_numbers(kind, target):
    model = tfl.unary(kind, (1, 4), ("int8", 1e-9, 0), ("int8", *target))
    refuse(model, f"operator 0 ({kind} -> 't1')", "the scale of its input 't0' is 1e-09")


def test_an_intermediate_with_several_scales():
    b = Builder()
    x, y = b.input((1, 2, 4), *I8), b.tensor((1, 2, 4), *I8)
    hidden = b.tensor((1, 4), "int8", [0.1, 0.2, 0.3, 0.4], axis=1)
    b.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", [x], [y], intermediates=[hidden])
    refuse(b.finish([y]), "operator 0 (UNIDIRECTIONAL_SEQUENCE_LSTM)", "intermediate tensor 2 has 4 scales")


def test_scales_along_the_wrong_axis():
    b = Builder()
    x = b.input((1, 4, 4, 4), *I8)
    w = b.constant(weights(4, 1, 1, 4), [0.1] * 4, axis=3)
    y = b.tensor((1, 4, 4, 4), *I8)
    b.operator("CONV_2D", [x, w], [y])
    refuse(b.finish([y]), "along axis 3, not 0")


REFUSED = {
    "depth": (one("CONV_2D", [(1, 4, 4, 6), weights(4, 1, 1, 4)], (1, 4, 4, 4)), "4 filters of depth 4"),
    "filters": (one("CONV_2D", [(1, 4, 4, 8), weights(3, 1, 1, 4)], (1, 4, 4, 3)), "3 filters of depth 4"),
    "bias": (one("CONV_2D", [(1, 4, 4, 4), weights(4, 1, 1, 4), i32(1, 2)], (1, 4, 4, 4)), "bias has 2 elements"),
    "bias type": (
        one("CONV_2D", [(1, 4, 4, 4), weights(4, 1, 1, 4), weights(4)], (1, 4, 4, 4)),
        "bias is int8",
    ),
    "window": (
        one("CONV_2D", [(1, 2, 2, 4), weights(4, 3, 3, 4)], (1, 1, 1, 4), padding="VALID"),
        "its input [1, 2, 2, 4] does not fit a window of 3, stride 1, dilation 1, padding VALID",
    ),
    "transposed extent": (
        one("TRANSPOSE_CONV", [i32(1, 8, 6, 4), weights(4, 3, 3, 4), (1, 8, 8, 4)], (1, 8, 8, 4), padding="SAME"),
        "dilation 1, padding SAME for an output [1, 8, 6, 4]",
    ),
    "stride": (one("CONV_2D", [(1, 4, 4, 4), weights(4, 1, 1, 4)], (1, 4, 4, 4), stride_h=0), "stride_h is 0"),
    "dilation": (
        one("CONV_2D", [(1, 4, 4, 4), weights(4, 1, 1, 4)], (1, 4, 4, 4), dilation_w_factor=-1),
        "dilation_w is -1",
    ),
    "huge stride": (
        one("CONV_2D", [(1, 4, 4, 4), weights(4, 1, 1, 4)], (1, 1, 1, 4), stride_h=1 << 30),
        "stride_h is 1073741824",
    ),
    "rank": (one("CONV_2D", [(4, 4, 4), weights(4, 1, 1, 4)], (1, 4, 4, 4)), "must have 4 dimensions"),
    "multiplier": (
        one("DEPTHWISE_CONV_2D", [(1, 4, 4, 4), weights(1, 1, 1, 8)], (1, 4, 4, 8), depth_multiplier=3),
        "depth_multiplier 3",
    ),
    "depthwise": (
        one("DEPTHWISE_CONV_2D", [(1, 4, 4, 4), weights(2, 1, 1, 4)], (1, 4, 4, 4)),
        "first extent",
    ),
    "dense": (one("FULLY_CONNECTED", [(1, 7), weights(5, 4)], (1, 5)), "do not fit the input [1, 7]"),
    "shuffled": (
        one("FULLY_CONNECTED", [(1, 4), weights(5, 4)], (1, 5), weights_format="SHUFFLED4x16INT8"),
        "shuffled",
    ),
    "broadcast": (one("ADD", [(1, 4), (1, 3)], (1, 4)), "do not broadcast"),
    "prelu": (one("PRELU", [(1, 4), weights(2, 4)], (2, 4)), "slopes"),
    "elements": (one("RESHAPE", [(1, 4), i32(5)], (5,)), "as many elements"),
    "free": (one("RESHAPE", [(1, 4), i32(-1, 3)], (1, 4)), "as many elements as [1, 3]"),
    "two free": (one("RESHAPE", [(1, 4), i32(-1, -1)], (1, 4)), "as many elements as [-1, -1]"),
    "squeeze": (one("SQUEEZE", [(1, 4)], (4,), squeeze_dims=[1]), "squeezes the axes [1] of [1, 4]"),
    "axis": (one("CONCATENATION", [(1, 4)], (1, 4), axis=2), "axis 2 does not exist"),
    "concat": (one("CONCATENATION", [(1, 4), (2, 4)], (1, 8), axis=1), "differ outside axis 1"),
    "pack": (one("PACK", [(1, 4), (4, 1)], (2, 1, 4), values_count=2), "differ in shape"),
    "reduce axis": (one("MEAN", [(1, 4), i32(5)], (1,)), "axis among [5]"),
    "paddings": (one("PAD", [(1, 4), i32([0, 0], [-1, 1])], (1, 4)), "pairs of counts"),
    "mirror": (one("MIRROR_PAD", [(1, 4), i32([0, 0], [4, 0])], (1, 8)), "larger than the input"),
    "slice": (one("SLICE", [(1, 4), i32(0, 2), i32(1, 3)], (1, 3)), "outside [1, 4]"),
    "strided": (one("STRIDED_SLICE", [(1, 4), i32(0, 0), i32(1, 4), i32(1, 0)], (1, 4)), "strides [1, 0]"),
    "two ellipses": (
        one("STRIDED_SLICE", [(1, 4), i32(0, 0), i32(1, 4), i32(1, 1)], (1, 4), ellipsis_mask=3),
        "do not fit [1, 4]",
    ),
    "shrunk": (
        one("STRIDED_SLICE", [(1, 4), i32(0, 4), i32(1, 5), i32(1, 1)], (1,), shrink_axis_mask=2),
        "index 4 is outside an extent of 4",
    ),
    "index": (one("GATHER", [(1, 4), i32(4)], (1, 1), axis=1), "outside the extent 4"),
    "permutation": (one("TRANSPOSE", [(1, 4), i32(0, 0)], (1, 4)), "no permutation"),
    "resize": (
        one("RESIZE_BILINEAR", [(1, 4, 4, 1), i32(8, 8)], (1, 8, 8, 1), align_corners=True, half_pixel_centers=True),
        "exclude each other",
    ),
    "block": (one("SPACE_TO_DEPTH", [(1, 4, 5, 1)], (1, 2, 2, 4), block_size=2), "blocks of 2"),
    "batches": (
        one("BATCH_TO_SPACE_ND", [(3, 2, 2, 1), i32(2, 2), i32([0, 0], [0, 0])], (1, 4, 4, 1)),
        "blocks [2, 2]",
    ),
    "fill": (one("FILL", [i32(2, -3), i32(1)], (2, 3)), "negative shape"),
    "broadcast to": (one("BROADCAST_TO", [(1, 4), i32(2, 3)], (2, 3)), "does not broadcast to [2, 3]"),
    "step": (one("RANGE", [np.array(v, np.int32) for v in (1, 4, 0)], (3,), ("int32", None, 0)), "step is 0"),
    "matmul": (one("BATCH_MATMUL", [(2, 3), (4, 5)], (2, 5)), "do not multiply"),
    "tile": (one("TILE", [(1, 4), i32(1)], (1, 4)), "multiples [1]"),
    "float indexes": (one("TILE", [(1, 4), np.float32([1, 1])], (1, 4)), "must hold integers"),
    "arity": (one("ADD", [(1, 4)], (1, 4)), "1 inputs and 1 outputs"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_operators_that_do_not_fit(name):
    model, words = REFUSED[name]
    message = refuse(model, words, "operator 0 (")
    assert message.count("\n") == 1


def test_absent_inputs():
    b = Builder()
    x = b.input((1, 4), *I8)
    y = b.tensor((1, 4), *I8)
    b.operator("ADD", [x, None], [y])
    refuse(b.finish([y]), "input 1 is missing")
    b = Builder()
    b.input((1, 4), *I8)
    b.operator("RELU", [0], [])
    refuse(b.finish([0]), "no output")


def test_float_tails_need_no_scale():
    assert parse_tflite(tfl.unary("SOFTMAX", (1, 4), F32, F32, beta=1.0), "m", "m").operators
    assert EXAMPLES["SQUARE"]()


def test_quantized_weights_for_float_data_are_left_to_lowering():
    b = Builder()
    x = b.input((1, 4), "float32")
    y = b.tensor((1, 5), "float32")
    b.operator("FULLY_CONNECTED", [x, b.constant(weights(5, 4), 0.1), b.constant(np.float32([1, 2, 3, 4, 5]))], [y])
    assert parse_tflite(b.finish([y]), "m", "m").operators


def test_a_hard_swish_whose_scale_is_far_smaller():
    model = tfl.unary("HARD_SWISH", (1, 4), ("int8", 0.5, 0), ("int8", 0.5 / 129, 0))
    refuse(model, "operator 0 (HARD_SWISH -> 't1')", "less than 1/128 of its input's (0.5)")
    parse_tflite(tfl.unary("HARD_SWISH", (1, 4), ("int8", 0.5, 0), ("int8", 0.5 / 127, 0)), "model", "some.tflite")


def test_a_broadcast_int16_sum_of_powers_of_two():
    sources = (("int16", 2.0**-11, 0), ("int16", 2.0**-12, 0))
    for shapes, refused in ((((1, 4), (1, 1)), True), (((1, 4), (1, 4)), False)):
        model = tfl.binary("ADD", shapes, sources, ("int16", 2.0**-11, 0), pot_scale_int16=True)
        if refused:
            refuse(model, "operator 0 (ADD -> 't2')", "powers of two", "[1, 4] and [1, 1]")
        else:
            parse_tflite(model, "model", "some.tflite")


def test_an_operator_that_writes_a_state():
    b = Builder()
    x, state, y = b.input((1, 4), *I8), b.tensor((1, 4), *I8, is_variable=True), b.tensor((1, 4), *I8)
    b.operator("RELU", [x], [state])
    b.operator("NEG", [state], [y])
    refuse(b.finish([y]), "operator 0 (RELU -> 't1')", "its output 1 ('t1') is already a state's")


@pytest.mark.parametrize("kind", ["RESHAPE", "SQUEEZE", "EXPAND_DIMS"])
def test_a_view_of_another_type(kind):
    b = Builder()
    x, y = b.input((4,), "float32"), b.tensor((1, 4) if kind == "EXPAND_DIMS" else (4,), "int64")
    rest = {"RESHAPE": [i32(4)], "EXPAND_DIMS": [i32(0)]}.get(kind, [])
    b.operator(kind, [x, *(b.constant(np.asarray(c)) for c in rest)], [y])
    refuse(b.finish([y]), f"operator 0 ({kind} -> ", "its input is float32, its output int64")


@pytest.mark.parametrize("position", [1, 5, 12, 18, 19])
def test_an_lstm_whose_tensors_do_not_fit(position):
    file = schema.ModelT.InitFromPackedBuf(lstm(Seeded(3)), 0)
    graph = file.subgraphs[0]
    op = graph.operators[0]
    inputs = op.inputs[:]
    given = inputs[position] if inputs[position] >= 0 else inputs[position + 1]
    tensor = graph.tensors[given]
    tensor.shape = [tensor.shape[0] + 1, *tensor.shape[1:]]
    if tensor.buffer:
        buffer = file.buffers[tensor.buffer]
        item = len(buffer.data) // int(np.prod([tensor.shape[0] - 1, *tensor.shape[1:]]))
        more = item * int(np.prod(tensor.shape)) - len(buffer.data)
        buffer.data = np.append(np.asarray(buffer.data, np.uint8), np.zeros(more, np.uint8))
    packer = flatbuffers.Builder(4096)
    packer.Finish(file.Pack(packer), b"TFL3")
    refuse(bytes(packer.Output()), "operator 0 (UNIDIRECTIONAL_SEQUENCE_LSTM", "its input", "the others give")


def test_a_new_axis_behind_the_indexes():
    arguments = [i32(0), i32(1), i32(1)]
    model = one("STRIDED_SLICE", [(1, 4), *arguments], (1, 4), new_axis_mask=2)
    refuse(model, "operator 0 (STRIDED_SLICE", "mask means more than its 1 indexes")


@pytest.mark.parametrize(("scale", "zero_point"), [(0.0, 0), (0.1, 2**40), (float("nan"), 0)])
def test_an_intermediate_of_no_quantization(scale, zero_point):
    b = Builder()
    x, y = b.input((1, 2, 4), *I8), b.tensor((1, 2, 4), *I8)
    b.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", [x], [y], intermediates=[b.tensor((1, 4), "int8", scale, zero_point)])
    refuse(b.finish([y]), "operator 0 (UNIDIRECTIONAL_SEQUENCE_LSTM)", "intermediate tensor 2 has the scale")


FLOAT_OPTIONS = {
    "LEAKY_RELU": ("alpha",),
    "SOFTMAX": ("beta",),
    "LOCAL_RESPONSE_NORMALIZATION": ("alpha", "beta", "bias"),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": ("cell_clip", "proj_clip"),
}


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("kind", "option"), [(kind, option) for kind in FLOAT_OPTIONS for option in FLOAT_OPTIONS[kind]]
)
@pytest.mark.parametrize("target", [I8, F32])
def test_an_option_that_is_no_number(kind, option, number, target):
    model = tfl.unary(kind, (1, 4), target, target, **{option: number})
    refuse(model, f"some.tflite: operator 0 ({kind}): its option {option} is {number}.")


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16"])
def test_a_slope_beyond_float32(dtype):
    """Its multiplier would be infinite."""
    model = tfl.unary("LEAKY_RELU", (1, 4), (dtype, 0.5, 0), (dtype, 0.001, 0), alpha=-3e38)
    refuse(model, "operator 0 (LEAKY_RELU -> 't1')", "its option alpha is -3e+38")
    parse_tflite(tfl.unary("LEAKY_RELU", (1, 4), (dtype, 0.5, 0), (dtype, 0.001, 0), alpha=-3e35), "m", "m")


@pytest.mark.parametrize("axis", [[14, 3], []])
def test_one_axis_that_is_several(axis):
    refuse(
        one("SPLIT_V", [(4, 17), i32(14, 3), i32(*axis)], (4, 17)),
        "operator 0 (SPLIT_V",
        f"its axis is {axis}, not one",
    )
    refuse(one("SPLIT", [i32(*axis), (4, 17)], (4, 17)), "operator 0 (SPLIT", f"its axis is {axis}, not one")
    for kind, out in (("EXPAND_DIMS", (1, 4, 17)), ("ARG_MAX", (4,)), ("ARG_MIN", (4,))):
        refuse(one(kind, [(4, 17), i32(*axis)], out), f"operator 0 ({kind}", f"its axis is {axis}, not one")
