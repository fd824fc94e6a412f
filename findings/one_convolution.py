# SPDX-License-Identifier: Apache-2.0
"""An .onnx file of one convolution, in float, and what onnxruntime does with such files."""

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static


def model(weights, bias, side, opset=17):
    channels = weights.shape[:2]
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w", "b"], ["y"], kernel_shape=weights.shape[2:], pads=[1] * 4)],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels[1], side, side])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, channels[0], side, side])],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


class Samples(CalibrationDataReader):
    def __init__(self, arrays):
        self.left = iter(arrays)

    def get_next(self):
        array = next(self.left, None)
        return None if array is None else {"x": array}


def quantized(float_model, arrays):
    """By quantize_static: QDQ, int8 activations, int8 weights of one scale a channel. Works in the current folder."""
    onnx.save(float_model, "float.onnx")
    quantize_static(
        "float.onnx",
        "int8.onnx",
        Samples(arrays),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
    )
    return onnx.load("int8.onnx")


def stored(file):
    return {item.name: numpy_helper.to_array(item) for item in file.graph.initializer}


def run(file, x, level="ORT_ENABLE_ALL", **entries):
    """entries: of the session's configuration, with _ for each point. Returns y."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    for key, value in entries.items():
        options.add_session_config_entry(key.replace("_", "."), value)
    session = onnxruntime.InferenceSession(file.SerializeToString(), options, providers=["CPUExecutionProvider"])
    (y,) = session.run(None, {"x": x})
    return y
