#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: TFLM computes RELU6 of int8 as LiteRT does, and rescales as its own RELU does.
# What happens: it clamps the input's codes and copies them, whatever the scale and zero point of the output are. Where the
# output has its own (0 to 6 in 256 steps, say), every number is wrong, by up to half the range. No error is reported.
# Seen with: tflite-micro 0.dev20261023182759, ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages tflite-micro==0.dev20261023182759 ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded 'input  [-1.0, 0.0, 1.0, 3.0, 6.0, 9.0]
RELU  LiteRT [0.0, 0.0, 1.0, 3.0, 6.0, 9.0]
RELU  TFLM   [0.0, 0.0, 1.0, 3.0, 6.0, 9.0]
RELU6 LiteRT [0.0, 0.0, 1.0, 3.0, 6.0, 6.0]
RELU6 TFLM   [6.4, 6.4, 6.9, 7.9, 9.4, 9.4]'
import numpy as np
from one_operator import model, run, tensor
from tflite_micro import runtime

x = np.array([[-10, 0, 10, 30, 60, 90]], np.int8)
print("input ", (x * 0.1).ravel().round(3).tolist())
for kind in ("RELU", "RELU6"):
    tensors = [tensor("x", x.shape, "INT8", 0.1), tensor("y", x.shape, "INT8", 0.05, zero_point=-128)]
    content = model([(kind, [0], [1], None, 2, {})], tensors, [0], [1])
    device = runtime.Interpreter.from_bytes(content, arena_size=10000)
    device.set_input(x, 0)
    device.invoke()
    for label, codes in (("LiteRT", run(content, x)[0]), ("TFLM  ", device.get_output(0))):
        print(f"{kind:5} {label}", ((codes.astype(int) + 128) * 0.05).ravel().round(3).tolist())
PYTHON
