# SPDX-License-Identifier: Apache-2.0
"""Instructions as string literals of a header's macros."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 119


def packed(texts: Sequence[str]) -> list[str]:
    """Lines of string literals, several instructions a line."""
    lines, line = list[str](), ""
    for text in texts:
        word = f"{text}\\n"
        if line and len(line) + len(word) + 8 > WIDTH:
            lines.append(f'    "{line}"')
            line = ""
        line += word
    return [*lines, f'    "{line}"']


def continued(lines: Sequence[str]) -> list[str]:
    """A backslash where a macro goes on, as far right as the other kernels have it."""
    result = []
    for at, line in enumerate(lines):
        goes_on = at + 1 < len(lines) and lines[at + 1].startswith("    ")
        result.append(f"{line:<{WIDTH}}\\" if goes_on else line)
    return result
