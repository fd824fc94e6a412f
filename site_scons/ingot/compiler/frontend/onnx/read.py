# SPDX-License-Identifier: Apache-2.0
"""Reads a QDQ ONNX file into the typed graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingot.base.errors import IngotError
from ingot.compiler.frontend.check import check_operators
from ingot.compiler.frontend.input_shape import with_input_shapes
from ingot.compiler.frontend.onnx import elementwise, layers, movement, pooling, quantizers, resize
from ingot.compiler.frontend.onnx.float_ends import ends_in_float
from ingot.compiler.frontend.onnx.folding import folded
from ingot.compiler.frontend.onnx.islands import LAYERS, fuse_islands
from ingot.compiler.frontend.onnx.proto import DAMAGED, Node, OnnxFile, Port, open_onnx
from ingot.compiler.frontend.onnx.qoperators import expanded
from ingot.compiler.frontend.onnx.reading import READERS, Reading
from ingot.compiler.frontend.onnx.values import Constant, Shape, Value, channels_last, same_order, transposed
from ingot.compiler.frontend.structure import check_structure
from ingot.compiler.graph import DType, Graph, Tensor
from ingot.compiler.graph.arithmetic import is_even
from ingot.model.asked import WHOLE

FAMILIES = (elementwise, layers, movement, pooling, quantizers, resize)
"""Modules whose import registers readers."""

_SEES_AN_IMAGE = ("Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Resize")
_BETWEEN = (
    "QuantizeLinear",
    "DequantizeLinear",
    "Identity",
    "Transpose",
    "Pad",
    "Relu",
    "Clip",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "PRelu",
    "BatchNormalization",
)


@dataclass(frozen=True)
class QdqModel:
    """A file and its graph.

    inputs: how the graph's inputs lie. places: tensor of the graph -> the file's name of the value, and how it lies.
    """

    file: OnnxFile
    graph: Graph
    inputs: tuple[Value, ...]
    places: Mapping[int, tuple[str, Value]]


def parse_onnx(data: bytes, name: str, where: str, input_shape: str = "", layout: str = WHOLE.io_layout) -> Graph:
    """The graph of an .onnx file's content; arguments as of read_qdq()."""
    return read_qdq(data, name, where, input_shape, layout=layout).graph


def read_qdq(
    data: bytes,
    name: str,
    where: str,
    input_shape: str = "",
    stored: Sequence[Shape] | None = None,
    layout: str = WHOLE.io_layout,
) -> QdqModel:
    """An .onnx file's content. where: how messages call the file. input_shape: see
    ingot.compiler.frontend.input_shape. stored: the shapes of the inputs as the graph has them, instead. layout: one of
    ingot.model.asked.Part.

    Raises IngotError with the file and the place in it.
    """
    file = open_onnx(data, where)
    file = replace(file, nodes=expanded(file.nodes, where))
    _check_kinds(file, where)
    consumers = _consumers(file)
    if stored is not None and len(stored) == len(file.inputs):
        shapes = {p.name: _as_file(p, shape, consumers, layout) for p, shape in zip(file.inputs, stored, strict=True)}
    else:
        shapes = _input_shapes(file, name, where, input_shape)
    graph, reading = _translated(file, shapes, consumers, name, where, layout)
    inputs = tuple(reading.builder.places[t][1] for t in graph.inputs)
    graph = _numbered(fuse_islands(graph, frozenset(reading.builder.small), ends_in_float(file)))
    _check_weights(graph, where)
    check_structure(graph, where)
    check_operators(graph, where)
    return QdqModel(file, graph, inputs, reading.builder.places)


def _as_file(port: Port, stored: Shape, consumers: Mapping[str, Sequence[Node]], layout: str) -> Shape:
    """A shape in the order of the file."""
    order = _input_order(port.name, len(stored), consumers, layout)
    return tuple(stored[order.index(axis)] for axis in range(len(stored)))


def _consumers(file: OnnxFile) -> Mapping[str, Sequence[Node]]:
    """The nodes that read each name."""
    consumers: dict[str, list[Node]] = {}
    for node in file.nodes:
        for read in dict.fromkeys(node.inputs):
            consumers.setdefault(read, []).append(node)
    return consumers


