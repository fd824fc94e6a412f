"""Orders in which the calls may run."""

from __future__ import annotations

from ingot.kernels.program import Program


def dependencies(program: Program) -> list[set[int]]:
    """For each call, the calls that must run before it."""
    producer = {tensor: i for i, call in enumerate(program.calls) for tensor in call.outputs}
    needs: list[set[int]] = []
    for i, call in enumerate(program.calls):
        needs.append({producer[t] for t in call.inputs if t in producer and producer[t] != i})
    return needs


def program_order(program: Program) -> tuple[int, ...]:
    """The order the program came in, which is always executable."""
    return tuple(range(len(program.calls)))
