# SPDX-License-Identifier: Apache-2.0
"""The shapes of an operator's outputs, from its inputs' shapes, constant arguments and options."""

from __future__ import annotations

from collections.abc import Callable

from ingot.compiler.frontend import shapes_blocks as blocks
from ingot.compiler.frontend import shapes_dense as dense
from ingot.compiler.frontend import shapes_elementwise as elementwise
from ingot.compiler.frontend import shapes_indexed as indexed
from ingot.compiler.frontend import shapes_movement as movement
from ingot.compiler.frontend import shapes_reduction as reduction
from ingot.compiler.frontend.arguments import Args, Result
from ingot.compiler.frontend.kinds import kinds
from ingot.compiler.frontend.mismatch import Mismatch

Rule = Callable[[Args], Result]


def result_shapes(args: Args) -> Result | None:
    """One shape an output (None where it depends on values known at run time only); None for kinds without a rule.

    The options must be resolved (resolve_attrs). Raises Mismatch when the inputs do not fit together.
    """
    rule = RULES.get(args.op.kind)
    try:
        return None if rule is None else rule(args)
    except ZeroDivisionError:
        raise Mismatch("an extent of its inputs is 0") from None


RULES: dict[str, Rule] = {
    **dict.fromkeys(
        kinds(
            "ABS NEG SQUARE SQRT RSQRT EXP LOG RELU RELU6 RELU_N1_TO_1 RELU_0_TO_1 LEAKY_RELU ELU HARD_SWISH "
            "LOGISTIC TANH GELU SOFTMAX LOG_SOFTMAX L2_NORMALIZATION QUANTIZE DEQUANTIZE CAST ZEROS_LIKE FLOOR CEIL "
            "ROUND SIN COS SIGN LOGICAL_NOT READ_VARIABLE"
        ),
        elementwise.same,
    ),
    **dict.fromkeys(
        kinds(
            "ADD SUB MUL DIV MAXIMUM MINIMUM SQUARED_DIFFERENCE FLOOR_DIV FLOOR_MOD POW "
            "EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL LOGICAL_AND LOGICAL_OR"
        ),
        elementwise.broadcast,
    ),
    **dict.fromkeys(kinds("MEAN SUM REDUCE_MAX REDUCE_MIN REDUCE_PROD REDUCE_ANY REDUCE_ALL"), reduction.reduce),
    **dict.fromkeys(["PAD", "PADV2", "MIRROR_PAD"], movement.pad),
    "PRELU": elementwise.prelu,
    "ASSIGN_VARIABLE": elementwise.assign,
    "SELECT": elementwise.select,
    "SELECT_V2": elementwise.select,
    "GATHER_ND": indexed.gather_nd,
    "SCATTER_ND": indexed.scatter_nd,
    "TOPK_V2": indexed.top_k,
    "ONE_HOT": indexed.one_hot,
    "REVERSE_V2": indexed.reverse,
    "REVERSE_SEQUENCE": indexed.reverse_sequence,
    "CUMSUM": indexed.cumsum,
    "DYNAMIC_UPDATE_SLICE": indexed.dynamic_update_slice,
    "EMBEDDING_LOOKUP": indexed.embedding_lookup,
    "CONV_2D": dense.conv2d,
    "DEPTHWISE_CONV_2D": dense.depthwise,
    "TRANSPOSE_CONV": dense.transpose_conv,
    "FULLY_CONNECTED": dense.fully_connected,
    "BATCH_MATMUL": dense.batch_matmul,
    "AVERAGE_POOL_2D": dense.pool,
    "MAX_POOL_2D": dense.pool,
    "L2_POOL_2D": dense.pool,
    "ARG_MAX": reduction.arg,
    "ARG_MIN": reduction.arg,
    "RESHAPE": movement.reshape,
    "SQUEEZE": movement.squeeze,
    "EXPAND_DIMS": movement.expand_dims,
    "CONCATENATION": movement.concatenation,
    "PACK": movement.pack,
    "UNPACK": movement.unpack,
    "SPLIT": movement.split,
    "SPLIT_V": movement.split_v,
    "SLICE": movement.slice_,
    "STRIDED_SLICE": movement.strided_slice,
    "GATHER": movement.gather,
    "TILE": movement.tile,
    "FILL": movement.fill,
    "BROADCAST_TO": movement.broadcast_to,
    "RANGE": movement.range_,
    "TRANSPOSE": movement.transpose,
    "RESIZE_BILINEAR": blocks.resize,
    "RESIZE_NEAREST_NEIGHBOR": blocks.resize,
    "SPACE_TO_DEPTH": blocks.space_to_depth,
    "DEPTH_TO_SPACE": blocks.depth_to_space,
    "SPACE_TO_BATCH_ND": blocks.space_to_batch,
    "BATCH_TO_SPACE_ND": blocks.batch_to_space,
    "SVDF": dense.svdf,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": dense.lstm,
    "SHAPE": movement.shape,
    "RANK": movement.rank,
}
