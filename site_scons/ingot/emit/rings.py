"""How the schedule's rings reach a kernel: members of its descriptor."""

from __future__ import annotations

from collections.abc import Mapping

from ingot.kernels.program import Call


def ring_fields(call: Call, rings: Mapping[int, int]) -> dict[str, int]:
    """The `<arg>_ring` members of a call's descriptor that are not zero."""
    fields = {}
    for prefix, tensors in (("in", call.inputs), ("out", call.outputs)):
        for position, tensor in enumerate(tensors):
            if rings.get(tensor):
                fields[f"{prefix}{position if len(tensors) > 1 else ''}_ring"] = rings[tensor]
    return fields
