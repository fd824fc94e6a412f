# SPDX-License-Identifier: Apache-2.0
"""Reads a TensorFlow Lite file into the typed graph.

The structure is read for every operator, known or not, so that whoever lowers the graph can list all unsupported ones
at once. What the file says is checked before it is used: a damaged file ends in one IngotError and in nothing else.
"""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tflite

from ingot.base.errors import IngotError
from ingot.compiler.frontend.check import check_operators
from ingot.compiler.frontend.cut import Cut, cut_model
from ingot.compiler.frontend.flatbuffer import DAMAGED, numbers, reading, tables, text
from ingot.compiler.frontend.infer_shapes import check_size, infer_shapes
from ingot.compiler.frontend.inlined import inlined
from ingot.compiler.frontend.input_shape import with_input_shapes
from ingot.compiler.frontend.operator_code import builtin_kind, builtin_number
from ingot.compiler.frontend.options import read_options
from ingot.compiler.frontend.structure import check_structure
from ingot.compiler.frontend.subgraphs import check_control_flow, other_subgraphs
from ingot.compiler.frontend.tflite_data import CONSTANTS_ONLY, DTYPES, TYPE_NAMES, read_data
from ingot.compiler.frontend.variables import Section, data_tensors, with_states
from ingot.compiler.graph import DType, Graph, Operator, Quantization, Tensor, frozen
from ingot.compiler.graph.arithmetic import WEIGHTS_BITS
from ingot.model.kinds_of_file import CUT_OFF, kind_of
from ingot.model.model_file import ModelFile, model_bytes, read_model_file

MOST_OPERATORS = 100_000
WHOLE = Cut()

_OTHER_TYPES = "Export with full integer quantization: " + ", ".join(d.value for d in DType) + " are supported."
_REMEDIES = {
    "float16": "Constants may be float16 behind a DEQUANTIZE; activations may not: convert the model again.",
    "int4": "Weights may be int4; activations may not: convert the model again.",
}
_WITH_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "EMBEDDING_LOOKUP")
"""Operators whose second input may have four bits."""

_BUFFER_DATA = 4
"""Offset in the vtable of Buffer: field 0."""

_BLOCKWISE = 2
"""The type of a tensor's quantization details with scales for blocks of its channels (schema of LiteRT)."""

_COMPILED_ELSEWHERE = {
    "ethos-u": "The file was compiled for an Ethos-U NPU by Vela: give the model from before that.",
    "edgetpu-custom-op": "The file was compiled for Google's Edge TPU: give the model from before that.",
}
"""Custom operators that a compiler puts in the place of a network."""


def read_tflite(path: Path, input_shape: str = "", cut: Cut = WHOLE) -> Graph:
    """The graph of a .tflite file, named after the file. input_shape: see ingot.compiler.frontend.input_shape.

    cut: the part of the file that is the network (ingot.compiler.frontend.cut).

    Raises IngotError with the file and the place in it.
    """
    return parse_model(read_model_file(path), input_shape, cut)


def parse_model(model: ModelFile, input_shape: str = "", cut: Cut = WHOLE) -> Graph:
    """The graph of a .tflite file that has been read; arguments as of read_tflite()."""
    data = cut_model(model_bytes(model.data), cut, str(model.path))
    graph = parse_tflite(data, model.path.stem, str(model.path), input_shape)
    return replace(graph, notes=()) if cut.signature else graph


def notes_of(model: ModelFile) -> tuple[str, ...]:
    """`Graph.notes` of a file, without its graph. Raises IngotError as read_tflite() does."""
    return other_subgraphs(_open(model_bytes(model.data), str(model.path)), str(model.path))


def _open(data: bytes, where: str) -> Any:
    """The flatbuffer's Model. Raises IngotError when the bytes are something else."""
    if len(data) < 8:
        what = "the file is empty." if not data else f"the file has only {len(data)} bytes."
        raise IngotError(what, where=where, remedy=DAMAGED)
    if data[4:8] != b"TFL3":
        kind = kind_of(data)
        if kind is not None:
            remedy = kind.remedy.format(file=where)
            raise IngotError(f"not a TensorFlow Lite model but {kind.what}.", where=where, remedy=remedy)
        raise IngotError(
            f"not a TensorFlow Lite model: bytes 4 to 7 are {data[4:8]!r}, not b'TFL3'.", where=where, remedy=DAMAGED
        )
    with reading(where, "the model's header"):
        model = tflite.Model.GetRootAs(data, 0)
        version = model.Version()
    if _is_cut_off(model, data):
        raise IngotError(f"{CUT_OFF.what}, of {len(data):,} bytes.", where=where, remedy=CUT_OFF.remedy)
    if version != 3:
        raise IngotError(f"schema version {version} is not supported, only 3.", where=where, remedy=DAMAGED)
    return model


