# SPDX-License-Identifier: Apache-2.0
"""What a .tflite file says ends up in the graph."""

import numpy as np
import pytest

from compiler.frontend.examples import EXAMPLES, I8, i32
from ingot.base.errors import IngotError
from ingot.compiler.frontend.tflite import parse_tflite, read_tflite
from ingot.compiler.graph import DType
from ingot.device.run.oracle import Reference
from support import tflite_builder as tfl
from support.differential import check
from support.shared import SHARED


def parse(model):
    return parse_tflite(model, "model", "model.tflite")


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_operator_that_litert_accepts_is_read(name):
    model = EXAMPLES[name]()
    reference = Reference(model)
    graph = parse(model)
    assert [op.kind for op in graph.operators] == [name.split()[0]]
    for ids, ports in ((graph.inputs, reference.inputs), (graph.outputs, reference.outputs)):
        assert [graph.tensors[t].shape for t in ids] == [p.shape for p in ports]
        assert [graph.tensors[t].dtype.numpy for t in ids] == [p.dtype for p in ports]
    assert all("padding" not in op.attrs for op in graph.operators)


def test_options_are_plain_values():
    expected = {
        "CONV_2D": {
            "stride_h": 2,
            "stride_w": 1,
            "dilation_h": 1,
            "dilation_w": 1,
            "activation": "NONE",
            "pad_top": 0,
            "pad_bottom": 1,
            "pad_left": 1,
            "pad_right": 1,
        },
        "DEPTHWISE_CONV_2D": {"depth_multiplier": 2, "activation": "RELU6"},
        "TRANSPOSE_CONV": {"stride_h": 2, "pad_top": 0, "pad_bottom": 1, "pad_left": 0, "pad_right": 1},
        "MAX_POOL_2D": {"filter_h": 3, "filter_w": 2, "stride_h": 2, "pad_top": 0, "pad_bottom": 1, "pad_left": 0},
        "LEAKY_RELU": {"alpha": 0.25},
        "GELU": {"approximate": True},
        "SOFTMAX": {"beta": 0.5},
        "MIRROR_PAD": {"mode": "SYMMETRIC"},
        "CONCATENATION": {"axis": 3, "activation": "NONE"},
        "PACK": {"axis": 4},
        "GATHER": {"axis": 2, "batch_dims": 0},
        "RESHAPE": {"new_shape": (4, -1)},
        "MEAN keep": {"keep_dims": True},
        "ARG_MIN": {"output_type": "int64"},
        "CAST": {"in_data_type": "float32", "out_data_type": "int32"},
        "RESIZE_BILINEAR": {"align_corners": False, "half_pixel_centers": True},
        "STRIDED_SLICE": {"shrink_axis_mask": 1, "begin_mask": 0},
        "BATCH_MATMUL": {"adj_x": False, "adj_y": True},
        "SVDF": {"rank": 2, "activation": "RELU"},
        "UNIDIRECTIONAL_SEQUENCE_LSTM": {"activation": "TANH", "time_major": False},
    }
    for name, options in expected.items():
        attrs = parse(EXAMPLES[name]()).operators[0].attrs
        assert {key: attrs[key] for key in options} == options, name


def test_tensors():
    b = tfl.Builder()
    x = b.input((1, 4, 4, 2), "uint8", 0.5, 128, name="image")
    w = b.constant(np.arange(-9, 9).astype(np.int8).reshape(1, 3, 3, 2), [0.25, 0.125], axis=3, name="weights")
    y = b.tensor((1, 4, 4, 2), "uint8", 0.1, 3)
    b.operator("DEPTHWISE_CONV_2D", [x, w, None][:2], [y], padding="SAME")
    graph = parse(b.finish([y]))
    image, weights = graph.tensors[x], graph.tensors[w]
    assert (image.name, image.shape, image.dtype) == ("image", (1, 4, 4, 2), DType.UINT8)
    assert (image.scale, image.zero_point) == (0.5, 128)
    assert image.data is None and not image.is_variable
    assert weights.data.tolist() == np.arange(-9, 9).reshape(1, 3, 3, 2).tolist()
    assert not weights.data.flags.writeable
    assert weights.quant.scale.tolist() == [0.25, 0.125] and weights.quant.axis == 3
    assert graph.operators[0].inputs == (x, w) and graph.operators[0].origin == (0,)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "int32", "int64", "float32"])
