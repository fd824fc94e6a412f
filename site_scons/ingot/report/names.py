# SPDX-License-Identifier: Apache-2.0
"""Names of tensors that fit: frameworks join the names of everything that was fused, with whole paths."""

from __future__ import annotations


def short_name(name: str) -> str:
    """The last two parts of the last path: `a/b/c;a/d/e` is `d/e`."""
    last = name.split(";")[-1].strip("/")
    return "/".join(last.split("/")[-2:]) or name


def fitted(name: str, length: int) -> str:
    """At most `length` characters of the short name, `…` for the rest; "" where no more than three would fit."""
    short = short_name(name)
    if len(short) <= length:
        return short
    return short[: length - 1] + "…" if length > 4 else ""
