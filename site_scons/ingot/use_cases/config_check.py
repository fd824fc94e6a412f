# SPDX-License-Identifier: Apache-2.0
"""An app_config.h that somebody else wrote, held against the network: input size, types and heatmap.

Nothing at run time compares them: with another model's file the camera fills another number of bytes, and the
postprocessing reads what is not there.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.network.types import Network
from ingot.use_cases.case import TYPE_LETTERS

_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([^\n]*)$", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
#: The side of a square input, where a postprocessing has one of its own instead of NN_WIDTH (BlazeFace, YuNet).
_IMAGE_SIZE = re.compile(r"AI_\w+_PP_IMG_SIZE")
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
}
DEEPEST = 16  # macros inside macros


def check_config(file: Path, network: Network) -> None:
    """Raises IngotError for the first macro of an app_config.h that is not the network's.

    Looked at are NN_WIDTH and NN_HEIGHT, AI_..._PP_IMG_SIZE, the two letters that end POSTPROCESS_TYPE (types of
    input and output), and the width and height of MoveNet's heatmap. A macro that is not there is not compared.
    """
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(file)) from error
    macros = {found[1]: found[2].rstrip() for found in _DEFINE.finditer(_COMMENT.sub(" ", text))}
    remedy = "Write it again for this network (ingot app-config), or give the network that it belongs to."
    for name, value, expected, what in (*_sizes(macros, network), *_types(macros, network)):
        if value is not None and value != expected:
            raise IngotError(
                f"{name} is {value}, but the network's {what} is {expected}", where=str(file), remedy=remedy
            )


Row = tuple[str, "int | str | None", "int | str", str]


def _sizes(macros: Mapping[str, str], network: Network) -> Iterable[Row]:
    """(macro, its value, the network's, what that is) of whole numbers."""
    shape = network.inputs[0].shape if network.inputs else ()
    if len(shape) == 4:
        yield "NN_HEIGHT", number("NN_HEIGHT", macros), shape[1], "input height"
        yield "NN_WIDTH", number("NN_WIDTH", macros), shape[2], "input width"
        for name in filter(_IMAGE_SIZE.fullmatch, macros):
            yield name, number(name, macros), shape[2], "input width"
    shape = network.outputs[0].shape if network.outputs else ()
    if "SPE_MOVENET" in macros.get("POSTPROCESS_TYPE", "") and len(shape) == 4:
        for side, size in (("HEIGHT", shape[1]), ("WIDTH", shape[2])):
            name = f"AI_SPE_MOVENET_POSTPROC_HEATMAP_{side}"
            yield name, number(name, macros), size, f"heatmap {side.lower()}"


def _types(macros: Mapping[str, str], network: Network) -> Iterable[Row]:
    """POSTPROCESS_TYPE ends with a letter for the input's type and one for the output's: _UF is uint8 and float32."""
    stated = re.fullmatch(r"(POSTPROCESS_\w+)_([A-Z]{2})", macros.get("POSTPROCESS_TYPE", ""))
    if stated is None or not network.inputs or not network.outputs:
        return
    letters = "".join(TYPE_LETTERS.get(buffer.dtype, "?") for buffer in (network.inputs[0], network.outputs[0]))
    yield "POSTPROCESS_TYPE", stated[0], f"{stated[1]}_{letters}", "type"


def number(name: str, macros: Mapping[str, str]) -> int | None:
    """The whole number that a macro stands for, through other macros and `+ - * /`; None where it is none."""
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
    if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
        return _OPERATORS[type(tree.op)](_value(tree.left), _value(tree.right))
    raise ValueError("no whole number")
