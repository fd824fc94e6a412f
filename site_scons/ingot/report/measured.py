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
    cycles: estimated ones of each epoch, empty where there is no estimate; no_cycles: why there is none. clock: of the
    board's core, in Hz, 0 where unknown.
    """

    epochs: tuple[int, ...]
    stack_used: int = 0
    stack_size: int = 0
    twin: str = ""
    cycles: tuple[int, ...] = ()
    no_cycles: str = ""
    clock: int = 0

    @property
    def stack(self) -> str:
        """The most stack that was in use, as a sentence; "" where it is unknown."""
        if not self.stack_size:
            return ""
        return f"stack used {self.stack_used:,} of {self.stack_size:,} bytes, measured on the twin"

    def milliseconds(self, cycles: int) -> float | None:
        """What so many cycles take at the board's clock; None where that is unknown."""
        return 1e3 * cycles / self.clock if self.clock else None


def measured_of(facts: Mapping[str, Any], network: Network) -> Measured | None:
    """What `ingot emulate --json` printed; None when it ran another network than this one, by its epochs."""
    epochs = facts.get("epochs")
    if not isinstance(epochs, list) or len(epochs) != len(network.epochs):
        return None
    cycles = facts.get("cycles")
    return Measured(
        tuple(epochs),
        facts.get("stack_used", 0),
        facts.get("stack_size", 0),
        facts.get("twin", ""),
        tuple(cycles) if isinstance(cycles, list) and len(cycles) == len(epochs) else (),
        facts.get("no_cycles", ""),
        facts.get("clock", 0),
    )