def _is_cut_off(model: Any, data: bytes) -> bool:
    """Whether data of a buffer end behind the file: the offsets before them are whole."""
    try:
        for buffer in tables(model, "Buffers"):
            table = buffer._tab
            field = table.Offset(_BUFFER_DATA)
            if field and table.Vector(field) + table.VectorLen(field) > len(data):
                return bool(table.VectorLen(field) < 1 << 30)
    except struct.error:
        return True
    except (ValueError, IndexError, TypeError, AttributeError, OverflowError):
        return False
    return False


def parse_tflite(data: bytes, name: str, where: str, input_shape: str = "") -> Graph:
    """The graph of a .tflite file's content. where: how messages call the file."""
    graph, signatures = _read(data, name, where)
    graph = with_input_shapes(graph, signatures, input_shape, where)
    graph = infer_shapes(graph, signatures, where)
    check_operators(graph, where)
    return graph


def parse_operators(data: bytes, name: str, where: str) -> Graph:
    """Operators and tensors as the file has them, for readers that look at no shapes."""
    return _read(data, name, where)[0]


def _read(data: bytes, name: str, where: str) -> tuple[Graph, dict[int, tuple[int, ...]]]:
    """What the file says, checked for references and order, and the shape_signature of tensors with free extents."""
    model = _open(data, where)
    notes = other_subgraphs(model, where)
    with reading(where, "the buffers"):
        buffers = tables(model, "Buffers")

    def other(number: int) -> tuple[Section, tuple[int, ...], tuple[int, ...]]:
        section, _, its_inputs, its_outputs = _read_subgraph(model, number, buffers, data, where)
        if not _leads_somewhere(section):
            raise IngotError("it refers to a tensor that does not exist.", where=section.where, remedy=DAMAGED)
        return section, its_inputs, its_outputs

    main, raw_tensors, inputs, outputs = _read_subgraph(model, 0, buffers, data, where)
    if not _leads_somewhere(main):  # check_structure says what does not
        check_structure(Graph(name, tuple(main.tensors), tuple(main.operators), inputs, outputs, notes), where)
    main = inlined(main, other)
    check_control_flow(main.operators, where)
    operators, tensors = with_states(main, lambda number: other(number)[0])
    graph = Graph(name, tuple(tensors), tuple(operators), inputs, outputs, notes)
    check_structure(graph, where)
    return graph, _read_signatures(raw_tensors, where)


def _read_subgraph(
    model: Any, number: int, buffers: list[Any], data: bytes, where: str
) -> tuple[Section, list[Any], tuple[int, ...], tuple[int, ...]]:
    """Operators and tensors of a subgraph, its raw tensors, its inputs and outputs."""
    if number:
        where = f"{where}: subgraph {number}"
    with reading(where, "the subgraph"):
        if number >= model.SubgraphsLength():
            raise ValueError(f"no subgraph {number}")
        subgraph = model.Subgraphs(number)
        raw_operators = tables(subgraph, "Operators")
        raw_tensors = tables(subgraph, "Tensors")
        inputs = tuple(int(t) for t in numbers(subgraph, "Inputs"))
        outputs = tuple(int(t) for t in numbers(subgraph, "Outputs"))
    if len(raw_operators) > MOST_OPERATORS:
        raise IngotError(f"{len(raw_operators)} operators are more than any model has.", where=where, remedy=DAMAGED)

    operators = _read_operators(model, raw_operators, raw_tensors, where)
    used = {t for op in operators for t in data_tensors(op)} | {*inputs, *outputs}
    produced = {t for op in operators for t in op.outputs} | {*inputs}
    tensors = _read_tensors(raw_tensors, buffers, used, produced, data, where)
    operators = tuple(_with_bits(op, raw_tensors) for op in operators)
    return Section(operators, tensors, where), raw_tensors, inputs, outputs


