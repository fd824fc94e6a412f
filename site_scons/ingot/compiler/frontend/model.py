# SPDX-License-Identifier: Apache-2.0
"""The one door for model files: what a file is, is told by its content (ingot.model.kinds_of_file)."""

from __future__ import annotations

from pathlib import Path

from ingot.base.errors import IngotError
from ingot.compiler.frontend.check import check_shapes
from ingot.compiler.frontend.cut import Cut
from ingot.compiler.frontend.structure import check_structure
from ingot.compiler.graph import Graph
from ingot.model.asked import WHOLE, Part
from ingot.model.kinds_of_file import is_onnx
from ingot.model.model_file import ModelFile, model_bytes, read_model_file


def read_model(path: Path, part: Part = WHOLE) -> Graph:
    """The graph of the part of a model file that is the network, named after the file.

    Raises IngotError with the file and the place in it.
    """
    return parse_model(read_model_file(path), part)


def parse_model(model: ModelFile, part: Part = WHOLE) -> Graph:
    """The graph of a file that has been read; as read_model()."""
    cut = Cut(part.cut_inputs, part.cut_outputs, part.signature)
    if not is_onnx(model.data):
        from ingot.compiler.frontend import tflite

        return _well_formed(tflite.parse_model(model, part.input_shape, cut), model)
    from ingot.compiler.frontend.onnx.read import parse_onnx

    if cut:
        raise IngotError(
            "inputs=, outputs= and signature= cut a .tflite; this is an ONNX model.",
            where=str(model.path),
            remedy="Cut the file with onnx.utils.extract_model().",
        )
    graph = parse_onnx(model.data, model.path.stem, str(model.path), part.input_shape, part.io_layout)
    return _well_formed(graph, model)


def _well_formed(graph: Graph, model: ModelFile) -> Graph:
    """The graph, as every frontend has to make it: in executable order, with the shapes that the operators give."""
    check_structure(graph, str(model.path))
    for op in graph.operators:
        check_shapes(graph, op, str(model.path))
    return graph


def read_operators(path: Path) -> Graph:
    """Operators and tensors, for readers that look at no shapes. Raises IngotError."""
    model = read_model_file(path)
    if is_onnx(model.data):
        return parse_model(model)
    from ingot.compiler.frontend import tflite

    return tflite.parse_operators(model_bytes(model.data), path.stem, str(path))


def notes_of(model: ModelFile) -> tuple[str, ...]:
    """`Graph.notes` of a file, without its graph. Raises IngotError as read_model() does."""
    if is_onnx(model.data):
        return ()
    from ingot.compiler.frontend import tflite

    return tflite.notes_of(model)
