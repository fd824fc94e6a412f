# SPDX-License-Identifier: Apache-2.0
"""How the schedule's rings and directions reach a kernel: members of its descriptor."""

from __future__ import annotations

from collections.abc import Mapping

from ingot.compiler.kernels.program import Call


def ring_fields(call: Call, rings: Mapping[int, int]) -> dict[str, int]:
    """The `<arg>_ring` members of a call's descriptor that are not zero, in rows as the kernel counts them."""
    fields = {}
    for prefix, tensors in (("in", call.inputs), ("out", call.outputs)):
        for position, tensor in enumerate(tensors):
            if rings.get(tensor):
                cuts = call.cuts[position] if prefix == "in" and call.cuts else 1
                fields[f"{prefix}{position if len(tensors) > 1 else ''}_ring"] = rings[tensor] * cuts
    return fields


def direction_fields(call: Call, reverse: bool) -> dict[str, int]:
    """What a call that folds must know of its region: whether the last row comes first."""
    return {"reverse": 1} if call.folds and reverse else {}
