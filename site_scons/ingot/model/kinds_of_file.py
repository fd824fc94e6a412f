# SPDX-License-Identifier: Apache-2.0
"""What a file is that somebody gives as a model, told by its content and never by its name.

A new kind of model is one entry of KINDS; what reads it, one of ingot.compiler.frontend.READERS.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

TFLITE = "tflite"


@dataclass(frozen=True)
class Kind:
    """name: short, for programs. what: "an HTML page". remedy: what to do instead, one line; "" where it is read.

    snippet: lines of Python that make a .tflite file of it, "" for none.
    """

    name: str
    what: str
    remedy: str = ""
    snippet: str = ""


_PAGE = "A download gave a page of the web site instead of the file: download the raw file."
_QUANTIZE = """\
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = lambda: ([sample] for sample in samples)  # 100 real inputs, float32, batch of 1
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = converter.inference_output_type = tf.int8
open("model.tflite", "wb").write(converter.convert())"""
_KERAS = f"""\
import tensorflow as tf
converter = tf.lite.TFLiteConverter.from_keras_model(tf.keras.models.load_model("{{file}}"))
{_QUANTIZE}"""
_SAVED = f"""\
import tensorflow as tf
converter = tf.lite.TFLiteConverter.from_saved_model("{{file}}")
{_QUANTIZE}"""
_TORCH = """\
import litert_torch, torch  # pip install litert-torch ai-edge-quantizer
model = torch.load("{file}", weights_only=False).eval()  # or build it and load its state_dict
litert_torch.convert(model, (torch.randn(1, 3, 96, 96),)).export("float.tflite")  # inputs as the model takes them
from ai_edge_quantizer import quantizer, recipe
q = quantizer.Quantizer("float.tflite", recipe.static_wi8_ai8())
result = q.quantize(q.calibrate({"serving_default": samples}))  # samples: [{"args_0": array}, ...]
result.export_model("model.tflite")"""
_EXPORT = "Convert it to a quantized TensorFlow Lite model first; `ingot doctor {file}` prints how."
_UNPACK = "Unpack it and give the model in it"

HTML = Kind("html", "an HTML page", _PAGE)
ONNX = Kind("onnx", "an ONNX model", "Give the whole file itself: models with QDQ are taken (docs/onnx.md).")
KERAS_H5 = Kind("keras-h5", "a Keras model (HDF5)", _EXPORT, _KERAS)
KERAS = Kind("keras", "a Keras model (.keras)", _EXPORT, _KERAS)
TORCH = Kind("pytorch", "a PyTorch file", _EXPORT, _TORCH)
SAVED_MODEL = Kind("saved-model", "a SavedModel of TensorFlow (its saved_model.pb)", _EXPORT, _SAVED)
FROZEN = Kind("numpy", "a NumPy array", "Give the model's file; arrays are inputs: `input=`.")
LFS = Kind("git-lfs", "a pointer of Git LFS to one", "Run `git lfs install` and `git lfs pull`.")
ZIP = Kind("zip", "a zip archive", f"{_UNPACK}: `unzip {{file}}`.")
GZIP = Kind("gzip", "a gzip archive", f"{_UNPACK}: `gunzip -k {{file}}` (a .tar.gz: `tar xzf {{file}}`).")
TAR = Kind("tar", "a tar archive", f"{_UNPACK}: `tar xf {{file}}`.")
ELF = Kind("elf", "a program (ELF)", "Give the model's file.")
XML = Kind("xml", "an XML text", _PAGE)
JSON = Kind("json", "a JSON text", "Give the .tflite file itself.")
C_ARRAY = Kind("c-array", "a C array of a TensorFlow Lite model")
MODEL = Kind(TFLITE, "a TensorFlow Lite model")
CUT_OFF = Kind(
    "cut-off", "the beginning of a TensorFlow Lite model", "The download broke off: download the file again."
)

_BY_START: tuple[tuple[bytes, Kind], ...] = (
    (b"version https://git-lfs.github.com/spec/", LFS),
    (b"\x89HDF\r\n\x1a\n", KERAS_H5),
    (b"\x1f\x8b", GZIP),
    (b"\x7fELF", ELF),
    (b"\x93NUMPY", FROZEN),
    (b"<?xml", XML),
    (b"{", JSON),
)
_HTML = re.compile(rb"\A\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)
_ONNX_START = re.compile(rb"\A\x08[\x03-\x20][\x12\x1a\x22\x28\x32\x3a\x42]", re.DOTALL)
"""A ModelProto: field 1, ir_version, from 3 on, then any of the fields 2 to 8. (A SavedModel's field 1 is 1.)"""
_ARRAY = re.compile(rb"\[\s*\w*\s*\][^={;]*=\s*\{\s*((?:0[xX][0-9a-fA-F]{1,2}|\d{1,3})\s*,\s*)", re.DOTALL)
_NUMBER = re.compile(rb"0[xX]([0-9a-fA-F]{1,2})|(\d{1,3})")


def kind_of(data: bytes) -> Kind | None:
    """What these bytes are; None when nobody knows."""
    if data[4:8] == b"TFL3":
        return MODEL
    if _HTML.match(data[:256]):
        return HTML
    if _ONNX_START.match(data[:64]) or (data[:1] == b"\x08" and b"ai.onnx" in data[-4096:]):
        return ONNX
    if data[:4] == b"PK\x03\x04":
        return _zipped(data)
    if data[257:262] == b"ustar":
        return TAR
    if b"saved_model_schema_version" in data[:4096] or (data[:2] == b"\x08\x01" and b"serve" in data[:65536]):
        return SAVED_MODEL
    if data[:2] == b"\x80\x02" and b"torch" in data[:4096]:
        return TORCH
    start = data[:64].lstrip() if data[:1] in b" \t\r\n" else data
    for prefix, kind in _BY_START:
        if start.startswith(prefix):
            return kind
    return C_ARRAY if bytes_of_c_array(data) is not None else None


def is_onnx(data: bytes) -> bool:
    """Whether the bytes are an ONNX model, or the beginning of one."""
    return data[4:8] != b"TFL3" and kind_of(data) is ONNX


def _zipped(data: bytes) -> Kind:
    """An archive by the names in it, which stand in its headers as they are."""
    head = data[:65536]
    if b"model.weights.h5" in data and b"config.json" in data:
        return KERAS
    if b"data.pkl" in head or b"/constants.pkl" in data or b"/data/0" in head:
        return TORCH
    return ZIP


def bytes_of_c_array(data: bytes) -> bytes | None:
    """The bytes of the first array of a C text that is a TensorFlow Lite model; None where there is none."""
    for found in _ARRAY.finditer(data):
        end = data.find(b"}", found.end())
        body = data[found.start(1) : end if end > 0 else len(data)]
        first = [_byte(number) for number in _NUMBER.findall(body[:120])[:8]]
        if bytes(first[4:8]) == b"TFL3":
            body = re.sub(rb"/\*.*?\*/|//[^\n]*", b"", body, flags=re.DOTALL)
            return bytes(_byte(number) for number in _NUMBER.findall(body))
    return None


def _byte(number: tuple[bytes, bytes]) -> int:
    return (int(number[0], 16) if number[0] else int(number[1])) & 0xFF


READ: dict[str, Callable[[bytes], bytes | None]] = {C_ARRAY.name: bytes_of_c_array}
"""Kinds that are a TensorFlow Lite model in another form, and what takes it out."""
