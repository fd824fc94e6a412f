#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: LiteRT's default and its reference kernels put a number that lies halfway on the same integer.
# What happens: the default kernels (XNNPACK) take the even one, the reference kernels, as TFLM, the one further from zero,
# in QUANTIZE and in int8 layers. Pixels and power-of-two scales lie halfway often: a device then differs from Python.
# Seen with: ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded 'numbers           [0.5, 1.5, 2.5, -0.5, -1.5, -2.5]
QUANTIZE reference [1, 2, 3, -1, -2, -3]
QUANTIZE default   [0, 2, 2, 0, -2, -2]
sums              [2.5, 10.0, -22.5, 40.0]
DEPTHWISE reference [3, 10, -23, 40]
DEPTHWISE default   [2, 10, -22, 40]'
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from one_operator import model, run, tensor


def default(content, x):
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def both(label, content, x):
    print(label, "reference", run(content, x)[0].ravel().tolist())
    print(label, "default  ", default(content, x).ravel().tolist())


values = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5]
print("numbers          ", values)
tensors = [tensor("x", (1, 6), "FLOAT32"), tensor("y", (1, 6), "INT8", 1.0)]
both("QUANTIZE", model([("QUANTIZE", [0], [1], None, 1, {})], tensors, [0], [1]), np.array([values], np.float32))

x, weights = np.array([[[[10, 20, -30, 40]]]], np.int8), np.array([[[[1, 2, 3, 4]]]], np.int8)
print("sums             ", (x.astype(int) * weights * 0.25).ravel().tolist())
tensors = [
    tensor("x", x.shape, "INT8", 0.5),
    tensor("w", weights.shape, "INT8", 0.5, axis=3, data=weights),
    tensor("b", (4,), "INT32", 0.25, data=np.zeros(4, np.int32)),
    tensor("y", x.shape, "INT8", 1.0),
]
options = {"strideH": 1, "strideW": 1, "padding": 1, "depthMultiplier": 1}
operator = ("DEPTHWISE_CONV_2D", [0, 1, 2], [3], "DepthwiseConv2DOptions", 3, options)
both("DEPTHWISE", model([operator], tensors, [0], [3]), x)
PYTHON