def test_constants_of_every_type(dtype):
    data = np.array([[0, 1], [1, 1]]).astype(dtype)
    b = tfl.Builder()
    y = b.tensor((4,), dtype)
    b.operator("RESHAPE", [b.constant(data), b.constant(i32(4))], [y])
    tensor = parse(b.finish([y], inputs=[])).tensors[1]
    assert tensor.data.dtype == np.dtype(dtype) and tensor.data.tolist() == data.tolist()


def test_the_first_signature_is_taken_and_all_are_listed():
    b = tfl.Builder()
    x, y = b.input((1, 8), *I8), b.tensor((1, 8), *I8)
    b.operator("RELU", [x], [y])
    model = b.finish([y], signatures=["serving_default", "other"])
    graph = parse(model)
    assert graph.notes == (
        "the file has several signatures ('serving_default', 'other'); 'serving_default' is taken, which stands first; "
        "signature= takes another.",
    )
    assert [op.kind for op in graph.operators] == ["RELU"]
    check(model)
    assert parse(b.finish([y])).notes == ()


def test_a_bias_has_one_axis_whatever_the_file_says():
    """As person_detect.tflite of TensorFlow Lite Micro has it; LiteRT refuses the file, the oracle takes a copy."""
    b = tfl.Builder()
    scales = [0.01, 0.02, 0.015, 0.03]
    x, y = b.input((1, 4, 4, 4), "int8", 0.5, -1), b.tensor((1, 4, 4, 4), "int8", 1.0)
    w = b.constant(np.arange(-18, 18, dtype=np.int8).reshape(1, 3, 3, 4), scales, axis=3)
    bias = b.constant(i32(100, -200, 300, -400), [0.5 * scale for scale in scales], axis=3)
    b.operator("DEPTHWISE_CONV_2D", [x, w, bias], [y], padding="SAME")
    model = b.finish([y])
    assert parse(model).tensors[bias].quant.axis == 0
    check(model)


def test_state_and_intermediates_of_recurrent_operators():
    graph = parse(EXAMPLES["UNIDIRECTIONAL_SEQUENCE_LSTM"]())
    (op,) = graph.operators
    assert len(op.inputs) == 24 and op.inputs[9] is None
    assert [t for t in op.inputs if t is not None and graph.tensors[t].is_variable] == list(op.inputs[18:20])
    assert op.attrs["intermediate_zero_points"] == (0, 0, 0, 0, 2)
    assert op.attrs["intermediate_scales"][4] == float(np.float32(0.01))


def test_unknown_kinds_are_kept_for_lowering_to_report():
    graph = parse(tfl.unary("SIGN", (1, 4), ("float32", None, 0), ("float32", None, 0)))
    assert [op.kind for op in graph.operators] == ["SIGN"]


def test_a_file_on_disk(tmp_path):
    path = tmp_path / "face.tflite"
    path.write_bytes(EXAMPLES["ADD"]())
    assert read_tflite(path).name == "face"
    with pytest.raises(IngotError, match=r"nothing\.tflite: cannot read the model: No such file"):
        read_tflite(tmp_path / "nothing.tflite")


@pytest.mark.parametrize("path", sorted((SHARED / "models").glob("*.tflite")), ids=lambda p: p.stem)
def test_real_models(path):
    """As many operators, and the same edges, as LiteRT sees."""
    graph, reference = read_tflite(path), Reference(path)
    assert [graph.tensors[t].name for t in graph.inputs] == [p.name for p in reference.inputs]
    assert [graph.tensors[t].shape for t in graph.outputs] == [p.shape for p in reference.outputs]
    assert [graph.tensors[t].scale for t in graph.inputs if graph.tensors[t].quant] == [
        p.scale for p in reference.inputs if p.scale
    ]
    assert I8[0] in {t.dtype.value for t in graph.tensors}