def _numbered(graph: Graph) -> Graph:
    """The graph whose operators are counted as they are: of one node there may be several, or none alone."""
    operators = [replace(op, index=i, origin=(i,)) for i, op in enumerate(graph.operators)]
    return replace(graph, operators=tuple(operators))


def _check_kinds(file: OnnxFile, where: str) -> None:
    """Raises one IngotError that lists all operators that nobody reads."""
    dynamic = [node for node in file.nodes if node.kind in _DYNAMIC]
    if dynamic:
        raise IngotError(
            "the ONNX model is quantized dynamically: its activations get their scales while it runs.",
            where=dynamic[0].place(where),
            remedy="Quantize it statically, with calibration data: onnxruntime.quantization.quantize_static().",
        )
    unknown: dict[str, list[int]] = {}
    for node in file.nodes:
        if node.domain not in ("", "com.microsoft") or node.kind not in (*READERS, "Constant", "Shape", *_FOLDED):
            unknown.setdefault(f"{node.domain}.{node.kind}".lstrip("."), []).append(node.index)
    if unknown:
        listed = [f"{kind} ({len(at)}, first at node {at[0]})" for kind, at in sorted(unknown.items())]
        raise IngotError(
            f"operators that are not read: {'; '.join(listed)}.", where=where, remedy="docs/onnx.md lists what is read."
        )
    if not any(node.kind in ("QuantizeLinear", "DequantizeLinear") for node in file.nodes):
        bare = [node for node in file.nodes if node.kind in _LAYERS and node.has(1) and _is_bytes(file, node.inputs[1])]
        if bare:
            raise IngotError(
                "the weights are int8 or uint8, and nothing says which real numbers they stand for.",
                where=bare[0].place(where),
                remedy="Export the model with QuantizeLinear and DequantizeLinear, or quantize the float one: "
                "docs/quantize.md.",
            )
        raise IngotError(
            "the ONNX model is not quantized.",
            where=where,
            remedy="Give its model.yaml a section `quantize` (docs/quantize.md), or `ingot quantize` it.",
        )


def _is_bytes(file: OnnxFile, name: str) -> bool:
    return name in file.constants and file.constants[name].dtype.name in ("int8", "uint8")


_LAYERS = ("Conv", "ConvTranspose", "Gemm", "MatMul")
_DYNAMIC = ("DynamicQuantizeLinear", "MatMulInteger", "ConvInteger")
_FOLDED = (
    "Gather",
    "Cast",
    "ConstantOfShape",
    "Range",
    "Expand",
    "Equal",
    "Where",
    "Floor",
    "Ceil",
    "ReduceProd",
    "Size",
)
"""Operators that are read where all they get is constant."""


def _check_weights(graph: Graph, where: str) -> None:
    """Raises IngotError for a file that quantizes activations and no weights."""
    layers = [op for op in graph.operators if op.kind in LAYERS]
    if layers and not any(is_even(op) for op in layers):
        raise IngotError(
            "not a layer has quantized weights between a quantized input and a quantized result.",
            where=f"{where}: {layers[0].place(graph)}",
            remedy="Give the QDQ model itself, not an intermediate file of a tool (ST's are called *_OE_*.onnx).",
        )


def _input_shapes(file: OnnxFile, name: str, where: str, input_shape: str) -> dict[str, Shape]:
    """The shapes of the inputs: a free batch is 1, others have to be given."""
    tensors = tuple(Tensor(p.name, tuple(n or 1 for n in p.shape), DType.FLOAT32) for p in file.inputs)
    free = {i: tuple(-1 if n is None else n for n in p.shape) for i, p in enumerate(file.inputs) if None in p.shape}
    ports = tuple(range(len(tensors)))
    graph = with_input_shapes(Graph(name, tensors, (), ports, ports), free, input_shape, where)
    return {tensor.name: tensor.shape for tensor in graph.tensors}


