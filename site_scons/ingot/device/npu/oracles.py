# SPDX-License-Identifier: Apache-2.0
"""Who says what a model's tensors are: LiteRT's reference kernels for .tflite, onnxruntime for .onnx."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.st.npu.judge.model import ModelGraph

Array = npt.NDArray[Any]


class Oracle(Protocol):
    """A model that runs, with all of its tensors."""

    name: str
    graph: ModelGraph

    def run(self, inputs: Mapping[Any, Array]) -> None:
        """One inference. inputs: by key of the tensor, of its shape and type."""

    def tensor(self, key: Any) -> Array:
        """A tensor after `run`."""


def open_oracle(model: Path) -> Oracle:
    """The oracle for a model file. Raises IngotError for another kind of file, or when a package is missing."""
    if model.suffix == ".tflite":
        return _LiteRt(model)
    if model.suffix == ".onnx":
        from ingot.device.npu.onnx_oracle import OnnxRuntime

        return OnnxRuntime(model)
    raise IngotError("is neither a .tflite nor an .onnx", where=str(model), remedy="Give the model of the build.")


class _LiteRt:
    name = "LiteRT's reference kernels"

    def __init__(self, model: Path) -> None:
        from ingot.device.run.oracle import Reference
        from ingot.st.npu.judge.model import model_graph

        self.graph = model_graph(model)
        self._reference = Reference(model)

    def run(self, inputs: Mapping[Any, Array]) -> None:
        self._reference.run([inputs[port.index] for port in self._reference.inputs])

    def tensor(self, key: Any) -> Array:
        return self._reference.tensor(int(key))
