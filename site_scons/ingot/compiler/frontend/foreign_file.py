# SPDX-License-Identifier: Apache-2.0
"""What a file is that is called a TensorFlow Lite model and is none, told by its first bytes."""

from __future__ import annotations

import re
from typing import NamedTuple


class Foreign(NamedTuple):
    """what: "an HTML page"; remedy: what to do instead."""

    what: str
    remedy: str


_PAGE = "A download gave a page of the web site instead of the file: download the raw file."
_EXPORT = "Convert it to a quantized TensorFlow Lite model first."
_BY_START: tuple[tuple[bytes, Foreign], ...] = (
    (
        b"version https://git-lfs.github.com/spec/",
        Foreign("a pointer of Git LFS to one", "Run `git lfs install` and `git lfs pull`."),
    ),
    (b"\x89HDF\r\n\x1a\n", Foreign("a Keras model (HDF5)", _EXPORT)),
    (b"PK\x03\x04", Foreign("a zip archive", "Unpack it; a .keras file must be converted to TensorFlow Lite.")),
    (b"\x1f\x8b", Foreign("a gzip archive", "Unpack it.")),
    (b"\x7fELF", Foreign("a program (ELF)", "Give the model's file.")),
    (b"<?xml", Foreign("an XML text", _PAGE)),
    (b"{", Foreign("a JSON text", "Give the .tflite file itself.")),
)
_HTML = re.compile(rb"\A\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)
_ONNX = re.compile(rb"\A\x08[\x01-\x20]\x12.(onnx|pytorch|tf2onnx|keras2onnx|skl2onnx|sklearn|ort|quantize)", re.DOTALL)
"""A ModelProto: field 1, ir_version, then field 2, producer_name."""


def foreign_file(data: bytes) -> Foreign | None:
    """What these bytes are; None when nobody knows. An ONNX file without a known producer is told by its operators."""
    if _HTML.match(data[:256]):
        return Foreign("an HTML page", _PAGE)
    if _ONNX.match(data[:64]) or (data[:1] == b"\x08" and b"ai.onnx" in data[-4096:]):
        return Foreign("an ONNX model", _EXPORT)
    start = data[:64].lstrip() if data[:1] in b" \t\r\n" else data
    return next((foreign for prefix, foreign in _BY_START if start.startswith(prefix)), None)
