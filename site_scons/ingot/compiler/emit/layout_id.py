# SPDX-License-Identifier: Apache-2.0
"""The layout id: eight bytes that tie network.c to the initializers that it can work with.

A hash of what decides how network.c reads an initializer, and of nothing else:

- the number of the initializer's format (ingot.compiler.emit.initializer.FORMAT),
- the packing numbers of the kernels that the network calls (ingot.compiler.kernels.registry.packs),
- offset and size of everything in the initializer,
- what network.c states: calls, descriptors, shapes, types, schedule, addresses, and the network's C name.

Values of weights, names of tensors, the model's name, Ingot's version and how the C text is written are not in it.
docs/memory.md lists for users what changes the id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ingot.compiler.emit.initializer import FORMAT, InitializerLayout
from ingot.compiler.kernels.lower import load_operators
from ingot.compiler.kernels.registry import packing_number

# Of the values that the template of network.c gets; the others are comments, includes or follow from these.
_STATED = ("name", "pools", "user_inputs", "user_outputs", "descriptors", "params", "initializer_size", "states")
_TABLES = ("inputs", "outputs", "internal")
_FOR_PEOPLE = ("title", "rings", "name")


def layout_id(body: Mapping[str, Any], layout: InitializerLayout, kernels: Iterable[str]) -> bytes:
    """The id. body: the template's values for network.c. kernels: C names without the prefix, of all calls.

    Raises LookupError for a kernel without a packing number, which is a mistake in Ingot.
    """
    load_operators()
    facts = {
        "format": FORMAT,
        "packing": {kernel: packing_number(kernel) for kernel in kernels},
        "places": [(entry.offset, entry.size) for entry in layout.entries],
        "stated": {key: body[key] for key in _STATED},
        "epochs": [_without_names(epoch) for epoch in body["epochs"]],
        "tables": [[_without_names(buffer) for buffer in body[table]] for table in _TABLES],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).digest()[:8]


def _without_names(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in _FOR_PEOPLE}
