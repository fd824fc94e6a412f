# SPDX-License-Identifier: Apache-2.0
"""Layers without weights as epochs: what fills each of them, by the kind of layer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from ingot.st.npu.codegen.additions import addition_epoch
from ingot.st.npu.codegen.copies import joined_epoch, sliced_epoch
from ingot.st.npu.codegen.formats import requantized_epoch
from ingot.st.npu.codegen.functions import function_epoch
from ingot.st.npu.codegen.layers import (
    Addition,
    Convolution,
    Function,
    Fused,
    Joined,
    Layer,
    Mean,
    Product,
    Requantized,
    Sliced,
)
from ingot.st.npu.codegen.pools import largest_epoch, mean_epoch
from ingot.st.npu.codegen.products import product_epoch
from ingot.st.npu.codegen.units import Draft

#: Fills an epoch, and gives the error before the last rounding; nothing for one that moves bytes.
Filler = Callable[[Draft], float | None]


def fillers(layer: Layer, given: Sequence[int | None], targets: Mapping[str, int]) -> list[Filler]:
    """One for each epoch of a layer. given: addresses of its inputs; None for what it need not read, as it lies in its
    place. targets: format -> address of the result.

    A filler raises Refusal for what cannot be, ValueError for numbers that no register holds.
    """
    part = functools.partial
    if isinstance(layer, Convolution | Fused):
        raise TypeError("a convolution has weights")
    if isinstance(layer, Joined):
        return [
            part(joined_epoch, layer=layer, number=number, source=place, targets=targets)
            for number, place in enumerate(given)
            if place is not None
        ]
    sources = [place for place in given if place is not None]
    if isinstance(layer, Addition):
        return [part(addition_epoch, layer=layer, sources=(sources[0], sources[1]), targets=targets)]
    if isinstance(layer, Product):
        return [part(product_epoch, layer=layer, sources=(sources[0], sources[1]), targets=targets)]
    if isinstance(layer, Sliced):
        return [] if not sources else [part(sliced_epoch, layer=layer, source=sources[0], targets=targets)]
    if isinstance(layer, Requantized):
        return [part(requantized_epoch, layer=layer, source=sources[0], targets=targets)]
    if isinstance(layer, Function):
        return [part(function_epoch, layer=layer, source=sources[0], targets=targets)]
    if isinstance(layer, Mean):
        return [part(mean_epoch, layer=layer, source=sources[0], targets=targets)]
    return [part(largest_epoch, layer=layer, source=sources[0], targets=targets)]
