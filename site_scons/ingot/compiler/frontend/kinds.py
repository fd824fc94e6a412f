# SPDX-License-Identifier: Apache-2.0
"""Names of builtin operators, in groups."""

from __future__ import annotations


def kinds(names: str) -> tuple[str, ...]:
    """The names in a text, separated by white space."""
    return tuple(names.split())
