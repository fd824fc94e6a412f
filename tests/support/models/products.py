# SPDX-License-Identifier: Apache-2.0
"""Models of TRANSPOSE_CONV and BATCH_MATMUL."""

from __future__ import annotations

import ai_edge_litert.schema_py_generated as schema
import flatbuffers
import numpy as np

from support.models.draw import Draw
from support.tflite_builder import Builder, bias_type


def transpose_conv(d: Draw) -> bytes:
    """Random shapes, strides, paddings, scales and biases."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    stride = (d.integer(1, 3), d.integer(1, 3))
    kernel = (d.integer(1, 5), d.integer(1, 5))
    shape = (d.choice((1, 1, 2)), d.integer(1, 5), d.integer(1, 5), d.choice((1, 3, 16, 21)))
    out_c = d.integer(1, 6)
    padding = d.choice(("SAME", "VALID"))
    sizes = [
        n * s if padding == "SAME" else (n - 1) * s + k for n, s, k in zip(shape[1:3], stride, kernel, strict=True)
    ]
    b = Builder()
    x = b.input(shape, "int8", 0.02, d.choice((-128, 0, 7)))
    scales = random.uniform(0.002, 0.03, out_c).astype(np.float32)
    weights = b.constant(
        random.integers(-127, 128, (out_c, *kernel, shape[3])).astype(np.int8), scales.tolist(), axis=0
    )
    inputs = [b.constant(np.asarray([shape[0], *sizes, out_c], np.int32)), weights, x]
    if d.choice((True, False)):
        bias = random.integers(-9000, 9000, out_c).astype(np.int32)
        inputs.append(b.constant(bias, (np.float32(0.02) * scales).tolist()))
    y = b.tensor((shape[0], *sizes, out_c), "int8", d.choice((0.01, 0.2, 3.0)), d.choice((-128, 5)))
    b.operator("TRANSPOSE_CONV", inputs, [y], padding=padding, stride_h=stride[0], stride_w=stride[1])
    return b.finish([y])


def batch_matmul(d: Draw, dtype: str = "int8") -> bytes:
    """Of int8 or float32: random shapes, transpositions and broadcasts; sometimes a constant right side."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    rows, columns = d.integer(1, 5), d.choice((d.integer(1, 5), d.integer(1, 70)))
    depth = d.choice((d.integer(1, 20), d.integer(1, 70), 600))
    batch: tuple[int, ...] = d.choice(((), (2,), (2, 3)))
    adj_x, adj_y = d.choice((False, True)), d.choice((False, True))
    one = tuple(1 for _ in batch)
    left = (*d.choice((batch, one)), *((depth, rows) if adj_x else (rows, depth)))
    right = (*d.choice((batch, one)), *((columns, depth) if adj_y else (depth, columns)))
    full = np.broadcast_shapes(left[:-2], right[:-2])
    b = Builder()
    plain = dtype == "float32"
    x = b.input(left, dtype, *(None, 0) if plain else (0.02, d.choice((-128, 0, 7))))
    quant = (None, 0) if plain else (0.05, d.choice((0, 0, 11)))
    if d.choice((True, False, False)):
        values = random.normal(size=right) if plain else random.integers(-128, 128, right)
        y = b.constant(values.astype(dtype), *quant)
    else:
        y = b.input(right, dtype, *quant)
    z = b.tensor((*full, rows, columns), dtype, *(None, 0) if plain else (d.choice((0.004, 0.1)), d.choice((-128, 3))))
    b.operator("BATCH_MATMUL", [x, y], [z], adj_x=adj_x, adj_y=adj_y)
    return b.finish([z])


