# SPDX-License-Identifier: Apache-2.0
"""Float .tflite files, by ai-edge-quantizer.

It reads files from before TensorFlow 2.4 wrongly (only the newer field of operator codes) and refuses files without a
signature, so a file is brought to today's form first.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ingot.base.errors import IngotError
from ingot.quantize.biases import with_room_for_biases
from ingot.quantize.calibration import FloatInput, Sample
from ingot.quantize.float_ends import with_float_ends
from ingot.quantize.settings import QuantizeSettings, check_patterns
from ingot.quantize.tflite_object import read_objects, written

SIGNATURE = "serving_default"


def tool_version() -> str:
    """What the lock file names. Raises IngotError when the package is missing."""
    try:
        import ai_edge_quantizer  # noqa: F401
    except ImportError as error:
        raise IngotError(
            f"a float .tflite is quantized by ai-edge-quantizer, which cannot be imported ({error}).",
            remedy="Install it with `pip install 'path/to/ingot[quantize]'`.",
        ) from None
    return f"ai-edge-quantizer {importlib.metadata.version('ai-edge-quantizer')}"


def float_inputs(data: bytes, where: str) -> list[FloatInput]:
    """The inputs of a float model. Raises IngotError for one that is quantized, also only in part."""
    import tflite

    model = tflite.Model.GetRootAs(data, 0)
    graph = model.Subgraphs(0)
    stored = [
        graph.Tensors(t).Name().decode("utf-8", "replace")
        for t in range(graph.TensorsLength())
        if graph.Tensors(t).Type() in (tflite.TensorType.INT8, tflite.TensorType.UINT8, tflite.TensorType.INT16)
    ]
    if stored:
        more = f" and {len(stored) - 3} more" if len(stored) > 3 else ""
        raise IngotError(
            f"the model is quantized already, at least in part: {', '.join(stored[:3])}{more}.",
            where=where,
            remedy="Remove `quantize:`, or give the float model.",
        )
    found = []
    for t in graph.InputsAsNumpy():
        tensor = graph.Tensors(int(t))
        found.append(FloatInput(tensor.Name().decode(), (1, *(int(n) for n in tensor.ShapeAsNumpy()[1:]))))
    return found


def normalised(data: bytes) -> bytes:
    """The file as today's converters write it: operator codes in the newer field, with a signature."""
    from ai_edge_litert import schema_py_generated as schema

    model = read_objects(data)
    for code in model.operatorCodes:
        code.builtinCode = max(code.builtinCode, code.deprecatedBuiltinCode)
    if not model.signatureDefs:
        graph = model.subgraphs[0]
        signature = schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = SIGNATURE, 0
        for side, tensors in (("inputs", graph.inputs), ("outputs", graph.outputs)):
            maps = []
            for t in tensors:
                item = schema.TensorMapT()
                item.name, item.tensorIndex = graph.tensors[t].name, int(t)
                maps.append(item)
            setattr(signature, side, maps)
        model.signatureDefs = [signature]
    return written(model)


def quantize_tflite(data: bytes, samples: Sequence[Sample], settings: QuantizeSettings, where: str) -> bytes:
    """The quantized model, with int8 (or int16) inputs and outputs. Raises IngotError with the tool's words."""
    tool_version()
    from ai_edge_litert.interpreter import Interpreter
    from ai_edge_quantizer import quantizer, recipe

    if settings.method != "minmax":
        raise IngotError(
            f"method: {settings.method} is for .onnx files.", where=where, remedy="Write `method: minmax`."
        )
    if settings.keep:
        raise IngotError("float: is for .onnx files.", where=where, remedy="Leave it out.")
    data = normalised(data)
    check_patterns("weights", settings.small, _results(data), where)
    runner = Interpreter(model_content=data)
    (key, signature), *_ = runner.get_signature_list().items()
    names = dict(zip(_of_tensors(runner, signature["inputs"]), signature["inputs"], strict=True))
    try:
        tool = quantizer.Quantizer(data)
        tool.load_quantization_recipe(
            recipe.static_wi8_ai16() if settings.activations == "int16" else recipe.static_wi8_ai8()
        )
        for pattern in (".*",) if settings.weights == "int4" else settings.small:
            for operation in ("CONV_2D", "FULLY_CONNECTED"):
                tool.add_static_config(pattern, operation, activation_num_bits=8, weight_num_bits=4)
        renamed = [{names.get(name, name): array for name, array in sample.items()} for sample in samples]
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # it shows its progress
            result = tool.quantize(tool.calibrate({key: renamed}))
        made = with_room_for_biases(bytes(result.quantized_model), data)
    except Exception as error:  # of many types
        reason = " ".join(str(error).split())[:300]
        raise IngotError(f"ai-edge-quantizer fails: {reason}", where=where) from None
    return with_float_ends(made, settings.in_float)


def _results(data: bytes) -> list[str]:
    """The names of what operators make, which a pattern of a layer is compared with."""
    import tflite

    graph = tflite.Model.GetRootAs(data, 0).Subgraphs(0)
    made = [int(t) for i in range(graph.OperatorsLength()) for t in graph.Operators(i).OutputsAsNumpy()]
    return [graph.Tensors(t).Name().decode("utf-8", "replace") for t in made]


def _of_tensors(runner: Any, names: Sequence[str]) -> list[str]:
    """The tensors' names of a signature's inputs, whose order is the signature's."""
    details = {item["index"]: item["name"] for item in runner.get_input_details()}
    indexes = runner.get_signature_runner().get_input_details()
    return [details[indexes[name]["index"]] for name in names]


@dataclass(frozen=True)
class StoredTensor:
    """A tensor of a file. scale: 0.0 without one for the whole tensor."""

    name: str
    dtype: str
    scale: float
    zero_point: int


@dataclass(frozen=True)
class TfliteRun:
    """tensors: of the file. values: of each of them, for each sample; an empty array where there is none."""

    tensors: list[StoredTensor]
    values: list[list[Any]]
    outputs: list[list[Any]]


def run_tflite(data: bytes, samples: Sequence[Sample]) -> TfliteRun:
    """Every tensor for each sample, by LiteRT's reference kernels. Inputs are quantized where the file wants it."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    runner = Interpreter(
        model_content=data,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
        num_threads=1,
    )
    runner.allocate_tensors()
    details = [item for item in runner.get_tensor_details() if item["name"]]
    values, outputs = [], []
    for sample in samples:
        for item, array in zip(runner.get_input_details(), sample.values(), strict=True):
            scale, zero = item["quantization"]
            if scale:
                limits = np.iinfo(item["dtype"])
                array = np.clip(np.rint(array / scale) + zero, limits.min, limits.max).astype(item["dtype"])
            runner.set_tensor(item["index"], array)
        runner.invoke()
        held = []
        for item in details:
            try:
                held.append(np.array(runner.get_tensor(item["index"])))
            except ValueError:
                held.append(np.zeros(0, np.float32))
        values.append(held)
        outputs.append([np.array(runner.get_tensor(item["index"])) for item in runner.get_output_details()])
    tensors = [
        StoredTensor(
            str(item["name"]),
            np.dtype(item["dtype"]).name,
            float(item["quantization"][0]),
            int(item["quantization"][1]),
        )
        for item in details
    ]
    return TfliteRun(tensors, values, outputs)