def _translated(
    file: OnnxFile,
    shapes: Mapping[str, Shape],
    consumers: Mapping[str, Sequence[Node]],
    name: str,
    where: str,
    layout: str,
) -> tuple[Graph, Reading]:
    """The graph of floats, with every QUANTIZE and DEQUANTIZE of the file."""
    reading = Reading(where, file.opset, consumers, frozenset(port.name for port in file.outputs))
    builder = reading.builder
    inputs = []
    for port in file.inputs:
        if port.dtype not in [d.value for d in DType]:
            raise IngotError(f"its input '{port.name}' is {port.dtype or 'no tensor'}.", where=where, remedy=DAMAGED)
        shape = shapes[port.name]
        order = _input_order(port.name, len(shape), consumers, layout)
        t = builder.tensor(port.name, tuple(shape[axis] for axis in order), DType(port.dtype))
        value = Value(t, shape, order)
        reading.values[port.name], builder.places[t] = value, (port.name, value)
        inputs.append(t)
    reading.values |= {key: Constant(array, small=key in file.small) for key, array in file.constants.items()}
    for node in file.nodes:
        _read(reading, node)
    builder.node, builder.kind = -1, ""
    outputs = [_output(reading, port.name, layout) for port in file.outputs]
    graph = Graph(name, tuple(builder.tensors), tuple(builder.operators), tuple(inputs), tuple(outputs))
    return graph, reading


def _read(reading: Reading, node: Node) -> None:
    reading.builder.node = node.index
    reading.builder.kind = node.kind
    reading.builder.name = node.outputs[0]
    try:
        results = folded(reading, node)
        if results is None:
            if node.kind not in READERS:
                raise reading.error(node, "it is only read where all its inputs are constant.")
            results = READERS[node.kind](reading, node)
    except (ValueError, IndexError, KeyError, TypeError, ZeroDivisionError, OverflowError) as error:
        raise reading.error(node, f"its inputs or options make no sense: {error}.", DAMAGED) from None
    for name, result in zip(node.outputs, results, strict=False):
        reading.values[name] = result
        if isinstance(result, Value):
            reading.builder.places.setdefault(result.tensor, (name, result))


def _input_order(name: str, rank: int, consumers: Mapping[str, Sequence[Node]], layout: str) -> Shape:
    """Channels last where an operator sees the input as an image; else, and for layout "file", as the file has it."""
    walker = Value(0, (1,) * rank, same_order(rank))
    while rank in (3, 4) and layout != "file":
        node = next((n for n in consumers.get(name, ()) if n.kind in (*_SEES_AN_IMAGE, *_BETWEEN)), None)
        if node is None or node.domain:
            break
        if node.kind in _SEES_AN_IMAGE:
            # walker.order says which axis of the operator's input each axis of the network's input is
            wanted = tuple(walker.order.index(axis) for axis in channels_last(rank))
            return wanted if wanted == channels_last(rank) else same_order(rank)
        if node.kind == "Transpose":
            axes: Any = node.attrs.get("perm", tuple(range(rank))[::-1])
            if sorted(axes) != list(range(rank)):
                break
            walker = transposed(walker, tuple(axes))
        name = node.outputs[0]
    return same_order(rank)


def _output(reading: Reading, name: str, layout: str) -> int:
    """The tensor of an output, under its name. Its axes are as the file has them; for layout "channels_last" an image
    stays as it is stored."""
    found = reading.values[name]
    builder = reading.builder
    builder.name = name
    if isinstance(found, Constant):
        return builder.real_constant(found, same_order(found.data.ndim), name)
    rank = len(found.shape)
    kept = layout == "channels_last" and rank > 2 and found.order == channels_last(rank)
    value = found if kept else builder.ordered(found, same_order(rank))
    if value.columns is not None:
        raise IngotError(f"the output '{name}' is a flattened image.", where=reading.where)
    if builder.tensors[value.tensor].name != name and value.tensor != found.tensor:
        tensor = builder.tensors[value.tensor]
        builder.tensors[value.tensor] = Tensor(name, tensor.shape, tensor.dtype, tensor.quant, tensor.data)
    return value.tensor
