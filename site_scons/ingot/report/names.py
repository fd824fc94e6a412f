# SPDX-License-Identifier: Apache-2.0
"""Names of tensors in pictures and on a page."""

from __future__ import annotations

import re
from html import escape

from ingot.network.names import short_name

#: A label of fewer characters tells nothing.
_LEAST_LABEL = 6


def fitted(name: str, length: int) -> str:
    """At most `length` characters of the short name: whole, else its layer, else `…` for the rest; "" where that would
    tell nothing."""
    short = short_name(name)
    for whole in (short, short.partition("/")[0]):
        if len(whole) <= length:
            return whole
    return short[: length - 1] + "…" if length >= _LEAST_LABEL else ""


def broken(text: str) -> str:
    """A text for HTML that may go on in the next line behind each part of a name, but not before one or two letters."""
    return "<wbr/>".join(map(escape, re.split(r"(?<=[/_.:;])(?=\w{3})", text)))
