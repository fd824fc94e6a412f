#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: TFLite_Detection_PostProcess, the end of SSD models, suppresses boxes within their class, as the graph does
# that was trained (TensorFlow's batch_multiclass_non_max_suppression), so that a dog in front of a cat leaves both.
# What happens: without the option use_regular_nms, which exports leave out or set to false, the best class of each box goes
# into one suppression for all classes: of two boxes of two classes at one place only the better one is found.
# Seen with: ai-edge-litert 2.3.0
set -eu
. "$(dirname "$0")/common"
packages ai-edge-litert==2.3.0 flatbuffers==25.12.19 numpy==2.4.6
cd "$work"
python - 2>/dev/null <<'PYTHON' | grep '^use_regular' | recorded "use_regular_nms absent: 1 found, classes [0]
use_regular_nms False: 1 found, classes [0]
use_regular_nms True: 2 found, classes [0, 1]"
import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from flatbuffers import flexbuffers
from one_operator import model, tensor

anchors = np.asarray([[0.5, 0.5, 0.4, 0.4]] * 2, np.float32)
options = {"max_detections": 2, "max_classes_per_detection": 1, "detections_per_class": 2, "num_classes": 2}
options |= {"nms_score_threshold": 0.5, "nms_iou_threshold": 0.6}
options |= {"y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0}
scores = np.asarray([[[0, 0.9, 0], [0, 0, 0.8]]], np.float32)  # background, class 0, class 1
for said in ({}, {"use_regular_nms": False}, {"use_regular_nms": True}):
    tensors = [tensor("offsets", (1, 2, 4), "FLOAT32"), tensor("scores", (1, 2, 3), "FLOAT32")]
    tensors.append(tensor("anchors", (2, 4), "FLOAT32", data=anchors))
    tensors += [tensor(name, shape, "FLOAT32") for name, shape in (("b", (1, 2, 4)), ("c", (1, 2)), ("s", (1, 2)), ("n", (1,)))]
    root = schema.ModelT.InitFromPackedBuf(model([("CUSTOM", [0, 1, 2], [3, 4, 5, 6], None, 1, {})], tensors, [0, 1], [3, 4, 5, 6]), 0)
    root.operatorCodes[0].customCode = b"TFLite_Detection_PostProcess"
    root.subgraphs[0].operators[0].customOptions = list(flexbuffers.Dumps(options | said))
    builder = flatbuffers.Builder()
    builder.Finish(root.Pack(builder), b"TFL3")
    interpreter = Interpreter(model_content=bytes(builder.Output()))
    interpreter.allocate_tensors()
    for detail, value in zip(interpreter.get_input_details(), (np.zeros((1, 2, 4), np.float32), scores)):
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()
    _, classes, _, count = (interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details())
    found = int(count[0])
    print(f"use_regular_nms {said.get('use_regular_nms', 'absent')}: {found} found, classes {classes[0][:found].astype(int).tolist()}")
PYTHON
