# SPDX-License-Identifier: Apache-2.0
"""Epochs of layers, one after the other, each held against the table of public builds; and the image of weights."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingot.st.npu.codegen.convolution import ALIGNED, Addresses, convolution_epoch, packed_kernels
from ingot.st.npu.codegen.copies import columns_epoch
from ingot.st.npu.codegen.formats import format_epoch
from ingot.st.npu.codegen.fusion import behind, error_of
from ingot.st.npu.codegen.in_place import laid, reads_of
from ingot.st.npu.codegen.layers import Convolution, Fused, Refusal, sources_of
from ingot.st.npu.codegen.made import BESIDE, SUMS, Choice
from ingot.st.npu.codegen.nested import Layout
from ingot.st.npu.codegen.scaling import Scaling, scaling_of
from ingot.st.npu.codegen.tensors import Numbers
from ingot.st.npu.codegen.units import Draft, Rotation
from ingot.st.npu.codegen.unweighted import fillers
from ingot.st.npu.codegen.ways import Part
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.public import Public

#: Address of a tensor in a format, or of what is made beside it.
Address = Callable[[Numbers, str], int]


@dataclass
class Writer:
    """Writes epochs. flash: address of the weights. packed: kernels that need not be packed again (of `Found`).

    number: of the next epoch. weights: the image.
    """

    table: Public
    flash: int
    packed: dict[tuple[int, Part], bytes]
    number: int = 1
    weights: bytearray = field(default_factory=bytearray)
    rotation: Rotation = field(default_factory=Rotation)

    def layer(
        self, choice: Choice, layout: Layout, address: Address, targets: Mapping[str, int]
    ) -> tuple[list[HardwareEpoch], int, float]:
        """The epochs of a layer, where its tensors lie; its bound and its error before the last rounding.

        targets: format -> address of the result. Raises Refusal for anything that no public build has.
        """
        layer = laid(choice.layer, layout)
        if isinstance(layer, Convolution | Fused):
            error, bound = _precision(layer, choice.parts)
            return self.convolution(layer, choice.parts, address, targets), bound, error
        read = {layout.root(numbers.tensor) for numbers, _ in reads_of(choice, layout)}
        sources = [
            address(numbers, "s8") if layout.root(numbers.tensor) in read else None for numbers in sources_of(layer)
        ]
        epochs, errors = [], [0.0]
        for fill in fillers(layer, sources, targets):
            draft = self._draft()
            try:
                errors.append(fill(draft) or 0.0)
            except ValueError as problem:
                raise Refusal(str(problem)) from None
            epochs.append(self._finished(draft))
        error = max(errors)
        return epochs, math.floor(error) + 1 if error else 0, error

    def convolution(
        self, layer: Convolution | Fused, parts: Sequence[Part], address: Address, targets: Mapping[str, int]
    ) -> list[HardwareEpoch]:
        """The epochs of a convolution, and of what takes its result in them: one a part, and copies behind tiles."""
        second = behind(layer, address) if isinstance(layer, Fused) else None
        first = layer.first if isinstance(layer, Fused) else layer
        written = replace(first, target=layer.target)
        scaling, epochs = scaling_with(first, parts), []
        kernels: dict[Part, tuple[int, int]] = {}  # of tiles the same ones
        for part, next_part in itertools.zip_longest(parts, parts[1:]):
            whole = replace(part, tile=None)
            if whole not in kernels:
                kernels[whole] = self._kernels(first, whole)
            draft = self._draft()
            source = address(first.source, part.way.format)
            sums = address(first.target, SUMS) if part.sums(first) else 0
            beside = {"s8": address(first.target, BESIDE)} if part.aside(first) else {}
            try:
                at = Addresses(source, kernels[whole], sums, beside or targets)
                convolution_epoch(draft, written, part, scaling, at, second)
            except ValueError as problem:
                raise Refusal(str(problem)) from None
            epochs.append(self._finished(draft))
            if beside and part.tile and (next_part is None or next_part.tile != part.tile):
                draft = self._draft()
                columns_epoch(draft, part.of(written).target, beside["s8"], part.tile, layer.target, targets)
                epochs.append(self._finished(draft))
        return epochs

    def format(self, numbers: Numbers, source: int, target: int) -> HardwareEpoch:
        """The epoch that makes u8 of a tensor's s8. source, target: their addresses. Raises Refusal."""
        draft = self._draft()
        format_epoch(draft, numbers, source, target)
        return self._finished(draft)

    def skipped(self) -> int:
        """The number of an epoch of the CPU."""
        self.number += 1
        return self.number - 1

    def _kernels(self, layer: Convolution, part: Part) -> tuple[int, int]:
        """Puts the kernels of a part into the image: their address, and how many bytes they are."""
        self.weights += bytes(-len(self.weights) % ALIGNED)
        place, key = self.flash + len(self.weights), (layer.target.tensor, part)
        if key not in self.packed:
            self.packed[key] = packed_kernels(layer, part)
        self.weights += self.packed[key]
        return place, len(self.packed[key])

    def _draft(self) -> Draft:
        return Draft(self.number, self.rotation)

    def _finished(self, draft: Draft) -> HardwareEpoch:
        """The epoch. Raises Refusal for anything that no public build has."""
        epoch = draft.finished()
        strange = self.table.strange(epoch)
        if strange:
            raise Refusal(strange[0])
        self.number += 1
        return epoch


def scaling_with(layer: Convolution, parts: Sequence[Part]) -> Scaling:
    """The numbers of a convolution that is made of these parts. Raises Refusal."""
    return scaling_of(layer, parts[0].way.roundings)


def _precision(layer: Convolution | Fused, parts: Sequence[Part]) -> tuple[float, int]:
    """The error before the last rounding, and the bound."""
    if isinstance(layer, Fused):
        return error_of(layer, scaling_with(layer.first, parts))
    scaling = scaling_with(layer, parts)
    return float(scaling.error.max()), scaling.bound
