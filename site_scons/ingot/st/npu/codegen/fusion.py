# SPDX-License-Identifier: Apache-2.0
"""Layers that take a convolution's result in the same epoch, so that it goes through no memory.

    sum         CONVACC ... -> ARITH -> ARITH of two inputs -> STRENG      the other one comes from memory
    function    CONVACC ... -> ARITH [-> ARITH] -> ACTIV -> STRENG

What flows between the two layers are the bytes that the convolution would have written: the model rounds there, too. So
the result of both can be off by what one unit of the convolution is worth behind the second layer.

Which layers are fused follows from kinds, shapes, and the table of public builds, never from weights, scales or zero
points, so that a retrained model has the same epochs:

- nobody else reads the convolution's result, and nothing of the NPU runs between the two;
- the sum has no activation. Behind a ReLU a unit of the sum is a part of one of the convolution's: half of the sum's
  range is cut off;
- functions only where they are asked for. A unit of the convolution is up to 64 times its scale of a sigmoid's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np

from ingot.compiler.graph import Graph
from ingot.st.npu.codegen.additions import addition
from ingot.st.npu.codegen.convolution import Behind
from ingot.st.npu.codegen.functions import fitted
from ingot.st.npu.codegen.layers import Addition, Convolution, Function, Fused, Refusal
from ingot.st.npu.codegen.made import Choice
from ingot.st.npu.codegen.nested import Layout
from ingot.st.npu.codegen.results import copied, set_stream
from ingot.st.npu.codegen.scaling import Scaling
from ingot.st.npu.codegen.tensors import Numbers
from ingot.st.npu.codegen.units import Draft
from ingot.st.npu.codegen.ways import Part
from ingot.st.npu.registers import Unit


def pairs(
    graph: Graph,
    choices: Mapping[int, Choice],
    views: Collection[int],
    layout: Layout,
    *,
    functions: bool,
) -> Iterator[tuple[int, int, tuple[Fused, ...]]]:
    """Number of a convolution, of the layer that may take its result, and both as one layer, the best form first.

    choices: of the layers on the NPU. views: operators that nothing runs for. No convolution and no other layer is in
    two pairs.
    """
    made_by = {layout.root(choice.layer.target.tensor): number for number, choice in choices.items()}
    readers = _readers(graph, views, layout)
    for number, choice in choices.items():
        then = choice.layer
        sides: tuple[Numbers, ...]
        if isinstance(then, Addition):
            wanted = str(graph.operators[number].attrs.get("activation", "NONE")) == "NONE"
            sides = (then.one, then.other)
        elif isinstance(then, Function):
            wanted, sides = functions, (then.source,)
        else:
            continue
        found = []
        for side in sides:
            root = layout.root(side.tensor)
            maker = made_by.get(root)
            if not wanted or maker is None or readers.get(root) != [number]:
                continue
            first = choices[maker].layer
            between = any(other in choices for other in range(maker + 1, number))
            if isinstance(first, Convolution) and first.target.shape == side.shape and not between:
                found.append((maker, first, side))
        if found:
            maker, first, side = max(found, key=lambda item: item[0])
            yield maker, number, tuple(_forms(first, then, side))


def _forms(first: Convolution, then: Addition | Function, side: Numbers) -> Iterator[Fused]:
    first = replace(first, target=replace(first.target, tensor=side.tensor))  # the same bytes
    if isinstance(then, Function):
        yield Fused(first, then)
        yield Fused(first, then, copied=True)
        return
    other = then.one if side is then.other else then.other
    yield Fused(first, Addition(other, side, then.target))
    yield Fused(first, Addition(side, other, then.target))


def _readers(graph: Graph, views: Collection[int], layout: Layout) -> dict[int, list[int]]:
    """Root of a tensor -> the operators that read it, an output of the graph as one behind the last."""
    found: dict[int, list[int]] = {}
    for number, op in enumerate(graph.operators):
        if number not in views:
            for tensor in op.inputs:
                if tensor is not None:
                    found.setdefault(layout.root(tensor), []).append(number)
    for tensor in graph.outputs:
        found.setdefault(layout.root(tensor), []).append(len(graph.operators))
    return found


def behind(layer: Fused, address: Callable[[Numbers, str], int]) -> Behind:
    """Adds the units of the second layer behind a convolution's. address: of the tensors that it reads, in a format.

    Raises Refusal.
    """
    then, between = layer.then, layer.first.target.tensor
    if isinstance(then, Function):
        table, _ = fitted(then.values)
    else:
        made, _ = addition(then)

    def units(draft: Draft, source: Unit, part: Part) -> Unit:
        if isinstance(then, Function):
            unit = draft.add(copied(), "ARITH", source) if layer.copied else source
            return draft.add(table, "ACTIV", unit)
        swapped = then.one.tensor == between
        other = then.other if swapped else then.one
        place, tile = address(other, "s8"), part.tile
        if tile:
            if tile.copied:
                raise Refusal("what a tile makes beside its columns has nothing to be added to")
            place += other.offset((0, tile.first, 0))
            other = other.window((other.shape[0], tile.count, other.shape[2]))
        stream = set_stream(other, place, part.first, part.way.kernels, part.sets)
        unit = draft.add(stream, "STRENG")
        return draft.add(made, "ARITH", *((source, unit) if swapped else (unit, source)))

    return units


def error_of(layer: Fused, scaling: Scaling) -> tuple[float, int]:
    """Of both layers, were the inputs the model's: the error before the last rounding, and the bound. Raises Refusal.

    The convolution's bytes are off by its bound; a sum makes of it what the scales' ratio is, a function its steepest
    step.
    """
    then = layer.then
    if isinstance(then, Addition):
        _, own = addition(then)
        error = scaling.bound * layer.first.target.scale / then.target.scale + own
        return error, math.floor(error) + 1
    _, off = fitted(then.values)
    values = then.values
    step = max(int(np.abs(values[by:] - values[:-by]).max()) for by in range(1, scaling.bound + 1))
    return float(step) + 0.5 * off, step + off
