# SPDX-License-Identifier: Apache-2.0
"""Every operator's models by name, for tests that go through all kernels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from support.models import (
    dynamic,
    elementwise,
    float32,
    folded,
    indexed,
    int16,
    movement,
    nonlinear,
    pairs,
    products,
    recurrent,
    reduction,
    uint8,
    variables,
)
from support.models.dense import conv2d, fully_connected, fully_connected_f32, nibbles
from support.models.depthwise import WINDOWS, depthwise
from support.models.draw import Draw
from support.models.pooling import pool

Model = Callable[[Draw], bytes]

MODELS: dict[str, Model] = {
    **{
        f"{kind} {dtype}": partial(elementwise.binary, kind=kind, dtype=dtype)
        for kind in ("ADD", "SUB", "MUL")
        for dtype in ("int8", "int16", "float32", "int32")
    },
    **{
        f"SQUARED_DIFFERENCE {dtype}": partial(elementwise.binary, kind="SQUARED_DIFFERENCE", dtype=dtype)
        for dtype in ("int8", "float32")
    },
    "ADD powers of two": partial(elementwise.power_of_two_sum, kind="ADD"),
    "SUB powers of two": partial(elementwise.power_of_two_sum, kind="SUB"),
    **{
        f"{kind} {dtype}": partial(elementwise.extreme, kind=kind, dtype=dtype)
        for kind in ("MAXIMUM", "MINIMUM")
        for dtype in ("int8", "int16", "float32")
    },
    **{f"PRELU {dtype}": partial(elementwise.prelu, dtype=dtype) for dtype in ("int8", "float32")},
    **{f"SOFTMAX {dtype}": partial(nonlinear.softmax, dtype=dtype) for dtype in ("int8", "uint8", "int16", "float32")},
    **{f"RESIZE_BILINEAR {dtype}": partial(nonlinear.resize_bilinear, dtype=dtype) for dtype in ("int8", "float32")},
    "QUANTIZE": nonlinear.quantize,
    "DEQUANTIZE": nonlinear.dequantize,
    "TRANSPOSE": movement.transpose,
    "SLICE": movement.slice_,
    "STRIDED_SLICE": movement.strided_slice,
    "SPLIT": movement.split,
    "SPLIT_V": movement.split_v,
    "UNPACK": movement.unpack,
    "TILE": movement.tile,
    "BROADCAST_TO": movement.broadcast_to,
    "SPACE_TO_DEPTH": movement.space_to_depth,
    "DEPTH_TO_SPACE": movement.depth_to_space,
    "CONCATENATION": movement.concatenation,
    "PACK": movement.pack,
    "PAD": movement.pad,
    "MIRROR_PAD": movement.mirror_pad,
    "SPACE_TO_BATCH_ND": movement.space_to_batch,
    "BATCH_TO_SPACE_ND": movement.batch_to_space,
    "GATHER": movement.gather,
    "GATHER computed indexes": partial(movement.gather, computed_indexes=True),
    "CAST": movement.cast,
    **{f"{kind} int16": partial(int16.layer, kind=kind) for kind in ("CONV_2D", "DEPTHWISE_CONV_2D")},
    "TRANSPOSE_CONV": products.transpose_conv,
    "BATCH_MATMUL": products.batch_matmul,
    "BATCH_MATMUL a scale a column": products.batch_matmul_per_column,
    **{f"RESIZE_NEAREST {dtype}": partial(nonlinear.resize_nearest, dtype=dtype) for dtype in ("int8", "float32")},
    **{f"{kind} int16": partial(nonlinear.sigmoid16, kind=kind) for kind in ("LOGISTIC", "TANH")},
    **{f"LOG_SOFTMAX {dtype}": partial(nonlinear.log_softmax, dtype=dtype) for dtype in ("int8", "float32")},
    **{f"L2_NORMALIZATION {dtype}": partial(nonlinear.l2_normalization, dtype=dtype) for dtype in ("int8", "float32")},
    **{
        f"{kind} {dtype}": partial(reduction.reduce, kind=kind, dtype=dtype)
        for kind in ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN")
        for dtype in ("int8", "int16", "float32", "int32")
    },
    **{kind: partial(reduction.arg_extreme, kind=kind) for kind in ("ARG_MAX", "ARG_MIN")},
    "CONV_2D int8": conv2d,
    "DEPTHWISE_CONV_2D int8": depthwise,
    "FULLY_CONNECTED int8": fully_connected,
    "AVERAGE_POOL_2D of an image": folded.average_pool,
    "MEAN of an image": folded.mean,
    "FULLY_CONNECTED of an image": folded.fully_connected,
    "FULLY_CONNECTED float32": fully_connected_f32,
    "FULLY_CONNECTED int16": int16.fully_connected,
    **{
        f"{kind} {dtype}": partial(pool, kind=kind, dtype=dtype)
        for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D")
        for dtype in ("int8", "int16")
    },
    "UNIDIRECTIONAL_SEQUENCE_LSTM": recurrent.lstm,
    **{f"{kind} uint8": partial(uint8.layer, kind=kind) for kind in ("CONV_2D", "DEPTHWISE_CONV_2D")},
    "FULLY_CONNECTED uint8": uint8.fully_connected,
    **{f"{kind} uint8": partial(uint8.pool, kind=kind) for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D")},
    "CONCATENATION uint8": uint8.concatenation,
    "network uint8": uint8.network,
    **{f"{kind} uint8": partial(elementwise.binary, kind=kind, dtype="uint8") for kind in ("ADD", "SUB", "MUL")},
    **{f"{kind} uint8": partial(elementwise.extreme, kind=kind, dtype="uint8") for kind in ("MAXIMUM", "MINIMUM")},
    "PRELU uint8": partial(elementwise.prelu, dtype="uint8"),
    "RESIZE_BILINEAR uint8": partial(nonlinear.resize_bilinear, dtype="uint8"),
    "MEAN uint8": partial(reduction.reduce, kind="MEAN", dtype="uint8"),
    **{
        f"{kind} {dtype}": partial(pairs.pair, kind=kind, dtype=dtype)
        for kind in pairs.COMPARISONS
        for dtype in ("int8", "uint8", "int32", "float32", "int64")
    },
    **{f"{kind} bool": partial(pairs.pair, kind=kind, dtype="bool") for kind in ("EQUAL", "NOT_EQUAL")},
    **{f"{kind} bool": partial(pairs.pair, kind=kind, dtype="bool") for kind in ("LOGICAL_AND", "LOGICAL_OR")},
    **{
        f"{kind} {dtype}": partial(pairs.pair, kind=kind, dtype=dtype)
        for kind in ("DIV", "FLOOR_DIV", "FLOOR_MOD")
        for dtype in ("int32", "float32")
    },
    "POW float32": partial(pairs.pair, kind="POW", dtype="float32"),
    "LOGICAL_NOT": pairs.logical_not,
    **{kind: partial(pairs.any_or_all, kind=kind) for kind in ("REDUCE_ANY", "REDUCE_ALL")},
    **{f"{kind} int16": partial(pairs.rescaled16, kind=kind) for kind in ("LEAKY_RELU", "RELU", "RELU6", "ABS")},
    **{f"{kind} int16": partial(pairs.function16, kind=kind) for kind in ("EXP", "LOG", "RSQRT", "SQRT")},
    "TRANSPOSE_CONV int16": products.transpose_conv16,
    "BATCH_MATMUL int16": products.batch_matmul16,
    "RESIZE_BILINEAR int16": partial(nonlinear.resize_bilinear, dtype="int16"),
    "CONV_2D int16 bias of int32": partial(int16.layer, kind="CONV_2D", bias_type="int32"),
    "FULLY_CONNECTED int16 bias of int32": partial(int16.fully_connected, bias_type="int32"),
    "TRANSPOSE_CONV int16 bias of int32": partial(products.transpose_conv16, dtype="int32"),
    "SOFTMAX int8 to int16": nonlinear.softmax_wide,
    **{kind: partial(indexed.select, kind=kind) for kind in ("SELECT", "SELECT_V2")},
    "GATHER_ND": indexed.gather_nd,
    "SCATTER_ND": indexed.scatter_nd,
    "TOPK_V2": indexed.top_k,
    "ONE_HOT": indexed.one_hot,
    "CUMSUM": indexed.cumsum,
    "REVERSE_V2": indexed.reverse,
    "REVERSE_SEQUENCE": indexed.reverse_sequence,
    "DYNAMIC_UPDATE_SLICE": indexed.update_slice,
    "EMBEDDING_LOOKUP": indexed.embedding,
    "FILL": indexed.fill,
    **{f"{kind} int4": partial(nibbles, kind=kind) for kind in ("CONV_2D", "FULLY_CONNECTED")},
    "CONV_2D int4 huge biases": partial(nibbles, kind="CONV_2D", huge=True),
    **{f"{kind} float32": partial(nonlinear.float_function, kind=kind) for kind in ("CEIL", "ROUND")},
    "SVDF": recurrent.svdf,
    "ASSIGN_VARIABLE": variables.stream,
    **{f"{kind} float32": partial(nonlinear.float_function, kind=kind) for kind in nonlinear.FLOAT_FUNCTIONS},
    **{f"{kind} float32": partial(float32.layer, kind=kind) for kind in ("CONV_2D", "DEPTHWISE_CONV_2D")},
    **{f"{kind} float32": partial(pool, kind=kind, dtype="float32") for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D")},
    "TRANSPOSE_CONV float32": float32.transpose_conv,
    "BATCH_MATMUL float32": partial(products.batch_matmul, dtype="float32"),
    "FULLY_CONNECTED dynamic range": dynamic.fully_connected,
    "CONV_2D dynamic range": dynamic.conv2d,
    "DEPTHWISE_CONV_2D dynamic range": dynamic.depthwise,
    "EMBEDDING_LOOKUP dynamic range": dynamic.embedding,
    **{f"DEPTHWISE_CONV_2D int8 {h}x{w}": partial(depthwise, kernel=(h, w)) for h, w in WINDOWS},
    **{f"DEPTHWISE_CONV_2D int8 times {m}": partial(depthwise, multiplier=m) for m in (2, 8)},
}

NEEDS_PASSES = {name for name in MODELS if name.endswith(" uint8")} | {
    "FILL",
    "ASSIGN_VARIABLE",
    "EMBEDDING_LOOKUP dynamic range",
}
"""Models that no kernels run before the passes: of uint8, with states to load, with shapes to fold."""
