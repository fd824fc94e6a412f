# SPDX-License-Identifier: Apache-2.0
"""The oracle of QDQ models: the definition of their arithmetic (ingot.compiler.even), in the place of LiteRT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.even.evaluate import evaluate
from ingot.compiler.frontend.onnx.read import read_qdq
from ingot.model.asked import WHOLE
from ingot.model.model_file import read_model_file


@dataclass(frozen=True)
class Port:
    """An input or output of the network."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Definition:
    """One model; as ingot.device.run.oracle.Reference is for .tflite files. Raises IngotError as read_model() does."""

    name = "the exact arithmetic of QDQ models"
    saturated = 0

    def __init__(self, model: Path, input_shapes: Sequence[tuple[int, ...]] | None = None, io_layout: str = "") -> None:
        """input_shapes: as the compiled network has them; needed where the file leaves extents free. io_layout: of
        ingot.model.asked.Part, "" for the usual."""
        data, layout = read_model_file(model).data, io_layout or WHOLE.io_layout
        self.model = read_qdq(data, model.stem, str(model), stored=input_shapes, layout=layout)
        self._graph = self.model.graph
        self.inputs, self.outputs = (
            tuple(
                Port(tensor.name, tensor.shape, tensor.dtype.numpy) for tensor in (self._graph.tensors[t] for t in ids)
            )
            for ids in (self._graph.inputs, self._graph.outputs)
        )

    def run(self, values: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """One inference. values: one array an input, of exactly its shape and type."""
        for port, value in zip(self.inputs, values, strict=True):
            if tuple(value.shape) != port.shape or value.dtype != port.dtype:
                raise IngotError(
                    f"input '{port.name}' is {port.dtype} {list(port.shape)}, "
                    f"the given value is {value.dtype} {list(value.shape)}."
                )
        found = evaluate(self._graph, values)
        return [found[t] for t in self._graph.outputs]

    def met_gaps(self) -> list[str]:
        """None: nothing is left open."""
        return []

    def reset(self) -> None:
        """Has no state."""
