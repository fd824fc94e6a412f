#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a channel whose weights were all pruned to zero still gives its bias after quantizing.
# What happens: ai-edge-quantizer gives such weights a scale of about 1e-11. The bias does not fit an int32 in the scale that
# follows and becomes the smallest one; times that scale it is nothing: the channel gives 0. No warning names it.
# Seen with: ai-edge-quantizer 0.10.0, ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages ai-edge-quantizer==0.10.0 ai-edge-litert==2.3.0 numpy==2.4.6
cd "$work"
python - 2>/dev/null <<'PYTHON' | grep '^channel\|^bias' | recorded 'bias stored [1919, -2147483648, -1476]
channel 0: float 1.16, quantized 1.15
channel 1: float 0.50, quantized 0.00
channel 2: float -2.33, quantized -2.35'
import ai_edge_litert.schema_py_generated as schema
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from ai_edge_quantizer import quantizer, recipe
from one_operator import model, run, signed, tensor

source = np.random.default_rng(3)
weights = source.normal(size=(3, 1, 1, 4)).astype(np.float32)
weights[1] = 0
tensors = [
    tensor("x", (1, 1, 1, 4), "FLOAT32"),
    tensor("w", weights.shape, "FLOAT32", data=weights),
    tensor("b", (3,), "FLOAT32", data=np.array([0.25, 0.5, -0.25], np.float32)),
    tensor("y", (1, 1, 1, 3), "FLOAT32"),
]
options = {"strideH": 1, "strideW": 1, "padding": 1}
content = signed(model([("CONV_2D", [0, 1, 2], [3], "Conv2DOptions", 1, options)], tensors, [0], [3]))
samples = [source.normal(size=(1, 1, 1, 4)).astype(np.float32) for _ in range(20)]
tool = quantizer.Quantizer(content)
tool.load_quantization_recipe(recipe.static_wi8_ai8())
quantized = bytes(tool.quantize(tool.calibrate({"serving_default": [{"x": x} for x in samples]})).quantized_model)

stored = schema.ModelT.InitFromPackedBuf(quantized, 0)
bias = next(t for t in stored.subgraphs[0].tensors if t.name == b"b")
print("bias stored", np.frombuffer(stored.buffers[bias.buffer].data.tobytes(), np.int32).tolist())
details = Interpreter(model_content=quantized)
scale, zero = details.get_input_details()[0]["quantization"]
x = np.clip(np.rint(samples[0] / scale) + zero, -128, 127).astype(np.int8)
scale, zero = details.get_output_details()[0]["quantization"]
was, now = run(content, samples[0])[0].ravel(), (run(quantized, x)[0].astype(int).ravel() - zero) * scale
for channel in range(3):
    print(f"channel {channel}: float {was[channel]:.2f}, quantized {now[channel]:.2f}")
PYTHON
