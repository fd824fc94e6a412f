#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: onnx.save() over an older file replaces it, or refuses, and leaves the model in memory as it is.
# What happens: with save_as_external_data the weights are appended to the data file of the last save, which grows by a whole
# model each time: whether the file exists is asked of the current folder, not of the model's. And the model in memory loses
# its weights to the file: a session made of it, or a plain save after that, has none.
# Seen with: onnx 1.23.2
set -eu
. "$(dirname "$0")/common"
packages onnx==1.23.2 numpy==2.4.6
cd "$work"
mkdir out
python - <<'PYTHON' | recorded 'save 1: out/m.data has 40000 bytes; the model in memory had 40053, has 97
save 2: out/m.data has 80000 bytes; the model in memory had 40053, has 101
save 3: out/m.data has 120000 bytes; the model in memory had 40053, has 101'
import os

import numpy as np
import onnx
from onnx import helper, numpy_helper

for time in (1, 2, 3):
    weights = numpy_helper.from_array(np.ones((100, 100), np.float32), "w")
    node, y = helper.make_node("Identity", ["w"], ["y"]), helper.make_empty_tensor_value_info("y")
    model = helper.make_model(helper.make_graph([node], "g", [], [y], [weights]))
    had = model.ByteSize()
    onnx.save(model, "out/m.onnx", save_as_external_data=True, location="m.data")
    size = os.path.getsize("out/m.data")
    print(f"save {time}: out/m.data has {size} bytes; the model in memory had {had}, has {model.ByteSize()}")
PYTHON