def _with_bits(op: Operator, raw_tensors: list[Any]) -> Operator:
    """The operator, told of weights that have four bits in the file."""
    weights = op.inputs[1] if op.kind in _WITH_WEIGHTS and len(op.inputs) > 1 else None
    if weights is None or not 0 <= weights < len(raw_tensors):
        return op
    if raw_tensors[weights].Type() != tflite.TensorType.INT4:
        return op
    return replace(op, attrs={**op.attrs, WEIGHTS_BITS: 4})


def _leads_somewhere(section: Section) -> bool:
    """Whether every tensor that an operator names exists."""
    count = len(section.tensors)
    return all(0 <= t < count for op in section.operators for t in (*op.inputs, *op.outputs) if t is not None)


def _read_operators(model: Any, raws: list[Any], raw_tensors: list[Any], where: str) -> tuple[Operator, ...]:
    with reading(where, "the operator codes"):
        codes = [(builtin_number(code), builtin_kind(code), code) for code in tables(model, "OperatorCodes")]
    operators = []
    custom: list[tuple[int, str]] = []
    custom_inputs: list[int] = []
    for index, raw in enumerate(raws):
        with reading(where, f"operator {index}"):
            number, kind, code = codes[raw.OpcodeIndex()]
            if kind is None:
                raise IngotError(
                    f"operator {index} has the unknown builtin code {number}.", where=where, remedy=DAMAGED
                )
            if kind == "CUSTOM":
                custom.append((index, text(code, "CustomCode")))
                custom_inputs += [int(t) for t in numbers(raw, "Inputs")]
                continue
        with reading(where, f"operator {index} ({kind})"):
            # LiteRT writes -1 for an absent optional input.
            inputs = tuple(None if t == -1 else int(t) for t in numbers(raw, "Inputs"))
            outputs = tuple(int(t) for t in numbers(raw, "Outputs"))
            attrs = read_options(kind, raw)
            _check_numbers(attrs, f"{where}: operator {index} ({kind})")
            intermediates = [int(t) for t in numbers(raw, "Intermediates")]
            if intermediates:
                attrs |= _intermediates(raw_tensors, intermediates, f"{where}: operator {index} ({kind})")
        operators.append(Operator(kind, inputs, outputs, attrs, index, (index,)))
    if custom:
        known = [_COMPILED_ELSEWHERE[name] for _, name in custom if name in _COMPILED_ELSEWHERE]
        raise IngotError(
            "custom operators are not supported: " + "; ".join(f"operator {i}: {name!r}" for i, name in custom) + ".",
            where=where,
            remedy=known[0] if known else _end_before(custom_inputs, operators, raw_tensors),
        )
    return tuple(operators)


def _end_before(ids: list[int], operators: list[Operator], raw_tensors: list[Any]) -> str:
    """The remedy for custom operators with these inputs."""
    made = {t for op in operators for t in op.outputs}
    ends = [text(raw_tensors[t], "Name") for t in dict.fromkeys(ids) if t in made]
    if not ends:
        return "Export the model with builtin operators only; pre-processing belongs into the application."
    return (
        f"Let the network end before them, with outputs={','.join(ends)}; the application does the rest. Or export the "
        "model without them."
    )


def _check_numbers(attrs: dict[str, Any], place: str) -> None:
    """Raises IngotError at an option that is NaN or infinite."""
    for name, value in attrs.items():
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, float) and not math.isfinite(number):
                raise IngotError(f"its option {name} is {number}.", where=place, remedy=DAMAGED)


def _intermediates(raw_tensors: list[Any], ids: list[int], place: str) -> dict[str, Any]:
    """The quantization of an LSTM's intermediate results; 1.0 and 0 where the file gives none."""
    scales, zero_points = [], []
    for i in ids:
        quant = raw_tensors[i].Quantization() if 0 <= i < len(raw_tensors) else None
        scale = numbers(quant, "Scale").tolist() if quant is not None else []
        zero_point = numbers(quant, "ZeroPoint").tolist() if quant is not None else []
        if len(scale) > 1:
            raise IngotError(
                f"its intermediate tensor {i} has {len(scale)} scales, not one.", where=place, remedy=DAMAGED
            )
        scales.append(float(scale[0]) if scale else 1.0)
        zero_points.append(int(zero_point[0]) if zero_point else 0)
        if not (math.isfinite(scales[-1]) and scales[-1] > 0 and abs(zero_points[-1]) < 1 << 15):
            raise IngotError(
                f"its intermediate tensor {i} has the scale {scales[-1]:g} and the zero point {zero_points[-1]}.",
                where=place,
                remedy=DAMAGED,
            )
    return {"intermediate_scales": tuple(scales), "intermediate_zero_points": tuple(zero_points)}


