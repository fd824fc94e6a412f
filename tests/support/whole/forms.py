# SPDX-License-Identifier: Apache-2.0
"""The same model as other writers would have written it, and what broken writers and damage make of one.

HARMLESS forms mean the same; UNUSUAL ones may mean something else, or nothing. Each changes the builder's lists, and
raises Impossible where the model has nothing of that kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ai_edge_litert.schema_py_generated as schema
import numpy as np

from support.tflite_builder import TENSOR_TYPES
from support.whole.maker import Impossible, Maker

Form = Callable[[Maker], None]


def _computed(m: Maker) -> list[Any]:
    """The tensors that operators write."""
    return [m.builder._tensors[t] for op in m.builder._operators for t in op.outputs]


def _quantized(m: Maker) -> Any:
    """The quantization of any tensor that has one."""
    found = [t.quantization for t in m.builder._tensors if t.quantization is not None and t.quantization.scale]
    return _one(m, found)


def _one(m: Maker, found: list[Any]) -> Any:
    if not found:
        raise Impossible
    return m.draw.choice(found)


def _any_operator(m: Maker) -> Any:
    return _one(m, m.builder._operators)


def _any_reader(m: Maker) -> Any:
    """An operator that has inputs."""
    return _one(m, [op for op in m.builder._operators if len(op.inputs)])


def placeholder_shapes(m: Maker) -> None:
    """Converters write 1 for what they do not know."""
    for tensor in _computed(m):
        if m.draw.integer(0, 1):
            tensor.shape = [1] * len(tensor.shape)


def no_shapes(m: Maker) -> None:
    tensor = _one(m, _computed(m))
    tensor.shape, tensor.hasRank = [], False


def free_batch(m: Maker) -> None:
    """An input whose first extent is free."""
    tensor = m.builder._tensors[_one(m, m.builder._inputs)]
    if not tensor.shape or tensor.shape[0] != 1:
        raise Impossible
    tensor.shapeSignature = [-1, *tensor.shape[1:]]


def free_extents(m: Maker) -> None:
    """An input of free extents, which converters write as 1; the true shape is given to both sides."""
    tensor = m.builder._tensors[_one(m, m.builder._inputs)]
    if not tensor.shape or tensor.shapeSignature is not None:
        raise Impossible
    free = [m.draw.choice([False, True]) for _ in tensor.shape]
    m.input_shape = f"{tensor.name.decode()}:{'x'.join(map(str, tensor.shape))}" if any(free) else ""
    tensor.shapeSignature = [-1 if f else n for f, n in zip(free, tensor.shape, strict=True)]
    tensor.shape = [1 if f else n for f, n in zip(free, tensor.shape, strict=True)]


def unused_tensors(m: Maker) -> None:
    d = m.draw
    for _ in range(d.integer(1, 3)):
        dtype = d.choice(["int8", "float32", "string", "float16", "int64", "resource"])
        m.builder.tensor(m.shape((0, 1, 4)), dtype, *((0.1, 0) if dtype == "int8" else ()))


def unused_input(m: Maker) -> None:
    m.builder.input(m.shape((1, 2, 4)), m.draw.choice(["int8", "float32", "int32"]), 0.1)


def limits_only(m: Maker) -> None:
    """min and max beside, or in place of, a scale, as quantizers leave them."""
    quant = _quantized(m)
    quant.min, quant.max = [-1.0], [1.0]


def empty_quantization(m: Maker) -> None:
    """A table without fields, on tensors that have none."""
    for tensor in m.builder._tensors:
        if tensor.quantization is None and m.draw.integer(0, 1):
            tensor.quantization = schema.QuantizationParametersT()


def axis_of_one(m: Maker) -> None:
    """One scale, with an axis that means nothing."""
    quant = _quantized(m)
    if len(quant.scale) != 1:
        raise Impossible
    quant.quantizedDimension = m.draw.integer(0, 3)


def versions(m: Maker) -> None:
    for code in m.builder._codes:
        if m.draw.integer(0, 2) == 0:
            code.version = m.draw.integer(1, 5)


def same_name(m: Maker) -> None:
    for tensor in _computed(m):
        if m.draw.integer(0, 1):
            tensor.name = b"same"


def no_quantization(m: Maker) -> None:
    quant = _quantized(m)
    next(t for t in m.builder._tensors if t.quantization is quant).quantization = None


def no_zero_point(m: Maker) -> None:
    _quantized(m).zeroPoint = None


def far_zero_point(m: Maker) -> None:
    quant = _quantized(m)
    quant.zeroPoint = [m.draw.choice([-129, 128, 256, 1000, -(2**31), 2**40])] * len(quant.scale or ())


def int16_zero_point(m: Maker) -> None:
    found = [
        t.quantization
        for t in m.builder._tensors
        if t.quantization and t.quantization.scale and t.type == TENSOR_TYPES["int16"]
    ]
    quant = _one(m, found)
    quant.zeroPoint = [m.draw.choice([1, -3, 100, -32768])] * len(quant.scale)


def bad_scale(m: Maker) -> None:
    quant = _quantized(m)
    value = m.draw.choice([0.0, float("nan"), float("inf"), -0.1, 1e-38, 1e30, 1e-12])
    quant.scale = [value if m.draw.integer(0, 1) or i == 0 else s for i, s in enumerate(quant.scale)]


def scales_a_channel(m: Maker) -> None:
    """A scale per channel where one is usual: activations, constants of any operator."""
    tensor = _one(m, [t for t in m.builder._tensors if t.quantization is not None and t.quantization.scale and t.shape])
    axis = m.draw.integer(0, len(tensor.shape) - 1)
    count = tensor.shape[axis] if not m.rarely(4) else tensor.shape[axis] + 1
    scale = tensor.quantization.scale[0]
    tensor.quantization.scale = [float(np.float32(scale * (1 + 0.1 * i))) for i in range(count)]
    tensor.quantization.zeroPoint = [int((tensor.quantization.zeroPoint or [0])[0])] * count
    tensor.quantization.quantizedDimension = axis


def other_axis(m: Maker) -> None:
    _quantized(m).quantizedDimension = m.draw.integer(-1, 5)


def other_type(m: Maker) -> None:
    tensor = _one(m, m.builder._tensors)
    tensor.type = TENSOR_TYPES[
        m.draw.choice(["int8", "uint8", "int16", "int32", "int64", "float32", "bool", "float16", "int4", "string"])
    ]


def other_shape(m: Maker) -> None:
    tensor = _one(m, [t for t in m.builder._tensors if t.shape])
    shape = list(tensor.shape)
    shape[m.draw.integer(0, len(shape) - 1)] = m.draw.choice([0, 1, 2, 7, -1])
    tensor.shape = shape


def no_options(m: Maker) -> None:
    op = _any_operator(m)
    op.builtinOptions, op.builtinOptionsType = None, 0


def other_option(m: Maker) -> None:
    op = _one(m, [op for op in m.builder._operators if op.builtinOptions is not None and vars(op.builtinOptions)])
    name = m.draw.choice(sorted(vars(op.builtinOptions)))
    old = getattr(op.builtinOptions, name)
    if isinstance(old, bool) or old is None or isinstance(old, (list, str, bytes)):
        value: Any = not old if isinstance(old, bool) else None
    elif isinstance(old, float):
        value = m.draw.choice([0.0, -1.0, 1e30, float("nan")])
    else:
        value = m.draw.choice([0, 1, 2, 3, 5, 100])
    setattr(op.builtinOptions, name, value)


def absent_input(m: Maker) -> None:
    op = _any_reader(m)
    op.inputs[m.draw.integer(0, len(op.inputs) - 1)] = -1


def fewer_inputs(m: Maker) -> None:
    _any_reader(m).inputs.pop()


def other_input(m: Maker) -> None:
    op = _any_reader(m)
    op.inputs[m.draw.integer(0, len(op.inputs) - 1)] = m.draw.integer(0, len(m.builder._tensors) - 1)


def other_argument(m: Maker) -> None:
    """Another number in a constant int32 argument: axes, sizes, paddings, indexes."""
    tensors = [t for t in m.builder._tensors if t.type == TENSOR_TYPES["int32"] and t.buffer and t.quantization is None]
    buffer = m.builder._buffers[_one(m, tensors).buffer]
    values = np.array(buffer.data).view(np.int32)
    if not values.size:
        raise Impossible
    values[m.draw.integer(0, values.size - 1)] = m.draw.choice([-2, -1, 0, 1, 2, 3, 9, -100, 2**31 - 1, -(2**31)])
    buffer.data = values.view(np.uint8)


def other_length(m: Maker) -> None:
    buffer = _one(m, [b for b in m.builder._buffers if b.data is not None and len(b.data)])
    buffer.data = m.draw.choice([buffer.data[:-1], np.append(buffer.data, np.zeros(4, np.uint8)), buffer.data[:0]])


def computed_argument(m: Maker) -> None:
    """An argument that is an input of the model instead of a constant."""
    tensors = [t for t, tensor in enumerate(m.builder._tensors) if tensor.buffer]
    t = _one(m, tensors)
    m.builder._tensors[t].buffer = 0
    m.builder._inputs.append(t)


def variable(m: Maker) -> None:
    _one(m, m.builder._tensors).isVariable = True


def _named(*forms: Form) -> dict[str, Form]:
    return {form.__name__: form for form in forms}


HARMLESS = _named(
    placeholder_shapes, free_batch, unused_tensors, unused_input, limits_only, empty_quantization, axis_of_one,
    same_name, versions, free_extents, no_shapes,
)  # fmt: skip
UNUSUAL = _named(
    no_quantization, no_zero_point, far_zero_point, int16_zero_point, bad_scale, scales_a_channel, other_axis,
    other_type, other_shape, no_options, other_option, absent_input, fewer_inputs, other_input, other_argument,
    other_length, computed_argument, variable,
)  # fmt: skip
