# SPDX-License-Identifier: Apache-2.0
"""Networks that remember something between inferences."""

from __future__ import annotations

from ingot.base.errors import IngotError


def check_stateless(name: str, keeps_state: bool) -> None:
    """Raises IngotError for a network that takes turns but remembers something between inferences."""
    if keeps_state:
        raise IngotError(
            f"network '{name}' keeps state between inferences, so no other may use its memory in turn",
            remedy="Place it beside the others.",
        )
