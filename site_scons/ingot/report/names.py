# SPDX-License-Identifier: Apache-2.0
"""Names of tensors that fit: frameworks join the names of everything that was fused, with whole paths."""

from __future__ import annotations

import re
from html import escape

#: What TensorFlow puts behind a layer's name where a tensor is called after the reading of its weights.
_READING = re.compile(r"/ReadVariableOp(_\d+)?(/resource\d*)?$")
#: A label of fewer characters tells nothing.
_LEAST_LABEL = 6


def short_name(name: str) -> str:
    """The last two parts of the last path: `a/b/c;a/d/e` is `d/e`, and so is `a/d/e/ReadVariableOp/resource1`."""
    last = name.split(";")[-1].strip("/")
    return "/".join(_READING.sub("", last).split("/")[-2:]) or name


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
