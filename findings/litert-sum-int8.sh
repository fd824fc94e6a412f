#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: LiteRT's reference kernels (BUILTIN_REF) are what the optimized ones are measured against, for SUM too.
# What happens: the reference's SUM of int8 is right for the positive numbers below, and -1 as soon as some are negative.
# The optimized kernel is right for all.
# Seen with: ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded '[1, 2, 3, 4] sum 10: reference 10, optimized 10
[30, 30, 30, 20] sum 110: reference 110, optimized 110
[-5, -6, -7, -8] sum -26: reference -1, optimized -26
[100, -20, -30, -40] sum 10: reference -1, optimized 10'
import numpy as np
from one_operator import model, run, tensor

tensors = [
    tensor("x", (1, 4), "INT8", 0.1),
    tensor("axes", (1,), "INT32", data=np.array([1], np.int32)),
    tensor("y", (1,), "INT8", 0.1),
]
content = model([("SUM", [0, 1], [2], "ReducerOptions", 2, {})], tensors, [0], [2])
for values in ([1, 2, 3, 4], [30, 30, 30, 20], [-5, -6, -7, -8], [100, -20, -30, -40]):
    x = np.array([values], np.int8)
    reference, optimized = (int(run(content, x, reference=kind)[0][0]) for kind in (True, False))
    print(f"{values} sum {sum(values)}: reference {reference}, optimized {optimized}")
PYTHON
