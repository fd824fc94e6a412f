#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: quantizing a .tflite changes its numbers and keeps what else is in the file.
# What happens: labels and other files that TFLite's metadata put behind the model (a zip archive, as MediaPipe's and the Task
# Library's models have it) are gone. The result loads and runs; what reads the labels then fails, or numbers the classes.
# Seen with: ai-edge-quantizer 0.10.0
set -eu
. "$(dirname "$0")/common"
packages ai-edge-quantizer==0.10.0 ai-edge-litert==2.3.0 numpy==2.4.6
cd "$work"
python - 2>/dev/null <<'PYTHON' | grep '^float\|^quant' | recorded "float     ['labels.txt']
quantized []"
import io
import zipfile

import numpy as np
from ai_edge_quantizer import quantizer, recipe
from one_operator import model, signed, tensor


def attached(content):
    file = io.BytesIO(content)
    return zipfile.ZipFile(file).namelist() if zipfile.is_zipfile(file) else []


tensors = [
    tensor("x", (1, 4), "FLOAT32"),
    tensor("w", (2, 4), "FLOAT32", data=np.random.default_rng(1).normal(size=(2, 4)).astype(np.float32)),
    tensor("y", (1, 2), "FLOAT32"),
]
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as file:
    file.writestr("labels.txt", "cat\ndog\n")
content = signed(model([("FULLY_CONNECTED", [0, 1, -1], [2], "FullyConnectedOptions", 1, {})], tensors, [0], [2]))
content += archive.getvalue()
tool = quantizer.Quantizer(content)
tool.load_quantization_recipe(recipe.static_wi8_ai8())
samples = [{"x": np.random.default_rng(i).normal(size=(1, 4)).astype(np.float32)} for i in range(8)]
quantized = bytes(tool.quantize(tool.calibrate({"serving_default": samples})).quantized_model)
print("float    ", attached(content))
print("quantized", attached(quantized))
PYTHON
