# SPDX-License-Identifier: Apache-2.0
"""How many inputs and outputs each builtin operator has."""

from __future__ import annotations

from ingot.base.errors import IngotError
from ingot.compiler.frontend.flatbuffer import DAMAGED
from ingot.compiler.frontend.kinds import kinds
from ingot.compiler.graph import Graph

MANY = 1 << 16

# kind -> (inputs that must be there, most inputs, outputs at least, outputs at most).
_UNARY = kinds(
    "ABS NEG SQUARE SQRT RSQRT EXP LOG RELU RELU6 RELU_N1_TO_1 RELU_0_TO_1 LEAKY_RELU ELU HARD_SWISH "
    "LOGISTIC TANH GELU SOFTMAX LOG_SOFTMAX L2_NORMALIZATION AVERAGE_POOL_2D MAX_POOL_2D SQUEEZE "
    "SPACE_TO_DEPTH DEPTH_TO_SPACE QUANTIZE DEQUANTIZE CAST SHAPE RANK ZEROS_LIKE FLOOR CEIL ROUND "
    "SIN COS SIGN LOGICAL_NOT READ_VARIABLE ASSIGN_VARIABLE"
)
_BINARY = kinds(
    "ADD SUB MUL DIV MAXIMUM MINIMUM SQUARED_DIFFERENCE FLOOR_DIV FLOOR_MOD POW PRELU MEAN SUM "
    "REDUCE_MAX REDUCE_MIN REDUCE_PROD ARG_MAX ARG_MIN PAD MIRROR_PAD TILE TRANSPOSE EXPAND_DIMS "
    "RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR BATCH_MATMUL GATHER BROADCAST_TO FILL EQUAL NOT_EQUAL "
    "LESS LESS_EQUAL GREATER GREATER_EQUAL LOGICAL_AND LOGICAL_OR REDUCE_ANY REDUCE_ALL"
)

ARITY: dict[str, tuple[int, int, int, int]] = {
    **dict.fromkeys(_UNARY, (1, 1, 1, 1)),
    **dict.fromkeys(_BINARY, (2, 2, 1, 1)),
    "CONV_2D": (2, 3, 1, 1),
    "DEPTHWISE_CONV_2D": (2, 3, 1, 1),
    "FULLY_CONNECTED": (2, 3, 1, 1),
    "TRANSPOSE_CONV": (3, 4, 1, 1),
    "PADV2": (3, 3, 1, 1),
    "RESHAPE": (1, 2, 1, 1),
    "CONCATENATION": (1, MANY, 1, 1),
    "PACK": (1, MANY, 1, 1),
    "UNPACK": (1, 1, 1, MANY),
    "SPLIT": (2, 2, 1, MANY),
    "SPLIT_V": (3, 3, 1, MANY),
    "SLICE": (3, 3, 1, 1),
    "STRIDED_SLICE": (4, 4, 1, 1),
    "SPACE_TO_BATCH_ND": (3, 3, 1, 1),
    "BATCH_TO_SPACE_ND": (3, 3, 1, 1),
    "RANGE": (3, 3, 1, 1),
    "SELECT": (3, 3, 1, 1),
    "SELECT_V2": (3, 3, 1, 1),
    "GATHER_ND": (2, 2, 1, 1),
    "SCATTER_ND": (3, 3, 1, 1),
    "TOPK_V2": (2, 2, 2, 2),
    "ONE_HOT": (4, 4, 1, 1),
    "REVERSE_V2": (2, 2, 1, 1),
    "REVERSE_SEQUENCE": (2, 2, 1, 1),
    "CUMSUM": (2, 2, 1, 1),
    "DYNAMIC_UPDATE_SLICE": (3, 3, 1, 1),
    "EMBEDDING_LOOKUP": (2, 2, 1, 1),
    "SVDF": (5, 5, 1, 1),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (1, 24, 1, 1),
}

_OPTIONAL_FROM = {"CONV_2D": 2, "DEPTHWISE_CONV_2D": 2, "FULLY_CONNECTED": 2, "TRANSPOSE_CONV": 3, "RESHAPE": 1}
"""First input position that may be absent (-1 in the file); elsewhere none may."""


def check_arity(graph: Graph, where: str) -> None:
    """Raises IngotError at the first operator with a wrong number of inputs or outputs, or a missing one."""
    for op in graph.operators:
        place = f"{where}: {op.place(graph)}"
        if not op.outputs:
            raise IngotError("it has no output.", where=place, remedy=DAMAGED)
        if op.kind not in ARITY:
            continue
        least, most, outputs_least, outputs_most = ARITY[op.kind]
        if not least <= len(op.inputs) <= most or not outputs_least <= len(op.outputs) <= outputs_most:
            raise IngotError(
                f"it has {len(op.inputs)} inputs and {len(op.outputs)} outputs, which {op.kind} cannot have.",
                where=place,
                remedy=DAMAGED,
            )
        first_optional = _OPTIONAL_FROM.get(op.kind, len(op.inputs))
        if op.kind in ("SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM"):
            first_optional = 1
        for position, tensor in enumerate(op.inputs[:first_optional]):
            if tensor is None:
                raise IngotError(f"its input {position} is missing.", where=place, remedy=DAMAGED)
