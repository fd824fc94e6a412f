# SPDX-License-Identifier: Apache-2.0
"""One small, valid model for every builtin operator that Ingot's issues name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from support import tflite_builder as tfl
from support.tflite_builder import Builder

I8 = ("int8", 0.1, 3)
F32 = ("float32", None, 0)
IMAGE = (1, 4, 6, 8)


def i32(*values):
    return np.array(values, np.int32)


def weights(*shape):
    return (np.arange(int(np.prod(shape))) % 19 - 9).astype(np.int8).reshape(shape)


def _unary(kind, source=I8, target=I8, **options):
    return lambda: tfl.unary(kind, IMAGE, source, target, **options)


def _binary(kind, second=IMAGE, **options):
    return lambda: tfl.binary(kind, (IMAGE, second), (I8, I8), I8, **options)


def _shaped(kind, out, *constants, target=None, shape=IMAGE, **options):
    return lambda: tfl.shaped(kind, shape, out, constants, "int8", 0.1, 3, target, **options)


def _transpose_conv():
    b = Builder()
    x = b.input(IMAGE, *I8)
    w = b.constant(weights(4, 3, 3, 8), [0.02] * 4)
    y = b.tensor((1, 8, 12, 4), *I8)
    b.operator("TRANSPOSE_CONV", [b.constant(i32(1, 8, 12, 4)), w, x], [y], padding="SAME", stride_h=2, stride_w=2)
    return b.finish([y])


def _batch_matmul():
    b = Builder()
    x, y = b.input((2, 3, 4), *I8), b.input((2, 5, 4), *I8)
    z = b.tensor((2, 3, 5), *I8)
    b.operator("BATCH_MATMUL", [x, y], [z], adj_y=True)
    return b.finish([z])


def _prelu():
    b = Builder()
    x = b.input(IMAGE, *I8)
    y = b.tensor(IMAGE, *I8)
    b.operator("PRELU", [x, b.constant(weights(1, 1, 8), 0.02, 0)], [y])
    return b.finish([y])


def _many(kind, out, count, **options):
    def build():
        b = Builder()
        y = b.tensor(out, *I8)
        b.operator(kind, [b.input(IMAGE, *I8) for _ in range(count)], [y], **options)
        return b.finish([y])

    return build


def _split():
    b = Builder()
    x = b.input(IMAGE, *I8)
    ys = [b.tensor((1, 4, 6, 4), *I8) for _ in range(2)]
    b.operator("SPLIT", [b.constant(np.array(-1, np.int32)), x], ys, num_splits=2)
    return b.finish(ys)


def _split_v():
    b = Builder()
    x = b.input(IMAGE, *I8)
    ys = [b.tensor((1, 4, 6, n), *I8) for n in (5, 3)]
    b.operator("SPLIT_V", [x, b.constant(i32(5, -1)), b.constant(i32(3))], ys, num_splits=2)
    return b.finish(ys)


def _unpack():
    b = Builder()
    x = b.input(IMAGE, *I8)
    ys = [b.tensor((1, 6, 8), *I8) for _ in range(4)]
    b.operator("UNPACK", [x], ys, num=4, axis=1)
    return b.finish(ys)


def _svdf():
    b = Builder()
    x = b.input((1, 8), "int8", 0.1, 0)
    features = b.constant(weights(4, 8), 0.02)
    time = b.constant(np.arange(20, dtype=np.int16).reshape(4, 5), 0.01)
    bias = b.constant(i32(1, 2), 0.0002)
    state = b.tensor((1, 20), "int16", 0.02, 0, is_variable=True)
    y = b.tensor((1, 2), "int8", 0.1, 0)
    b.operator("SVDF", [x, features, time, bias, state], [y], rank=2, fused_activation_function="RELU")
    return b.finish([y])


def _lstm():
    b = Builder()
    x = b.input((1, 3, 4), "int8", 0.1, 0)
    gates = [b.constant(weights(5, 4), 0.01) for _ in range(4)]
    recurrent = [b.constant(weights(5, 5), 0.01) for _ in range(4)]
    biases = [b.constant(np.arange(5, dtype=np.int32), 0.001) for _ in range(4)]
    output_state = b.tensor((1, 5), "int8", 0.01, 0, is_variable=True)
    cell_state = b.tensor((1, 5), "int16", 2.0**-11, 0, is_variable=True)
    intermediates = [b.tensor((0,), "int16", 0.001, 0) for _ in range(4)] + [b.tensor((0,), "int8", 0.01, 2)]
    y = b.tensor((1, 3, 5), "int8", 0.01, 0)
    peepholes, projection, normalization = [None] * 3, [None] * 2, [None] * 4
    b.operator(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        [x, *gates, *recurrent, *peepholes, *biases, *projection, output_state, cell_state, *normalization],
        [y],
        fused_activation_function="TANH",
        cell_clip=0.0,
        proj_clip=0.0,
        intermediates=intermediates,
    )
    return b.finish([y])


EXAMPLES: dict[str, Callable[[], bytes]] = {
    "CONV_2D": lambda: tfl.conv2d(IMAGE, weights(4, 3, 3, 8), [0.01] * 4, i32(1, 2, 3, 4), (2, 1), padding="SAME"),
    "CONV_2D groups": lambda: tfl.conv2d(IMAGE, weights(4, 3, 3, 4), [0.01] * 4, i32(1, 2, 3, 4), dilation=(1, 2)),
    "DEPTHWISE_CONV_2D": lambda: tfl.depthwise(IMAGE, weights(1, 3, 3, 16), [0.01] * 16, activation="RELU6"),
    "TRANSPOSE_CONV": _transpose_conv,
    "FULLY_CONNECTED": lambda: tfl.fully_connected((2, 3, 8), weights(5, 8), 0.01, keep_num_dims=True),
    "BATCH_MATMUL": _batch_matmul,
    **{kind: _binary(kind) for kind in ("ADD", "SUB", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE")},
    "MUL": _binary("MUL", (1, 1, 1, 8), fused_activation_function="RELU"),
    **{kind: _unary(kind) for kind in ("ABS", "NEG", "RSQRT", "EXP", "LOG")},
    "SQRT": _unary("SQRT", ("int8", 0.1, -128)),
    "SQUARE": _unary("SQUARE", F32, F32),
    **{kind: _unary(kind) for kind in ("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "HARD_SWISH")},
    "LEAKY_RELU": _unary("LEAKY_RELU", alpha=0.25),
    "PRELU": _prelu,
    "GELU": _unary("GELU", approximate=True),
    "LOGISTIC": _unary("LOGISTIC", target=("int8", 1 / 256, -128)),
    "TANH": _unary("TANH", target=("int8", 1 / 128, 0)),
    "SOFTMAX": _unary("SOFTMAX", target=("int8", 1 / 256, -128), beta=0.5),
    "LOG_SOFTMAX": _unary("LOG_SOFTMAX", target=("int8", 16 / 256, 127)),
    "L2_NORMALIZATION": _unary("L2_NORMALIZATION", target=("int8", 1 / 128, 0)),
    **{
        kind: (lambda k: lambda: tfl.pool(k, IMAGE, (3, 2), (2, 2), "SAME", "RELU"))(kind)
        for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D")
    },
    **{kind: _shaped(kind, (1, 8), i32(1, -2)) for kind in ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN")},
    "MEAN keep": _shaped("MEAN", (1, 1, 1, 8), i32(1, 2), keep_dims=True),
    "ARG_MAX": _shaped("ARG_MAX", (1, 4, 6), np.array(-1, np.int32), target=("int32", None, 0), output_type="int32"),
    "ARG_MIN": _shaped("ARG_MIN", (1, 4, 6), np.array(3, np.int32), target=("int64", None, 0), output_type="int64"),
    "PAD": _shaped("PAD", (1, 6, 7, 8), i32([0, 0], [1, 1], [0, 1], [0, 0])),
    "PADV2": lambda: _padv2(),
    "MIRROR_PAD": _shaped("MIRROR_PAD", (1, 6, 7, 8), i32([0, 0], [1, 1], [0, 1], [0, 0]), mode="SYMMETRIC"),
    "CONCATENATION": _many("CONCATENATION", (1, 4, 6, 16), 2, axis=-1),
    "PACK": _many("PACK", (1, 4, 6, 8, 3), 3, axis=-1, values_count=3),
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "UNPACK": _unpack,
    "SLICE": _shaped("SLICE", (1, 2, 6, 3), i32(0, 1, 0, 5), i32(1, 2, -1, 3)),
    "STRIDED_SLICE": _shaped(
        "STRIDED_SLICE", (2, 6, 3), i32(0, -1, 0, 2), i32(1, -9, 6, 8), i32(1, -2, 1, 2), shrink_axis_mask=1
    ),
    "GATHER": _shaped("GATHER", (1, 4, 2, 8), i32(5, 0), axis=2),
    "TILE": _shaped("TILE", (1, 8, 6, 8), i32(1, 2, 1, 1)),
    "TRANSPOSE": _shaped("TRANSPOSE", (1, 8, 4, 6), i32(0, 3, 1, 2)),
    "RESHAPE": _shaped("RESHAPE", (4, 48), i32(4, -1), new_shape=[4, -1]),
    "SQUEEZE": _shaped("SQUEEZE", (4, 6, 8), squeeze_dims=[0]),
    "EXPAND_DIMS": _shaped("EXPAND_DIMS", (1, 4, 1, 6, 8), np.array(2, np.int32)),
    "SPACE_TO_DEPTH": _shaped("SPACE_TO_DEPTH", (1, 2, 3, 32), block_size=2),
    "DEPTH_TO_SPACE": _shaped("DEPTH_TO_SPACE", (1, 8, 12, 2), block_size=2),
    "SPACE_TO_BATCH_ND": _shaped("SPACE_TO_BATCH_ND", (4, 3, 3, 8), i32(2, 2), i32([1, 1], [0, 0])),
    "BATCH_TO_SPACE_ND": _shaped(
        "BATCH_TO_SPACE_ND", (1, 7, 12, 8), i32(2, 2), i32([0, 1], [0, 0]), shape=(4, 4, 6, 8)
    ),
    "RESIZE_BILINEAR": _shaped("RESIZE_BILINEAR", (1, 8, 9, 8), i32(8, 9), half_pixel_centers=True),
    "RESIZE_NEAREST_NEIGHBOR": _shaped("RESIZE_NEAREST_NEIGHBOR", (1, 8, 9, 8), i32(8, 9), align_corners=True),
    "QUANTIZE": _unary("QUANTIZE", F32),
    "DEQUANTIZE": _unary("DEQUANTIZE", target=F32),
    "CAST": _unary("CAST", F32, ("int32", None, 0), in_data_type="float32", out_data_type="int32"),
    "SVDF": _svdf,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
}


def _padv2():
    b = Builder()
    x = b.input(IMAGE, *I8)
    y = b.tensor((1, 6, 7, 8), *I8)
    b.operator("PADV2", [x, b.constant(i32([0, 0], [1, 1], [0, 1], [0, 0])), b.constant(np.int8([5]), 0.1, 3)], [y])
    return b.finish([y])
