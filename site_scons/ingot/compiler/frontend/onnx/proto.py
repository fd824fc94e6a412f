# SPDX-License-Identifier: Apache-2.0
"""The bytes of an .onnx file as nodes and constants. What the file says is checked before anybody uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError

OLDEST, NEWEST = 11, 23
"""Opsets of the default domain whose operators are known here."""

DAMAGED = "Download or export the file again."


@dataclass(frozen=True)
class Node:
    """inputs, outputs: names; "" where an optional one is absent. attrs: as Python values, arrays for tensors."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attrs: Mapping[str, Any]
    index: int
    domain: str = ""

    def place(self, where: str) -> str:
        """How a message names this node."""
        label = self.name or (self.outputs[0] if self.outputs else "")
        return f"{where}: node {self.index} ({self.kind} '{label}')"

    def has(self, position: int) -> bool:
        return position < len(self.inputs) and self.inputs[position] != ""


@dataclass(frozen=True)
class Port:
    """An input or output of the file. shape: None for an extent that the file leaves free."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class OnnxFile:
    """nodes: in an executable order. constants: by name. opset: of the default domain. small: constants of four
    bits, which are read as eight."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, npt.NDArray[Any]]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    opset: int
    small: frozenset[str] = frozenset()
    producer: str = ""
    proto: Any = field(default=None, repr=False, compare=False)


def import_onnx() -> Any:
    """The package. Raises IngotError when it is not installed."""
    try:
        import onnx
        import onnx.numpy_helper
    except ImportError as error:
        raise IngotError(
            f"an .onnx file is read with the package onnx, which cannot be imported ({error}).",
            remedy="Install it with `pip install onnx`.",
        ) from None
    return onnx


def open_onnx(data: bytes, where: str) -> OnnxFile:
    """The content of a file. where: how messages call it. Raises IngotError for what no model is."""
    onnx = import_onnx()
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except Exception:  # of a type that depends on the protobuf library
        raise IngotError("the ONNX model is cut off or damaged.", where=where, remedy=DAMAGED) from None
    if not model.graph.node or not model.graph.output:
        raise IngotError("the ONNX model has no operators or no outputs.", where=where, remedy=DAMAGED)
    opset = _opset(model, where)
    constants = {
        item.name: _array(onnx, item, f"{where}: initializer '{item.name}'") for item in model.graph.initializer
    }
    nodes = _nodes(onnx, model.graph.node, where)
    types = onnx.helper.tensor_dtype_to_np_dtype
    inputs = tuple(_port(types, item) for item in model.graph.input if item.name not in constants)
    outputs = tuple(_port(types, item) for item in model.graph.output)
    _check_order(nodes, {*constants, *(port.name for port in inputs)}, outputs, where)
    types_of_4_bits = (onnx.TensorProto.INT4, onnx.TensorProto.UINT4)
    small = frozenset(item.name for item in model.graph.initializer if item.data_type in types_of_4_bits)
    return OnnxFile(nodes, constants, inputs, outputs, opset, small, model.producer_name, model)


def _opset(model: Any, where: str) -> int:
    versions = [int(item.version) for item in model.opset_import if item.domain in ("", "ai.onnx")]
    if not versions:
        raise IngotError("the ONNX model does not say which opset it is of.", where=where, remedy=DAMAGED)
    if not OLDEST <= versions[0] <= NEWEST:
        raise IngotError(
            f"the ONNX model is of opset {versions[0]}; {OLDEST} to {NEWEST} are read.",
            where=where,
            remedy="Convert it with onnx.version_converter.convert_version(model, 17), or export it with that opset.",
        )
    return versions[0]


def _nodes(onnx: Any, protos: Sequence[Any], where: str) -> tuple[Node, ...]:
    nodes = []
    for index, proto in enumerate(protos):
        place = f"{where}: node {index} ({proto.op_type} '{proto.name}')"
        attrs = {}
        for item in proto.attribute:
            value = onnx.helper.get_attribute_value(item)
            if item.type == onnx.AttributeProto.TENSOR:
                value = _array(onnx, value, place)
            elif isinstance(value, bytes):
                value = value.decode("utf-8", "replace")
            elif item.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS):
                value = tuple(value)
            attrs[item.name] = value
        domain = "" if proto.domain == "ai.onnx" else proto.domain
        nodes.append(Node(proto.op_type, proto.name, tuple(proto.input), tuple(proto.output), attrs, index, domain))
    return tuple(nodes)


def _array(onnx: Any, proto: Any, place: str) -> npt.NDArray[Any]:
    if proto.data_location == onnx.TensorProto.EXTERNAL:
        names = sorted({entry.value for entry in proto.external_data if entry.key == "location"})
        raise IngotError(
            f"its numbers are in another file, '{', '.join(names)}'.",
            where=place,
            remedy="Put all into one file: onnx.save(onnx.load('model.onnx'), 'one.onnx').",
        )
    try:
        array = np.asarray(onnx.numpy_helper.to_array(proto))
    except (ValueError, TypeError, KeyError) as error:
        raise IngotError(f"its numbers do not fit its shape: {error}.", where=place, remedy=DAMAGED) from None
    if array.dtype.name in ("int4", "uint4"):
        array = array.astype(np.int8 if array.dtype.name == "int4" else np.uint8)
    elif array.dtype.name in ("float16", "bfloat16", "float64"):
        array = array.astype(np.float32)
    return array


def _port(types: Any, item: Any) -> Port:
    tensor = item.type.tensor_type
    shape = tuple(int(d.dim_value) if d.HasField("dim_value") and d.dim_value > 0 else None for d in tensor.shape.dim)
    return Port(item.name, np.dtype(types(tensor.elem_type)).name if tensor.elem_type else "", shape)


def _check_order(nodes: Sequence[Node], known: set[str], outputs: Sequence[Port], where: str) -> None:
    """Raises IngotError for a name that nothing has made before it is read, or that two nodes make."""
    for node in nodes:
        for name in node.inputs:
            if name and name not in known:
                raise IngotError(f"its input '{name}' is made nowhere before.", where=node.place(where), remedy=DAMAGED)
        for name in node.outputs:
            if name and name in known:
                raise IngotError(f"'{name}' is made twice.", where=node.place(where), remedy=DAMAGED)
            known.add(name)
    for port in outputs:
        if port.name not in known:
            raise IngotError(f"its output '{port.name}' is made nowhere.", where=where, remedy=DAMAGED)
