# SPDX-License-Identifier: Apache-2.0
"""The macros of a C header, and the whole numbers that they stand for."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping

_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([^\n]*)$", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a // b if (a < 0) == (b < 0) else -(-a // b),  # C rounds towards 0
}
DEEPEST = 16  # macros inside macros


def macros_of(text: str) -> dict[str, str]:
    """Name -> text of each macro without arguments; of two definitions the last."""
    return {found[1]: found[2].rstrip() for found in _DEFINE.finditer(_COMMENT.sub(" ", text))}


def number(name: str, macros: Mapping[str, str]) -> int | None:
    """The whole number that a macro stands for, through other macros, signs and `+ - * /`; None where it is none."""
    text = macros.get(name, "")
    for _ in range(DEEPEST):
        wider = re.sub(r"\b[A-Za-z_]\w*", lambda word: f"({macros.get(word[0], word[0])})", text)
        if wider == text or len(wider) > 1000:
            break
        text = wider
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError):
        return None


def _value(tree: ast.expr) -> int:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int):
        return tree.value
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return -_value(tree.operand)
    if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
        return _OPERATORS[type(tree.op)](_value(tree.left), _value(tree.right))
    raise ValueError("no whole number")
