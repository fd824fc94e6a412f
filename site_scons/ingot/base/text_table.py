# SPDX-License-Identifier: Apache-2.0
"""Plain text tables for reports."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence


def text_table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: str = "", *, lines: bool = False) -> str:
    """A table with a rule under its titles.

    right: one character a column, "r" for a right-aligned one. A cell may hold several lines. lines: a rule under
    every row.
    """
    width = [
        max(len(part) for cell in column for part in cell.split("\n")) for column in zip(titles, *rows, strict=True)
    ]
    rule = " ".join("-" * w for w in width)
    text = [rule, _row(titles, width, right), rule]
    for row in rows:
        parts = [cell.split("\n") for cell in row]
        for i in range(max(map(len, parts))):
            text.append(_row([part[i] if i < len(part) else "" for part in parts], width, right))
        if lines:
            text.append(rule)
    if not lines:
        text.append(rule)
    return "\n".join(text) + "\n"


def _row(cells: Sequence[str], width: Sequence[int], right: str) -> str:
    aligned = [
        cell.rjust(w) if right[i : i + 1] == "r" else cell.ljust(w)
        for i, (cell, w) in enumerate(zip(cells, width, strict=True))
    ]
    return " ".join(aligned).rstrip()


def help_line(name: str, text: str, indent: int, column: int) -> str:
    """A name and what it means, which begins at `column` and goes on there in the next lines of a narrow terminal.

    A name that reaches the column has a line of its own. The width is the terminal's, or that of COLUMNS, else 80.
    """
    width = max(shutil.get_terminal_size().columns, column + 30)
    head = " " * indent + name
    if len(head) >= column:
        return f"{head}\n" + help_line("", text, 0, column)
    wrapped = textwrap.wrap(text, width - column, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join([f"{head:<{column}}{wrapped[0]}", *(" " * column + line for line in wrapped[1:])])
