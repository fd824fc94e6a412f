# SPDX-License-Identifier: Apache-2.0
"""Files with several subgraphs: the first one is the network, as LiteRT's interpreter takes it.

Further subgraphs are either other signatures or what operators of control flow run; the latter are refused by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingot.base.errors import IngotError
from ingot.compiler.frontend.flatbuffer import reading, tables, text
from ingot.compiler.frontend.kinds import kinds
from ingot.compiler.graph import Operator

CONTROL_FLOW = frozenset(kinds("CALL IF WHILE STABLEHLO_CASE STABLEHLO_WHILE STABLEHLO_COMPOSITE"))


def other_subgraphs(model: Any, where: str) -> tuple[str, ...]:
    """A sentence that lists the signatures and says which one is taken, where a file has more than one subgraph.

    model: the flatbuffer's Model. Raises IngotError when the file has no subgraph.
    """
    with reading(where, "the signatures"):
        subgraphs = tables(model, "Subgraphs")
        names = {index: text(subgraph, "Name") for index, subgraph in enumerate(subgraphs)}
        signatures = tables(model, "SignatureDefs")
        names |= {int(signature.SubgraphIndex()): text(signature, "SignatureKey") for signature in signatures}
    if not subgraphs:
        raise IngotError("the model has no subgraph.", where=where, remedy="Export the model again.")
    if len(subgraphs) == 1:
        return ()
    listed = ", ".join(f"'{name}'" if name else f"number {index}" for index, name in sorted(names.items()))
    taken = f"'{names[0]}'" if names[0] else "the first one"
    return (
        f"the file has several signatures ({listed}); {taken} is taken, which stands first; signature= takes another.",
    )


def check_control_flow(operators: Sequence[Operator], where: str) -> None:
    """Raises IngotError when an operator runs another subgraph."""
    found = [f"operator {op.index} ({op.kind})" for op in operators if op.kind in CONTROL_FLOW]
    if found:
        raise IngotError(
            f"the model has control flow, which is not supported: {', '.join(found)}.",
            where=where,
            remedy="Export the model without branches, loops and calls of other subgraphs.",
        )
