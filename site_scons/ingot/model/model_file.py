# SPDX-License-Identifier: Apache-2.0
"""A model's file, read once: what is parsed, hashed, recorded and kept of it are the same bytes.

A path that is read a second time may lead to another file by then: a training that ends while a build runs.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.model.kinds_of_file import ONNX, READ, TFLITE, is_onnx, kind_of
from ingot.model.stand_in import is_stand_in


@dataclass(frozen=True)
class ModelFile:
    """path: where it lay, for messages and names only. data: what was in it."""

    path: Path
    data: bytes

    @property
    def name(self) -> str:
        return self.path.name

    @functools.cached_property
    def sha256(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def format(self) -> str:
        """ "onnx" or "tflite", by its content; a C array holds a .tflite."""
        return ONNX.name if is_onnx(self.data) else TFLITE


def read_model_file(path: Path, sha256: str = "") -> ModelFile:
    """The file as it is now. sha256: what the model.yaml says its content is, "" for anything.

    Raises IngotError when it cannot be read, or was replaced by another since `find_source` compared it. A stand-in has
    a content of its own.
    """
    try:
        found = ModelFile(path, path.read_bytes())
    except OSError as error:
        raise IngotError(
            f"cannot read the model: {error.strerror}.", where=str(path), remedy="Check the path and its permissions."
        ) from None
    if sha256 and found.sha256 != sha256 and not is_stand_in(found.data):
        raise IngotError(
            f"the model was replaced during the build: its sha256 is {found.sha256}, the model.yaml's {sha256}.",
            where=str(path),
            remedy="Put the right file there, or correct source.sha256 of the model.yaml, and build again.",
        )
    return found


def model_bytes(data: bytes) -> bytes:
    """The TensorFlow Lite model of a file's content: the content, or what a C array in it holds."""
    kind = None if data[4:8] == b"TFL3" else kind_of(data)
    inner = READ[kind.name](data) if kind is not None and kind.name in READ else None
    return data if inner is None else inner
