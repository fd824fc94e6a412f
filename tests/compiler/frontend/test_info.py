# SPDX-License-Identifier: Apache-2.0
"""The summary of a model: counts that can be worked out by hand."""

import json

import numpy as np

from ingot.compiler.frontend.info import as_dict, as_text
from ingot.compiler.frontend.tflite import parse_tflite
from support import tflite_builder as tfl


def small():
    b = tfl.Builder()
    x = b.input((1, 6, 6, 3), "int8", 0.1, 4, name="image")
    w = b.constant(np.ones((8, 3, 3, 3), np.int8), [0.1] * 8)
    bias = b.constant(np.zeros(8, np.int32), [0.01] * 8)
    y = b.tensor((1, 4, 4, 8), "int8", 0.2, 1)
    b.operator("CONV_2D", [x, w, bias], [y], padding="VALID", fused_activation_function="RELU6")
    d = b.constant(np.ones((1, 4, 4, 8), np.int8), [0.1] * 8, axis=3)
    z = b.tensor((1, 1, 1, 8), "int8", 0.2, 1, name="features")
    b.operator("DEPTHWISE_CONV_2D", [y, d, None][:2], [z], padding="VALID")
    s = b.constant(np.array([1, 8], np.int32))
    r = b.tensor((1, 8), "int8", 0.2, 1)
    b.operator("RESHAPE", [z, s], [r])
    return parse_tflite(b.finish([r]), "small", "small.tflite")


def test_counts():
    info = as_dict(small())
    conv, depthwise, reshape = info["operators"]
    assert conv["macs"] == 4 * 4 * 8 * 27 and conv["params"] == 8 * 27 + 8 and conv["param_bytes"] == 8 * 27 + 32
    assert depthwise["macs"] == 128 == depthwise["params"]
    assert reshape["params"] == 0 == reshape["macs"]
    totals = info["totals"]
    assert totals["macs"] == conv["macs"] + 128
    assert totals["largest_activation"] == 128
    assert totals["constant_bytes"] == conv["param_bytes"] + 128 + 8
    assert totals["kinds"] == {"CONV_2D": 1, "DEPTHWISE_CONV_2D": 1, "RESHAPE": 1}
    assert info["inputs"] == [
        {
            "name": "image",
            "shape": [1, 6, 6, 3],
            "dtype": "int8",
            "bytes": 108,
            "scale": float(np.float32(0.1)),
            "zero_point": 4,
            "channels": 1,
        }
    ]
    assert json.loads(json.dumps(info)) == info


def test_text():
    text = as_text(small())
    lines = text.splitlines()
    assert lines[0] == "model small"
    assert "1×6×6×3 int8 (scale 0.1, zero point 4)  image" in lines[1]
    assert any("CONV_2D + RELU6" in line and "3,456" in line and "224" in line for line in lines)
    assert "3 operators, 3,584 MACs, 352 parameters (376 bytes), largest activation 128 bytes" in text
    assert "\x1b" not in text
