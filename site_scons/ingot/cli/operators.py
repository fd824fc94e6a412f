# SPDX-License-Identifier: Apache-2.0
"""The page of operators that the built-in compiler knows, made from what the compiler itself checks."""

from __future__ import annotations

FOLDED = ("FILL", "RANGE", "RANK", "REDUCE_PROD", "SHAPE", "ZEROS_LIKE")
"""Computed when the network is compiled, where their inputs are known."""

REFUSED = {
    "CALL, IF, WHILE, STABLEHLO_COMPOSITE": "run another subgraph; the order of a network's layers is fixed.",
    "STABLEHLO_* but COMPOSITE": "are a form between exporters: let the converter make built-in operators of them.",
    "CUSTOM, DELEGATE": "are of a runtime of their own; end the network before them with `outputs=`.",
    "HASHTABLE*, SKIP_GRAM, LSH_PROJECTION, CONCAT_EMBEDDINGS, EMBEDDING_LOOKUP_SPARSE, BUCKETIZE": (
        "look up texts or sparse tables, which belong before the network."
    ),
    "NON_MAX_SUPPRESSION_V4, NON_MAX_SUPPRESSION_V5, WHERE, UNIQUE, SPARSE_TO_DENSE, SEGMENT_SUM, UNSORTED_SEGMENT_*": (
        "have results whose size or place is known at run time only, mostly behind the last layer: end the network "
        "before them with `outputs=`."
    ),
    "MULTINOMIAL, RANDOM_STANDARD_NORMAL, RANDOM_UNIFORM, STABLEHLO_RNG_BIT_GENERATOR": (
        "give random numbers, which no reference can be compared with."
    ),
    "RFFT2D, COMPLEX_ABS, REAL, IMAG": "compute with complex numbers: a spectrum belongs before the network.",
    "LSTM, BIDIRECTIONAL_SEQUENCE_LSTM, RNN, BIDIRECTIONAL_SEQUENCE_RNN, UNIDIRECTIONAL_SEQUENCE_RNN": (
        "are older forms: the converter makes a UNIDIRECTIONAL_SEQUENCE_LSTM of Keras' layers."
    ),
    "CONV_3D, CONV_3D_TRANSPOSE, DENSIFY, DILATE, FAKE_QUANT, L2_POOL_2D, LOCAL_RESPONSE_NORMALIZATION": (
        "have no kernel yet."
    ),
    "ADD_N, ATAN2, BITCAST, BROADCAST_ARGS, BITWISE_XOR, MATRIX_DIAG, MATRIX_SET_DIAG, REDUCE_WINDOW, RIGHT_SHIFT": (
        "have no kernel yet; of constants, let the converter fold them."
    ),
}
"""Operators, `*` for any end -> why they are refused."""


def operators_page() -> str:
    """docs/operators.md: a section an operator, or operators that share their limits."""
    from ingot.compiler.kernels.lower import load_operators
    from ingot.compiler.kernels.registry import OPERATORS
    from ingot.compiler.passes.pointwise import UNARY
    from ingot.device.run.reference_gaps import NOTES

    load_operators()
    alike: dict[tuple[str, ...], list[str]] = {}
    for kind in sorted(OPERATORS):
        if kind.isupper():  # others are made by passes, no file has them
            limits = tuple(_sentence(rule.__doc__) for rule in OPERATORS[kind].constraints)
            alike.setdefault(limits, []).append(kind)
    lines = [
        "# Operators",
        "",
        "What the built-in compiler knows, and the limits it checks. A model that goes beyond is refused with one",
        "message that names every such operator. This page is written by `ingot operators`.",
        "",
        "Every quantized tensor has one scale. Only weights may have one a channel: those of the convolutions, of",
        "`FULLY_CONNECTED`, and constant right matrices of `BATCH_MATMUL`.",
        "",
        "`RESHAPE`, `SQUEEZE` and `EXPAND_DIMS` cost nothing. Constants fold, or are computed on the target.",
        "`CALL_ONCE`, `VAR_HANDLE`, `READ_VARIABLE` and `ASSIGN_VARIABLE` become a state with its reset; an",
        "`EMBEDDING_LOOKUP` is a `GATHER`.",
        "",
        "## Functions of one 8-bit number",
        "",
        "Any of these, alone, in a chain, or with a constant, is one table lookup:",
        ", ".join(f"`{kind}`" for kind in sorted(UNARY)) + ".",
    ]
    for limits, kinds in sorted(alike.items(), key=lambda item: item[1]):
        lines += ["", "## " + ", ".join(kinds), ""]
        lines += [f"- {limit}" for limit in limits] or ["- No limits."]
        lines += [f"- {kind} {NOTES[kind]}" for kind in kinds if kind in NOTES]
    lines += ["", "## Only of what is known at compile time", "", ", ".join(f"`{kind}`" for kind in FOLDED) + "."]
    lines += ["", "## Refused", ""]
    lines += [f"- {kinds} {why}" for kinds, why in REFUSED.items()]
    return "\n".join(lines) + "\n"


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())
