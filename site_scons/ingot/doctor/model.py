# SPDX-License-Identifier: Apache-2.0
"""What a file is that somebody gives as a model, what of it fits, and what to change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.model.kinds_of_file import Kind
from ingot.model.model_file import ModelFile


@dataclass(frozen=True)
class Diagnosis:
    """kind: a name of ingot.model.kinds_of_file, "unknown" for none. what: what the file is.

    fits: whether the built-in compiler takes it. operators: kind -> how many. ports: a line an input and an output.
    problems: what does not fit, a line each. advice: what to change, a line each. snippet: lines that make a model that
    fits, "" for none.
    """

    kind: str
    what: str
    fits: bool
    operators: dict[str, int]
    ports: list[str]
    problems: list[str]
    advice: list[str]
    snippet: str = ""


def diagnose(path: Path) -> Diagnosis:
    """The diagnosis of any file. Raises IngotError when it cannot be read."""
    from ingot.model.kinds_of_file import ONNX, READ, TFLITE, kind_of
    from ingot.model.model_file import read_model_file

    if path.is_dir():
        return _folder(path)
    model = read_model_file(path)
    kind = kind_of(model.data)
    if kind is None:
        what = "an unknown file" if model.data else "an empty file"
        advice = "Give a .tflite file, as a converter wrote it."
        return Diagnosis("unknown", what, False, {}, [], [f"its first bytes are {model.data[:8]!r}"], [advice])
    if kind.name != TFLITE and kind.name not in READ and kind is not ONNX:
        advice = kind.remedy.format(file=path)
        return Diagnosis(kind.name, kind.what, False, {}, [], [], [advice], kind.snippet.format(file=path))
    return _of_model(model, kind)


def _folder(path: Path) -> Diagnosis:
    from ingot.model.kinds_of_file import SAVED_MODEL

    if (path / "saved_model.pb").is_file():
        snippet = SAVED_MODEL.snippet.replace("{file}", str(path))
        advice = "Convert it to a quantized TensorFlow Lite model first."
        return Diagnosis("saved-model", "a SavedModel of TensorFlow", False, {}, [], [], [advice], snippet)
    raise IngotError("it is a folder.", where=str(path), remedy="Give the model's file.")


def _of_model(model: ModelFile, kind: Kind) -> Diagnosis:
    from ingot.compiler.frontend.model import parse_model
    from ingot.compiler.kernels.computed_data import with_computed_data
    from ingot.compiler.kernels.lower import grouped, load_operators, lower, problems_of
    from ingot.compiler.kernels.registry import Target
    from ingot.compiler.passes.optimize import optimize

    try:
        graph = parse_model(model)
    except IngotError as error:
        snippet = kind.snippet.format(file=model.path)
        advice = [error.remedy] if error.remedy else []
        place = error.where.removeprefix(str(model.path)).removeprefix(": ")
        problem = f"{place}: {error.what}" if place else error.what
        return Diagnosis(kind.name, kind.what, False, {}, [], [problem], advice, snippet)
    operators = dict(sorted(Counter(op.kind for op in graph.operators).items()))
    ports = [
        f"{role} '{graph.tensors[t].name}': {graph.tensors[t].dtype.value} {list(graph.tensors[t].shape)}"
        for role, ids in (("input", graph.inputs), ("output", graph.outputs))
        for t in ids
    ]
    advice = _advice(graph)
    try:
        load_operators()
        optimized = with_computed_data(optimize(graph))
        problems = grouped(optimized, problems_of(optimized))
        if not problems:
            lower(optimized, Target())
    except IngotError as error:
        problems = [error.what]
    if problems:
        advice.append("docs/operators.md lists what is supported.")
    return Diagnosis(kind.name, kind.what, not problems, operators, ports, problems, [*graph.notes, *advice])


def _advice(graph: object) -> list[str]:
    """What is better changed in a model that is read."""
    from ingot.compiler.graph import DType, Graph
    from ingot.compiler.graph.arithmetic import is_dynamic_range

    assert isinstance(graph, Graph)
    advice = []
    for t in graph.inputs:
        tensor = graph.tensors[t]
        shape = tensor.shape
        if len(shape) == 4 and shape[1] in (1, 3, 4) and shape[2] > 4 and shape[3] > 4:
            advice.append(
                f"The input '{tensor.name}' has its channels first ({list(shape)}), as PyTorch has it. The model turns "
                "it round with a TRANSPOSE, which takes RAM and time: export it with channels last "
                f"({[shape[0], shape[2], shape[3], shape[1]]}; litert_torch.to_channel_last_io())."
            )
    layers = [
        op
        for op in graph.operators
        if op.kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
        and graph.tensors[op.outputs[0]].dtype is DType.FLOAT32
    ]
    dynamic = sum(is_dynamic_range(graph, op) for op in layers)
    remedy = "convert the model again with full integer quantization and a representative data set."
    if floats := len(layers) - dynamic:
        what = "1 layer computes" if floats == 1 else f"{floats} layers compute"
        advice.append(f"{what} with float32, which is many times slower than int8: {remedy}")
    if dynamic:
        what = "1 layer is" if dynamic == 1 else f"{dynamic} layers are"
        advice.append(
            f"{what} of dynamic range: weights of 8 bits or less, data of float32, which take four times the RAM of "
            f"int8 and are quantized whenever the model runs: {remedy}"
        )
    return advice
