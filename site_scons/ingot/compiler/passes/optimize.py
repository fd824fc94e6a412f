# SPDX-License-Identifier: Apache-2.0
"""All passes, in order, until nothing changes.

1. fold_constants: what only constants decide is a constant; later passes then see shape arguments.
2. make_views, remove_views: RESHAPE and operators that do nothing, out of the way of the patterns below.
   dequantize_rows: tables of dynamic range, as operators that stay.
   split_concatenations: no more inputs than the kernel takes; each part is a join of fewer.
3. fuse_activations: before tables, which would hide a RELU that fuses.
4. fold_pads: after activations, which tell that a tensor is never negative.
   make_dense: depthwise convolutions of one channel.
5. make_tables, hoist_tables, merge_tables: what is left of element-wise functions.
6. make_signed: uint8 as int8, when tables have taken what LiteRT computes of uint8 in its own way.
7. remove_dead: what the others left behind.

What a pass does depends on kinds, types and shapes. The few places where it looks at scales or values say why a
retrained, requantized model gives the same structure.
"""

from __future__ import annotations

from collections.abc import Callable

from ingot.base.errors import IngotError
from ingot.compiler.graph import Graph, ScalePerChannel
from ingot.compiler.passes.dense_depthwise import make_dense
from ingot.compiler.passes.dequantize_rows import dequantize_rows
from ingot.compiler.passes.fold_constants import fold_constants
from ingot.compiler.passes.fold_pads import fold_pads
from ingot.compiler.passes.fuse_activations import fuse_activations
from ingot.compiler.passes.hoist_tables import hoist_tables
from ingot.compiler.passes.merge_tables import merge_tables
from ingot.compiler.passes.remove_dead import remove_dead
from ingot.compiler.passes.remove_views import remove_views
from ingot.compiler.passes.signed_bytes import make_signed
from ingot.compiler.passes.split_concatenations import split_concatenations
from ingot.compiler.passes.tables import make_tables
from ingot.compiler.passes.views import make_views

PASSES: tuple[Callable[[Graph], Graph], ...] = (
    fold_constants,
    make_views,
    remove_views,
    split_concatenations,
    dequantize_rows,
    fuse_activations,
    fold_pads,
    make_dense,
    make_tables,
    hoist_tables,
    merge_tables,
    make_signed,
    remove_dead,
)


def optimize(graph: Graph) -> Graph:
    """The graph after all passes. Every pass removes an operator, turns one into a simpler kind or into smaller ones,
    or moves a table towards the input, so that this ends.

    Raises IngotError with the operator's place where a pass needs the one scale of a tensor that has several.
    """
    read = graph
    try:
        while True:
            before = graph
            for one_pass in PASSES:
                graph = one_pass(graph)
            if graph is before:
                return graph
    except ScalePerChannel as error:
        ids = {t for t, tensor in enumerate(read.tensors) if tensor.name == error.tensor}
        place = next((op.place(read) for op in read.operators if not ids.isdisjoint((*op.inputs, *op.outputs))), None)
        raise IngotError(error.what, where=place or "", remedy=error.remedy) from None
