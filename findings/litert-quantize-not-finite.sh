#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: QUANTIZE of a number far above the range of int8 gives 127, the largest code.
# What happens: the reference kernel gives -128 for +inf and for 1e30, and 127 for 1e6: on x86-64 the conversion of what
# no int32 holds gives the smallest int32. The optimized kernel gives 127 for all, and for NaN too.
# Seen with: ai-edge-litert 2.3.0 on x86-64
set -eu
. "$(dirname "$0")/common"
[ "$(uname -m)" = x86_64 ] || { echo "recorded on x86_64; this is $(uname -m)" >&2; exit 2; }
packages ai-edge-litert==2.3.0 numpy==2.4.6
python - 2>/dev/null <<'PYTHON' | grep -v '^INFO' | recorded 'input     [inf, -inf, nan, 1e+30, 1000000.0, 1.0]
reference [-128, -128, -128, -128, 127, 10]
optimized [127, -128, 127, 127, 127, 10]'
import numpy as np
from one_operator import model, run, tensor

values = [float("inf"), -float("inf"), float("nan"), 1e30, 1e6, 1.0]
tensors = [tensor("x", (1, 6), "FLOAT32"), tensor("y", (1, 6), "INT8", 0.1)]
content = model([("QUANTIZE", [0], [1], None, 1, {})], tensors, [0], [1])
print("input    ", values)
for reference in (True, False):
    (y,) = run(content, np.array([values], np.float32), reference=reference)
    print("reference" if reference else "optimized", y.ravel().tolist())
PYTHON
