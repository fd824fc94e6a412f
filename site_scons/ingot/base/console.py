# SPDX-License-Identifier: Apache-2.0
"""What Ingot says to people beside the results."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

VERBOSE = "INGOT_VERBOSE"

_BOLD, _RED = "1", "1;31"
_quiet = False


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """say() says nothing meanwhile; errors are said."""
    global _quiet
    before, _quiet = _quiet, True
    try:
        yield
    finally:
        _quiet = before


def say(text: str) -> None:
    """A line for people, beside what a step prints as its result."""
    if _quiet:
        return
    print(f"{_painted('ingot:', _BOLD, sys.stderr)} {text}", file=sys.stderr, flush=True)


def say_error(error: object) -> None:
    """The message of a mistake that ends the work."""
    print(f"{_painted('ingot:', _RED, sys.stderr)} {error}", file=sys.stderr, flush=True)


def print_to(file: str) -> Path:
    """Lets this process, and those that it starts, print to a file from now on, the message of a failure too."""
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    with path.open("wb") as opened:
        for standard in (1, 2):
            os.dup2(opened.fileno(), standard)
    return path


def has_colors(stream: TextIO) -> bool:
    """Whether a stream is a terminal whose user wants colors: https://no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _painted(text: str, code: str, stream: TextIO) -> str:
    return f"\033[{code}m{text}\033[0m" if has_colors(stream) else text
