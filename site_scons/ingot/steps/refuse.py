# SPDX-License-Identifier: Apache-2.0
"""The step `refuse`: a target that makes no sense for a firmware says why."""

from __future__ import annotations

from ingot.base.errors import IngotError


def refuse(*, target: str, reason: str, remedy: str = "") -> None:
    """Raises IngotError with the reason, whenever the target is asked for."""
    raise IngotError(reason, where=target, remedy=remedy)
