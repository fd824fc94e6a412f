#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: what onnxruntime quantizes, onnxruntime computes; a nearly dead channel gives its bias.
# What happens: the quantizer widens the weights' scale of such a channel until the bias is just below 2^31. The default
# kernels add the products to it in 32 bits and wrap: 1.0 comes out as the other end of the range. With all optimizations
# disabled the same file is right, as it is in float. Detectors of public model zoos have thousands of such channels.
# Seen with: onnxruntime 1.32.0, onnx 1.23.2
set -eu
. "$(dirname "$0")/common"
packages onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cd "$work"
python - 2>/dev/null <<'PYTHON' | grep '^bias\|^[a-z]* *:' | recorded 'bias codes [34702, 2147268885, 21759, 21049]
float   : channel 1 is [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
disabled: channel 1 is [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
default : channel 1 is [1.0, -1.0, -1.0, -1.0, -1.0, -1.0]'
import numpy as np
from one_convolution import model, quantized, run, stored

source = np.random.default_rng(0)
weights = source.normal(size=(4, 16, 3, 3)).astype(np.float32) * 0.1
weights[1] = 2e-6
arrays = [np.abs(source.normal(size=(1, 16, 8, 8))).astype(np.float32) for _ in range(10)]
before = model(weights, np.ones(4, np.float32), 8)
after = quantized(before, arrays)
print("bias codes", stored(after)["b_quantized"].tolist())
for label, file, level in (
    ("float", before, "ORT_ENABLE_ALL"),
    ("disabled", after, "ORT_DISABLE_ALL"),
    ("default", after, "ORT_ENABLE_ALL"),
):
    y = run(file, arrays[0], level)
    print(f"{label:8}: channel 1 is", y[0, 1].ravel()[:6].round(2).tolist())
PYTHON
