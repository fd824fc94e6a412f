#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a zero point of int8 weights counts in every layer, or in none, or is refused in all.
# What happens: the reference FULLY_CONNECTED and BATCH_MATMUL subtract it, CONV_2D refuses it by an error, and
# DEPTHWISE_CONV_2D ignores it without a word: the same weights mean other numbers there.
# Seen with: ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded 'zero point 0
  FULLY_CONNECTED   [120]
  BATCH_MATMUL      [120]
  CONV_2D           [120]
  DEPTHWISE_CONV_2D [20, 40, -60, 120]
zero point 1
  FULLY_CONNECTED   [80]
  BATCH_MATMUL      [80]
  CONV_2D           refused
  DEPTHWISE_CONV_2D [20, 40, -60, 120]'
import numpy as np
from one_operator import model, run, tensor

x, weights = np.array([10, 20, -30, 40], np.int8), np.array([2, 2, 2, 3], np.int8)
image = {"strideH": 1, "strideW": 1, "padding": 1}
layers = [  # operator, options, version, shapes of input, weights and output, axis of the weights' scale
    ("FULLY_CONNECTED", "FullyConnectedOptions", {}, 4, (1, 4), (1, 4), (1, 1), 0),
    ("BATCH_MATMUL", "BatchMatMulOptions", {}, 2, (1, 4), (4, 1), (1, 1), 0),
    ("CONV_2D", "Conv2DOptions", image, 3, (1, 1, 1, 4), (1, 1, 1, 4), (1, 1, 1, 1), 0),
    ("DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions", image | {"depthMultiplier": 1}, 3, *[(1, 1, 1, 4)] * 3, 3),
]
for zero in (0, 1):
    print("zero point", zero)
    for kind, table, options, version, of_x, of_weights, of_y, axis in layers:
        tensors = [
            tensor("x", of_x, "INT8", 1.0),
            tensor("w", of_weights, "INT8", 1.0, zero_point=zero, axis=axis, data=weights),
            tensor("b", of_y[-1:], "INT32", 1.0, data=np.zeros(of_y[-1], np.int32)),
            tensor("y", of_y, "INT8", 1.0),
        ]
        reads = [0, 1] if kind == "BATCH_MATMUL" else [0, 1, 2]
        content = model([(kind, reads, [3], table, version, options)], tensors, [0], [3])
        try:
            result = run(content, x.reshape(of_x))[0].ravel().tolist()
        except RuntimeError:
            result = "refused"
        print(f"  {kind:17} {result}")
PYTHON
