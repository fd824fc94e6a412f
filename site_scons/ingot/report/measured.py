# SPDX-License-Identifier: Apache-2.0
"""What the twin measured of a network, for the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingot.network.types import Network


@dataclass(frozen=True)
class Measured:
    """One inference. epochs: instructions of each, in order. stack_used, stack_size: bytes, 0 where unknown.

    twin: what to know about the core that was emulated, "" when it is the board's.
    """

    epochs: tuple[int, ...]
    stack_used: int = 0
    stack_size: int = 0
    twin: str = ""

    @property
    def stack(self) -> str:
        """The most stack that was in use, as a sentence; "" where it is unknown."""
        if not self.stack_size:
            return ""
        return f"stack used {self.stack_used:,} of {self.stack_size:,} bytes, measured on the twin"


def measured_of(facts: Mapping[str, Any], network: Network) -> Measured | None:
    """What `ingot emulate --json` printed; None when it ran another network than this one, by its epochs."""
    epochs = facts.get("epochs")
    if not isinstance(epochs, list) or len(epochs) != len(network.epochs):
        return None
    return Measured(tuple(epochs), facts.get("stack_used", 0), facts.get("stack_size", 0), facts.get("twin", ""))