def _read_tensors(
    raws: list[Any], buffers: list[Any], used: set[int], produced: set[int], data: bytes, where: str
) -> tuple[Tensor, ...]:
    tensors = []
    foreign = []
    for index, raw in enumerate(raws):
        with reading(where, f"tensor {index}"):
            name = text(raw, "Name") or f"tensor_{index}"
            number = raw.Type()
            shape = tuple(int(n) for n in numbers(raw, "Shape"))
            buffer = buffers[raw.Buffer()]
            sparse = raw.Sparsity() is not None
            is_variable = bool(raw.IsVariable())
        place = f"{where}: tensor {index} ('{name}')"
        with reading(place, "the data"):
            stored = buffer.DataLength() > 0 or buffer.Offset() > 1
        if number not in DTYPES and not (number in CONSTANTS_ONLY and stored):
            if index in used:
                kind = TYPE_NAMES.get(number, f"type {number}")
                foreign.append((f"tensor {index} ('{name}') is {kind}", kind))
            tensors.append(Tensor(name, (0,), DType.INT8))
            continue
        if sparse:
            raise IngotError(
                "sparse weights are not supported.", where=place, remedy="Export the model without sparsity encoding."
            )
        dtype = DTYPES[number] if number in DTYPES else CONSTANTS_ONLY[number]
        if any(n < 0 for n in shape):
            raise IngotError(
                f"the shape {list(shape)} has a negative extent.", where=place, remedy="Export with fixed shapes."
            )
        check_size(shape, Tensor(name, shape, dtype), place)
        with reading(place, "the quantization"):
            quant = _read_quantization(raw, shape, place)
        with reading(place, "the data"):
            values = read_data(buffer, shape, number, index in produced, data, place)
        tensors.append(Tensor(name, shape, dtype, quant, values, is_variable))
    if foreign:
        raise IngotError(
            "unsupported tensor types: " + "; ".join(text for text, _ in foreign) + ".",
            where=where,
            remedy=next((_REMEDIES[kind] for _, kind in foreign if kind in _REMEDIES), _OTHER_TYPES),
        )
    return tuple(tensors)


def _read_signatures(raws: list[Any], where: str) -> dict[int, tuple[int, ...]]:
    """The shape_signature of each tensor where it has a free extent (-1)."""
    signatures = {}
    for index, raw in enumerate(raws):
        with reading(where, f"tensor {index}"):
            signature = tuple(int(n) for n in numbers(raw, "ShapeSignature"))
        if any(n < 0 for n in signature):
            signatures[index] = signature
    return signatures


def _read_quantization(raw: Any, shape: tuple[int, ...], place: str) -> Quantization | None:
    table = raw.Quantization()
    if table is None:
        return None
    scale = numbers(table, "Scale").astype(np.float32)
    if table.DetailsType() == _BLOCKWISE:
        raise IngotError(
            "its numbers are quantized in blocks, which is not supported.",
            where=place,
            remedy="Quantize the weights with one scale a channel.",
        )
    if scale.size == 0:
        return None
    zero_point = numbers(table, "ZeroPoint").astype(np.int64)
    axis = int(table.QuantizedDimension())
    if zero_point.size == 0:
        zero_point = np.zeros(scale.size, np.int64)
    elif zero_point.size == 1 and scale.size > 1:
        zero_point = np.repeat(zero_point, scale.size)
    if zero_point.size != scale.size:
        raise IngotError(f"{scale.size} scales but {zero_point.size} zero points.", where=place, remedy=DAMAGED)
    if not np.isfinite(scale).all() or (scale < 0).any():
        raise IngotError("a scale is negative or not a number.", where=place, remedy=DAMAGED)
    if scale.size == 1 or len(shape) == 1:
        # A vector has one axis, whatever the file says: older quantizers copied the axis of the weights to the bias.
        axis = 0
    if scale.size > 1 and (not 0 <= axis < len(shape) or shape[axis] != scale.size):
        raise IngotError(
            f"{scale.size} scales along axis {axis} do not fit the shape {list(shape)}.", where=place, remedy=DAMAGED
        )
    return Quantization(frozen(scale), frozen(zero_point), axis)
