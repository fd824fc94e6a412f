#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a "dynamic range" CONV_2D (int8 weights, float32 data) gives the same numbers in LiteRT's default and in
# its reference kernels, which agree in FULLY_CONNECTED, and one filter is computed as several are.
# What happens: they are apart by far more than a last bit, as each quantizes the input in its own way when it runs; and
# a layer of one filter quantizes it otherwise than one of several, so a filter gives another result when it stands alone.
# Seen with: ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded 'CONV_2D: reference and default kernels equal: False, apart by more than 0.001: True
FULLY_CONNECTED: reference and default kernels equal: True
the same filter, alone and beside another, equal: False, apart by more than 0.001: True'
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from one_operator import model, run, tensor

OPTIONS = {"strideH": 1, "strideW": 1, "padding": 1}


def default(content, x):
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def layer(kind, options, x, weights, scales, y):
    tensors = [
        tensor("x", x.shape, "FLOAT32"),
        tensor("w", weights.shape, "INT8", scales, axis=0, data=weights),
        tensor("b", (len(weights),), "FLOAT32", data=np.zeros(len(weights), np.float32)),
        tensor("y", y, "FLOAT32"),
    ]
    table, number = options
    return model([(kind, [0, 1, 2], [3], table, number, OPTIONS if kind == "CONV_2D" else {})], tensors, [0], [3])


def compare(a, b):
    return f"equal: {np.array_equal(a, b)}, apart by more than 0.001: {np.abs(a - b).max() > 0.001}"


random = np.random.default_rng(1)
conv, dense = ("Conv2DOptions", 1), ("FullyConnectedOptions", 8)
x = random.uniform(0, 1, (1, 8, 8, 3)).astype(np.float32)
weights = random.integers(-127, 128, (4, 1, 1, 3)).astype(np.int8)
content = layer("CONV_2D", conv, x, weights, [0.002, 0.003, 0.004, 0.005], (1, 8, 8, 4))
several = run(content, x)[0]
print("CONV_2D: reference and default kernels", compare(several, default(content, x)))
row = random.uniform(0, 1, (1, 64)).astype(np.float32)
matrix = random.integers(-127, 128, (16, 64)).astype(np.int8)
content = layer("FULLY_CONNECTED", dense, row, matrix, 0.003, (1, 16))
print("FULLY_CONNECTED: reference and default kernels equal:", np.array_equal(run(content, row)[0], default(content, row)))
alone = run(layer("CONV_2D", conv, x, weights[:1], [0.002], (1, 8, 8, 1)), x)[0]
print("the same filter, alone and beside another,", compare(alone[..., 0], several[..., 0]))
PYTHON
