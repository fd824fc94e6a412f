# SPDX-License-Identifier: Apache-2.0
"""The names of networks that are together in one firmware."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.base.errors import IngotError


def check_names(names: Sequence[str]) -> None:
    """Raises IngotError unless every network has a C name of its own."""
    for name in names:
        if names.count(name) > 1:
            raise IngotError(
                f"two networks of one firmware have the name '{name}'", remedy="Give each a C name of its own."
            )
