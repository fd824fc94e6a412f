# SPDX-License-Identifier: Apache-2.0
"""The page of operators that the built-in compiler knows, made from what the compiler itself checks."""

from __future__ import annotations


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
    return "\n".join(lines) + "\n"


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())