def transpose_conv16(d: Draw, dtype: str = "int64") -> bytes:
    """Of int16 with int8 weights, often without a bias."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    stride, kernel = (d.integer(1, 3), d.integer(1, 3)), (d.integer(1, 5), d.integer(1, 4))
    shape, out_c = (d.choice((1, 1, 2)), d.integer(1, 5), d.integer(1, 5), d.choice((1, 3, 16, 21))), d.integer(1, 6)
    padding = d.choice(("SAME", "VALID"))
    sizes = [
        n * s if padding == "SAME" else (n - 1) * s + k for n, s, k in zip(shape[1:3], stride, kernel, strict=True)
    ]
    b = Builder()
    x = b.input(shape, "int16", d.choice((0.0005, 0.01)))
    scales = random.uniform(0.002, 0.03, out_c).astype(np.float32).tolist()
    weights = b.constant(random.integers(-127, 128, (out_c, *kernel, shape[3])).astype(np.int8), scales, axis=0)
    inputs = [b.constant(np.asarray([shape[0], *sizes, out_c], np.int32)), weights, x]
    bias = random.integers(-(10**6), 10**6, out_c).astype(dtype) if d.choice((True, False)) else None
    if bias is not None:
        inputs.append(b.constant(bias))
    y = b.tensor((shape[0], *sizes, out_c), "int16", d.choice((0.0005, 0.01, 0.2)))
    told = bias_type(bias, "int16")
    b.operator("TRANSPOSE_CONV", inputs, [y], padding=padding, stride_h=stride[0], stride_w=stride[1], **told)
    return b.finish([y])


def batch_matmul16(d: Draw) -> bytes:
    """Of int16; constant right sides of int16 or int8."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    rows, columns, depth = d.integer(1, 5), d.integer(1, 9), d.choice((d.integer(1, 20), d.integer(1, 70)))
    batch: tuple[int, ...] = d.choice(((), (2,), (2, 3)))
    adj_x, adj_y = d.choice((False, True)), d.choice((False, True))
    b = Builder()
    x = b.input((*batch, *((depth, rows) if adj_x else (rows, depth))), "int16", 0.001)
    right = (*d.choice((batch, ())), *((columns, depth) if adj_y else (depth, columns)))
    form = d.choice(("computed", "computed", "int16", "int8"))
    if form == "computed":
        y = b.input(right, "int16", 0.002)
    else:
        y = b.constant(random.integers(-128, 128, right).astype(form), 0.002)
    z = b.tensor((*batch, rows, columns), "int16", d.choice((0.0004, 0.01, 0.5)))
    b.operator("BATCH_MATMUL", [x, y], [z], adj_x=adj_x, adj_y=adj_y)
    return b.finish([z])


def batch_matmul_per_column(d: Draw) -> bytes:
    """Of int8 with constant right matrices of one scale a column."""
    random = np.random.default_rng(d.integer(0, 2**32 - 1))
    rows, columns, depth = d.integer(1, 5), d.choice((d.integer(2, 9), d.integer(30, 70))), d.integer(1, 40)
    adj_x, adj_y = d.choice((False, True)), d.choice((False, True))
    batch: tuple[int, ...] = d.choice(((), (2,), (2, 3)))
    b = Builder()
    x = b.input((*batch, *((depth, rows) if adj_x else (rows, depth))), "int8", 0.02, d.choice((-128, 0, 7)))
    shape = (*d.choice((batch, ())), *((columns, depth) if adj_y else (depth, columns)))
    scales = random.uniform(0.001, 0.9, columns).astype(np.float32).tolist()
    values = random.integers(-127, 128, shape).astype(np.int8)
    y = b.constant(values, scales, axis=len(shape) - (2 if adj_y else 1))
    z = b.tensor((*batch, rows, columns), "int8", d.choice((0.004, 0.1, 2.0)), d.choice((-128, 3)))
    b.operator("BATCH_MATMUL", [x, y], [z], adj_x=adj_x, adj_y=adj_y)
    return b.finish([z])


def one_scale_of(model: bytes, column: int) -> bytes:
    """A model of batch_matmul_per_column() in which all columns have the scale of this one."""
    file = schema.ModelT.InitFromPackedBuf(model, 0)
    (subgraph,) = file.subgraphs
    quant = subgraph.tensors[subgraph.operators[0].inputs[1]].quantization
    quant.scale, quant.zeroPoint, quant.quantizedDimension = [float(quant.scale[column])], [0], 0
    packer = flatbuffers.Builder(4096)
    packer.Finish(file.Pack(packer), b"TFL3")
    return bytes(packer.Output())
