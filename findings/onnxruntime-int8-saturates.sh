#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: int8 activations with int8 weights, the default of onnxruntime's quantizer, are exact on every x86 CPU: its
# documentation speaks of saturation only where uint8 activations meet int8 weights.
# What happens: the default session turns the activations into uint8 first, and on a CPU with AVX2 and without VNNI adds pairs
# of products in 16 bits, which saturate: results are wrong by many steps. session.qdqisint8allowed=1 keeps int8. Devices and
# newer CPUs compute the same file right, so accuracy that is measured here is too low.
# Seen with: onnxruntime 1.32.0 on x86-64 with AVX2, without VNNI
set -eu
. "$(dirname "$0")/common"
grep -q avx2 /proc/cpuinfo && ! grep -q vnni /proc/cpuinfo || { echo "wants AVX2 and no VNNI" >&2; exit 2; }
packages onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cd "$work"
python - 2>/dev/null <<'PYTHON' | grep ^steps | recorded 'steps off, default: 5 of 256 by more than 1, at most 16
steps off, session.qdqisint8allowed=1: 0 of 256 by more than 1, at most 0'
import numpy as np
from one_convolution import model, quantized, run, stored

source = np.random.default_rng(0)
weights = source.normal(size=(4, 8, 3, 3)).astype(np.float32) * 0.1
arrays = [source.normal(size=(1, 8, 8, 8)).astype(np.float32) for _ in range(10)]
file = quantized(model(weights, np.zeros(4, np.float32), 8), arrays)
scale = stored(file)["y_scale"]
right = run(file, arrays[0], "ORT_DISABLE_ALL")
for label, entries in (("default", {}), ("session.qdqisint8allowed=1", {"session_qdqisint8allowed": "1"})):
    y = run(file, arrays[0], **entries)
    steps = np.abs(np.rint((y - right) / scale)).astype(int)
    many = np.count_nonzero(steps > 1)
    print(f"steps off, {label}: {many} of {steps.size} by more than 1, at most {steps.max()}")
PYTHON
