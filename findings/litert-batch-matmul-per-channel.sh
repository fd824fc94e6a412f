#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: BATCH_MATMUL of int8 multiplies with a constant of one scale a channel as with one of a single scale.
# What happens: it computes zeros and reports no error, in the reference and in the optimized kernels, even where all the
# scales are the same. ai-edge-quantizer writes such constants.
# Seen with: ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded 'one scale      reference [-3, -17, -15, 7, -3, -36]
one scale      optimized [-3, -17, -15, 7, -3, -36]
three the same reference [0, 0, 0, 0, 0, 0]
three the same optimized [0, 0, 0, 0, 0, 0]'
import numpy as np
from one_operator import model, run, tensor

source = np.random.default_rng(1)
x = source.integers(-100, 100, (1, 2, 4)).astype(np.int8)
weights = source.integers(-100, 100, (1, 4, 3)).astype(np.int8)
for label, scale in (("one scale", 0.02), ("three the same", [0.02, 0.02, 0.02])):
    tensors = [
        tensor("x", (1, 2, 4), "INT8", 0.1),
        tensor("w", (1, 4, 3), "INT8", scale, axis=2, data=weights),
        tensor("y", (1, 2, 3), "INT8", 1.0),
    ]
    content = model([("BATCH_MATMUL", [0, 1], [2], "BatchMatMulOptions", 2, {})], tensors, [0], [2])
    for reference in (True, False):
        (y,) = run(content, x, reference=reference)
        print(f"{label:14} {'reference' if reference else 'optimized'} {y.ravel().tolist()}")
PYTHON
