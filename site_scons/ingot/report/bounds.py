# SPDX-License-Identifier: Apache-2.0
"""Bounds of an inference for a real-time program: the stack that it can take, and its longest epoch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingot.base import c_text
from ingot.base.errors import IngotError
from ingot.link.stack_bound import INIT, RUN_EPOCH, Function, deepest, stack_bound
from ingot.network.names import short_name
from ingot.network.types import Network

#: Layers of an epoch that a line names.
MOST = 4


def bounds_facts(
    functions: Mapping[int, Function], network: Network, measured: Mapping[str, Any], elf: Path
) -> dict[str, Any]:
    """The figures as plain data. measured: what measure_epochs wrote, {} without. Raises IngotError."""
    names = {function.name for function in functions.values()}
    if RUN_EPOCH not in names:
        raise IngotError(f"has no {RUN_EPOCH}: nothing tells how deep its stack gets", where=str(elf))
    arrays = dict(network.stack_arrays)
    run, init = (stack_bound(functions, root, arrays) for root in (RUN_EPOCH, INIT))
    epochs = list(measured.get("epochs", [])) or [epoch.macs for epoch in network.epochs]
    longest = max(range(len(epochs)), key=lambda number: (epochs[number], -number)) if epochs else -1
    layers = {layer.index: short_name(layer.name) for layer in network.layers}
    return {
        "name": network.name,
        "stack": {
            "step": run.bytes,
            "init": init.bytes,
            "chain": list(run.chain),
            "init_chain": list(init.chain),
            "not_in_it": sorted({*run.unknown, *init.unknown}),
        },
        "longest_epoch": {
            "number": longest + 1,
            "of": len(epochs),
            "layers": [layers[i] for i in network.epochs[longest].layers if i in layers] if epochs else [],
            "macs": network.epochs[longest].macs if epochs else 0,
            **({"instructions": epochs[longest]} if measured.get("epochs") else {}),
        },
        "instructions": measured.get("instructions", 0),
    }


def bounds_text(facts: Mapping[str, Any]) -> str:
    """For the console."""
    stack, longest = facts["stack"], facts["longest_epoch"]
    lines = [
        f"stack of one {facts['name']}_step(), at most {stack['step']:,} bytes: {deepest(stack['chain'])}",
        f"stack of {facts['name']}_init(), at most {stack['init']:,} bytes: {deepest(stack['init_chain'])}",
    ]
    lines += [f"not in it: {what}" for what in stack["not_in_it"]]
    cost = f"{longest['instructions']:,} instructions on the twin, of {facts['instructions']:,}; "
    layers = [*longest["layers"][:MOST], *(["..."] if len(longest["layers"]) > MOST else [])]
    lines.append(
        f"longest epoch {longest['number']} of {longest['of']} ({', '.join(layers) or 'no layer'}): "
        f"{cost if 'instructions' in longest else ''}{longest['macs']:,} MACs"
    )
    return "".join(f"  {line}\n" for line in lines)


def bounds_header(facts: Mapping[str, Any]) -> str:
    """The text of <name>_bounds.h."""
    stack, longest = facts["stack"], facts["longest_epoch"]
    upper = c_text.identifier(facts["name"]).upper()
    missing = "".join(f" * Not in it: {c_text.comment(what)}\n" for what in stack["not_in_it"])
    instructions = (
        f"#define {upper}_LONGEST_EPOCH_INSTRUCTIONS {longest['instructions']}\n" if "instructions" in longest else ""
    )
    return (
        "/* SPDX-License-Identifier: 0BSD */\n"
        f'/* Bounds of network "{c_text.comment(facts["name"])}" in one finished firmware, by the target `bounds`.\n'
        " * Bytes of stack of the deepest calls of one step, and of the initialisation; interrupts take more.\n"
        f"{missing} */\n"
        f"#ifndef INGOT_GENERATED_{upper}_BOUNDS_H\n"
        f"#define INGOT_GENERATED_{upper}_BOUNDS_H\n\n"
        f"#define {upper}_STACK_BOUND_IS_WHOLE {int(not stack['not_in_it'])}\n"
        f"#define {upper}_STEP_STACK_BOUND {stack['step']}\n"
        f"#define {upper}_INIT_STACK_BOUND {stack['init']}\n"
        f"#define {upper}_LONGEST_EPOCH {longest['number']}\n"
        f"#define {upper}_LONGEST_EPOCH_MACS {longest['macs']}\n"
        f"{instructions}\n"
        "#endif\n"
    )
