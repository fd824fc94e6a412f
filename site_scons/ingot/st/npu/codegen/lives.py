# SPDX-License-Identifier: Apache-2.0
"""Buffers of the NPU's layers: how large, and from which operator to which they are needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ingot.compiler.graph import Graph
from ingot.st.npu.codegen.first_fit import Key, Life
from ingot.st.npu.codegen.in_place import reads_of
from ingot.st.npu.codegen.layers import convolution_of
from ingot.st.npu.codegen.made import BESIDE, SUMS, Choice
from ingot.st.npu.codegen.nested import Layout


def lives_of(
    graph: Graph,
    taken: Mapping[int, Choice],
    layout: Layout,
    outside: Collection[int],
) -> dict[Key, Life]:
    """What layers of the NPU read and write, and what of it the CPU or the application does.

    taken: number of an operator -> how the NPU makes it. layout: what lies in another tensor has no buffer. outside:
    roots of what the CPU or the application reads.
    """
    home, root = layout.home, layout.root
    last: dict[int, int] = {}
    first: dict[int, int] = {}
    for number, op in enumerate(graph.operators):
        last |= {home(tensor): number for tensor in op.inputs if tensor is not None}
        for tensor in op.outputs:
            first.setdefault(home(tensor), number)
    last |= {home(tensor): len(graph.operators) for tensor in graph.outputs}
    sizes = {root(choice.layer.target.tensor): choice.layer.target.bytes for choice in taken.values()}
    reads = {number: reads_of(choice, layout) for number, choice in taken.items()}
    read = {home(numbers.tensor) for found in reads.values() for numbers, _ in found}
    wanted: dict[Key, int] = {}
    for number, choice in taken.items():
        for numbers, form in reads[number]:
            whole = home(numbers.tensor)
            wanted[whole, form] = sizes.get(whole, numbers.bytes)
            last[whole] = max(last[whole], number)
            if whole not in sizes:  # the CPU makes s8 of it
                wanted[whole, "s8"] = numbers.bytes
        whole = home(choice.layer.target.tensor)
        if whole in outside or whole not in read:
            wanted[whole, "s8"] = sizes[whole]
    lives = {
        (whole, form): Life(size, first.get(whole, -1), last.get(whole, first.get(whole, -1)))
        for (whole, form), size in wanted.items()
    }
    for number, choice in taken.items():
        convolution = convolution_of(choice.layer)
        if convolution is not None:
            own = {
                SUMS: max(part.sums(convolution) for part in choice.parts),
                BESIDE: max(part.aside(convolution) for part in choice.parts),
            }
            made = root(convolution.target.tensor)
            lives |= {(made, kind): Life(size, number, number) for kind, size in own.items() if size}
    return lives
