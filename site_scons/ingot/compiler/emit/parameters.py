# SPDX-License-Identifier: Apache-2.0
"""A kernel call's parameter block as bytes: members 4-aligned, little-endian, in the order of the kernel's layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingot.compiler.kernels.program import Call


@dataclass(frozen=True)
class Block:
    """data: the block. members: (name, offset in the block, size) of each member."""

    data: bytes
    members: tuple[tuple[str, int, int], ...]


def parameter_block(call: Call) -> Block:
    """The call's parameters, packed. Its size and members follow from shapes alone."""
    data = bytearray()
    members = []
    for param in call.params:
        data += bytes(-len(data) % 4)
        array = np.ascontiguousarray(param.data)
        content = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        members.append((param.name, len(data), len(content)))
        data += content
    return Block(bytes(data), tuple(members))
