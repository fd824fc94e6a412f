#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: SPACE_TO_BATCH_ND of int8, in front of a dilated convolution, pads with the code of 0.0, its zero point.
# What happens: TFLM pads with another code, 0 or whatever it finds: where the zero point is -128, as behind a ReLU, the border
# of the image is off by up to the whole range. LiteRT pads with the zero point. No error is reported.
# Seen with: tflite-micro 0.dev20261023182759, ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages tflite-micro==0.dev20261023182759 ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded 'input  [1.0, 2.0, 3.0]
LiteRT [0.0, 2.0, 1.0, 3.0]
TFLM the same: [False, True, True, True]'
import numpy as np
from one_operator import model, run, tensor
from tflite_micro import runtime

x = np.array([[[-118], [-108], [-98]]], np.int8)
tensors = [
    tensor("x", (1, 3, 1), "INT8", 0.1, zero_point=-128),
    tensor("block", (1,), "INT32", data=np.array([2], np.int32)),
    tensor("paddings", (1, 2), "INT32", data=np.array([[1, 0]], np.int32)),
    tensor("y", (2, 2, 1), "INT8", 0.1, zero_point=-128),
]
content = model([("SPACE_TO_BATCH_ND", [0, 1, 2], [3], "SpaceToBatchNDOptions", 2, {})], tensors, [0], [3])
device = runtime.Interpreter.from_bytes(content, arena_size=10000)
device.set_input(x, 0)
device.invoke()
real = lambda codes: ((codes.astype(int) + 128) * 0.1).ravel().round(3).tolist()
print("input ", real(x))
expected = run(content, x)[0]
print("LiteRT", real(expected))
print("TFLM the same:", (device.get_output(0) == expected).ravel().tolist())
PYTHON
