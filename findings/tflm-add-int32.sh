#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: an ADD of int32, as counters and indexes are added on a device, honours the activation that is fused into it.
# What happens: TFLM never computes the limits of RELU6 (nor of the others) for int32 and clamps to what it finds in their
# place: results are other numbers, not even the sums. Without an activation they are right. LiteRT clamps to 0 and 6.
# Seen with: tflite-micro 0.dev20261023182759, ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages tflite-micro==0.dev20261023182759 ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded 'activation 0: LiteRT [-3, 0, 3, 6, 9, 12], TFLM the same: True
activation 3: LiteRT [0, 0, 3, 6, 6, 6], TFLM the same: False'
import numpy as np
from one_operator import model, run, tensor
from tflite_micro import runtime

x, y = np.array([[-5, -2, 1, 4, 7, 10]], np.int32), np.full((1, 6), 2, np.int32)
for activation in (0, 3):
    tensors = [tensor(name, x.shape, "INT32") for name in ("x", "y", "sum")]
    content = model(
        [("ADD", [0, 1], [2], "AddOptions", 1, {"fusedActivationFunction": activation})], tensors, [0, 1], [2]
    )
    device = runtime.Interpreter.from_bytes(content, arena_size=10000)
    for position, values in enumerate((x, y)):
        device.set_input(values, position)
    device.invoke()
    expected = run(content, x, y)[0]
    same = np.array_equal(device.get_output(0), expected)
    print(f"activation {activation}: LiteRT {expected.ravel().tolist()}, TFLM the same: {same}")
PYTHON
