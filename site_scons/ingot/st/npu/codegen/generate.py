# SPDX-License-Identifier: Apache-2.0
"""A graph as epochs for the NPU: layers that the table of public builds allows; of each other one, why not.

Tensors lie in the NPU's memory as HWC, in one or both of two formats: s8 is q as the model has it, u8 is q + 128. What
the CPU makes or reads is s8. Weights are one image.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingot.compiler.graph import Graph, Operator
from ingot.st.npu.codegen.convolution import ALIGNED, convolution_epoch, packed_kernels
from ingot.st.npu.codegen.copies import columns_epoch
from ingot.st.npu.codegen.fusion import behind, error_of, pairs
from ingot.st.npu.codegen.layers import (
    VIEWS,
    Convolution,
    Fused,
    Numbers,
    Refusal,
    folded_pads,
    layer_of,
    roots_of,
    sources_of,
    with_folded_zero,
)
from ingot.st.npu.codegen.lives import lives_of
from ingot.st.npu.codegen.made import BESIDE, SUMS, Choice, Found, Generated, Program
from ingot.st.npu.codegen.nested import Nested, Place, place_of
from ingot.st.npu.codegen.others import format_epoch
from ingot.st.npu.codegen.places import Key, Life, placed
from ingot.st.npu.codegen.placing import Search, laid, reads_of
from ingot.st.npu.codegen.scaling import Scaling, scaling_of
from ingot.st.npu.codegen.units import Draft, Rotation
from ingot.st.npu.codegen.unweighted import fillers
from ingot.st.npu.codegen.ways import Part, format_of, ways
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.public import Public

#: Where a layer is tried.
TRIED = 1 << 29
#: An error before the last rounding that is no reason to read a tensor with its zero point (`fold`).
SMALL = 0.06


Address = Callable[[Numbers, str], int]
Places = Callable[[Mapping[Key, Life]], Mapping[Key, int]]


def generate(
    graph: Graph,
    table: Public,
    ram: tuple[int, int],
    flash: int,
    *,
    fold: bool = False,
    functions: bool = False,
    place: Places | None = None,
    left: Mapping[int, str] | None = None,
    found: Found | None = None,
) -> Program:
    """The epochs of a graph. ram: first address and the one behind the last. flash: address of the weights.

    fold: whether convolutions of 1x1 may read any tensor as u8, its zero point in the bias. No public build does that.
    functions: whether a function such as a sigmoid may be in the epoch of the convolution before it.
    place: where buffers lie; without it they are placed in `ram`. left: number of an operator -> why it is left to the
    CPU from the beginning. found: of a program of the same graph, with the same table and words.

    A layer that no public build's forms allow is left to the CPU. Raises IngotError when the tensors do not fit.
    """
    refused: dict[int, str] = dict(left or {})
    found = found or Found()
    while True:
        place = place or (lambda lives: placed(lives, ram))
        generator = _Generator(graph, table, ram, flash, fold, refused, place, found, functions)
        program = generator.program()
        if program is not None:
            return program


@dataclass
class _Generator:
    """One attempt. refused: operators that turned out not to be possible, of the attempts before and of this one.

    number: of the next epoch. made_by: tensor -> the operator of the NPU that makes it. converted: tensors of the CPU's
    that lie there as u8, too. nested: tensors that lie in others.
    """

    graph: Graph
    table: Public
    ram: tuple[int, int]
    flash: int
    fold: bool
    refused: dict[int, str]
    place: Places
    found: Found
    functions: bool = False
    weights: bytearray = field(default_factory=bytearray)
    rotation: Rotation = field(default_factory=Rotation)
    number: int = 1
    roots: Mapping[int, int] = field(default_factory=dict)
    made_by: Mapping[int, int] = field(default_factory=dict)
    places: Mapping[Key, int] = field(default_factory=dict)
    converted: set[int] = field(default_factory=set)
    nested: Mapping[int, Nested] = field(default_factory=dict)

    def program(self) -> Program | None:
        """The program; None when one more operator had to be refused."""
        self.roots, pads = roots_of(self.graph), folded_pads(self.graph)
        operators = list(enumerate(self.graph.operators))
        views = {number for number, op in operators if op.kind in VIEWS}
        choices = {number: self._choice(number) for number, op in operators if number not in views}
        taken = {number: choice for number, choice in choices.items() if choice is not None}
        readers = self.graph.consumers()
        for number, op in operators:  # a PAD is run for readers that are left to the CPU
            if op.outputs and op.outputs[0] in pads and all(reader in taken for reader in readers[op.outputs[0]]):
                views.add(number)
        merged = self._fuse(taken, views)
        self.made_by = {self._root(choice.layer.target.tensor): number for number, choice in taken.items()}
        views |= set(merged)
        self.nested = self._nested(taken, views)
        lives = lives_of(self.graph, taken, self._root, self.nested, self._outside(taken, views))
        self.places = self.place(lives)
        made = []
        for number, op in operators:
            try:
                if number in merged:
                    made.append(Generated(op, sharing=merged[number]))
                else:
                    made.append(self._generated(op, taken[number]) if number in taken else self._left(number, views))
            except Refusal as reason:
                if number in merged.values():
                    self.found.apart.add(number)
                else:
                    self.refused[number] = str(reason)
                return None
        weights = bytes(self.weights)
        where = self.flash, self.ram, self.places, lives, self.roots
        return Program(self.graph, tuple(made), weights, *where, self.found, self.nested)

    def _fuse(self, taken: dict[int, Choice], views: Collection[int]) -> dict[int, int]:
        """Makes one choice of two layers in one epoch, where public builds have it; number of the first -> second."""
        merged: dict[int, int] = {}
        for first, then, forms in list(pairs(self.graph, taken, views, self.roots, functions=self.functions)):
            if then in self.found.apart:
                continue
            layer = self._together(first, then, forms, taken, views)
            if layer is not None:
                choice = taken.pop(first)
                others = ((numbers, "s8") for numbers in sources_of(layer)[1:])
                parts = tuple(replace(part, chains=1) for part in choice.parts)
                taken[then] = Choice(layer, parts, (*choice.reads, *others))
                merged[first] = then
        return merged

    def _together(
        self,
        first: int,
        then: int,
        forms: Sequence[Fused],
        taken: Mapping[int, Choice],
        views: Collection[int],
    ) -> Fused | None:
        """The form that public builds have, tried at an address of no matter."""
        tensor = taken[then].layer.target.tensor
        read = {form for choice in taken.values() for numbers, form in choice.reads if self._same(numbers, tensor)}
        if self._others_read(tensor, taken, views):
            read.add("s8")
        key = (first, then, tuple(sorted(read)))
        if key not in self.found.fused:
            parts = tuple(replace(part, chains=1) for part in taken[first].parts)  # a layer less is worth more
            fitting = (layer for layer in forms if not self._why_not(layer, parts, key[2]))
            self.found.fused[key] = next(fitting, None)
        return self.found.fused[key]

    def _same(self, numbers: Numbers, tensor: int) -> bool:
        return self._root(numbers.tensor) == self._root(tensor)

    def _left(self, number: int, views: Collection[int]) -> Generated:
        """An operator of the CPU, which is an epoch of its own, or one that is none."""
        op = self.graph.operators[number]
        if number in views:
            return Generated(op, view=True)
        self.number += 1
        return Generated(op, refused=self.refused[number], number=self.number - 1)

    def _root(self, tensor: int) -> int:
        return self.roots.get(tensor, tensor)

    def _place(self, tensor: int) -> Place:
        found = place_of(self._root(tensor), self.nested)
        assert found is not None
        return found

    def _home(self, tensor: int) -> int:
        """The root of the tensor that one lies in."""
        return self._place(tensor).home

    def _nested(self, taken: Mapping[int, Choice], views: Collection[int]) -> Mapping[int, Nested]:
        """Tensors that lie in others."""
        key = tuple(number for number in range(len(self.graph.operators)) if number not in taken)
        key += (-1, *sorted(number for number, choice in taken.items() if isinstance(choice.layer, Fused)))
        if key not in self.found.nested:
            runs = itertools.accumulate(
                number not in taken and number not in views for number in range(len(self.graph.operators))
            )
            search = Search(taken, dict(enumerate(runs)), self._root, self._outside(taken, views), self._fits)
            self.found.nested[key] = search.found()
        return self.found.nested[key]

    def _fits(self, number: int, search: Search) -> bool:
        """Whether a layer can be made where its tensors lie, tried at addresses of no matter."""
        choice, trial = search.taken[number], self._trial()
        trial.roots, trial.nested = self.roots, search.nested
        place = trial._place(choice.layer.target.tensor)
        targets = {form: TRIED + place.offset for form in search.forms(place.home, search.nested)}

        def address(numbers: Numbers, form: str) -> int:
            return TRIED + (0 if form in (SUMS, BESIDE) else trial._place(numbers.tensor).offset)

        try:
            trial._epochs(choice, address, targets)
        except Refusal:
            return False
        return True

    def _trial(self) -> _Generator:
        return _Generator(self.graph, self.table, self.ram, self.flash, False, {}, self.place, self.found)

    def _choice(self, number: int) -> Choice | None:
        """How a layer would be made, tried at an address of no matter; None for one of the CPU."""
        if number in self.refused:
            return None
        if number not in self.found.choices:
            choice = self._chosen(number)
            if choice is None:
                return None
            self.found.choices[number] = choice
        return self.found.choices[number]

    def _chosen(self, number: int) -> Choice | None:
        try:
            layer = layer_of(self.graph, self.graph.operators[number])
            parts: tuple[Part, ...] = ()
            if isinstance(layer, Convolution):
                layer, parts = self._best(layer)
        except Refusal as reason:
            self.refused[number] = str(reason)
            return None
        formats = parts[0].way.format if parts else "s8"
        return Choice(layer, parts, tuple((source, formats) for source in sources_of(layer)))

    def _best(self, layer: Convolution) -> tuple[Convolution, tuple[Part, ...]]:
        """The layer, or the one with its zero point in the bias, and its parts. Raises Refusal."""
        candidates = [layer]
        if self.fold and layer.source.zero != -128 and layer.kernel == (1, 1) and not any(layer.pads):
            candidates.append(with_folded_zero(layer))
        found, reasons = [], []
        for candidate in candidates:
            try:
                parts = self._parts(candidate)
                found.append((candidate, parts, float(_scaling(candidate, parts).error.max())))
            except Refusal as reason:
                reasons.append(reason)
        if not found:
            raise reasons[0]
        best = found[-1] if found[-1][2] <= max(SMALL, found[0][2]) else found[0]
        return best[:2]

    def _parts(self, layer: Convolution) -> tuple[Part, ...]:
        """The cheapest way that the table allows. Raises Refusal."""
        reasons = []
        for parts in ways(layer, self.table):
            reason = self._why_not(layer, parts)
            if not reason:
                return parts
            reasons.append(reason)
        raise Refusal(reasons[0] if reasons else _no_way(layer))

    def _why_not(self, layer: Convolution | Fused, parts: Sequence[Part], forms: Sequence[str] = ("s8",)) -> str:
        """Why no public build's forms allow the epochs, tried at an address of no matter; "" where they do."""
        try:
            self._trial()._convolution(layer, parts, lambda numbers, form: TRIED, dict.fromkeys(forms, TRIED))
        except Refusal as problem:
            return str(problem)
        return ""

    def _others_read(self, tensor: int, taken: Mapping[int, Choice], views: Collection[int]) -> bool:
        """Whether the CPU or the application reads a tensor, or nobody does."""
        read = {self._root(numbers.tensor) for choice in taken.values() for numbers, _ in choice.reads}
        return self._root(tensor) not in read or self._root(tensor) in self._outside(taken, views)

    def _outside(self, taken: Mapping[int, Choice], views: Collection[int]) -> set[int]:
        """Roots of what the CPU or the application reads."""
        by_cpu = {
            self._root(source)
            for number, op in enumerate(self.graph.operators)
            if number not in taken and number not in views
            for source in op.inputs
            if source is not None
        }
        return by_cpu | {self._root(output) for output in self.graph.outputs}

    def _reads(self, choice: Choice) -> tuple[tuple[Numbers, str], ...]:
        return reads_of(choice, self._root, self.nested)

    def _generated(self, op: Operator, choice: Choice) -> Generated:
        """The epochs of a layer; in front of them those that make u8 of what the CPU made. Raises Refusal."""
        epochs: list[HardwareEpoch] = []
        reads = [(self._home(numbers.tensor), form) for numbers, form in self._reads(choice)]
        writes: list[Key] = []
        for numbers, form in self._reads(choice):
            root = self._home(numbers.tensor)
            if form == "u8" and root not in self.made_by and root not in self.converted:
                self.converted.add(root)
                reads.append((root, "s8"))
                writes.append((root, "u8"))
                draft = Draft(self.number, self.rotation)
                format_epoch(draft, numbers, self._address(numbers, "s8"), self._address(numbers, "u8"))
                epochs.append(self._finished(draft))
        place = self._place(choice.layer.target.tensor)
        forms = [form for form in ("s8", "u8") if (place.home, form) in self.places]
        targets = {form: self.places[place.home, form] + place.offset for form in forms}
        writes += [(place.home, form) for form in targets]
        own, bound, error = self._epochs(choice, self._address, targets)
        epochs += own
        layer = laid(choice.layer, self._root, self.nested)
        made = Generated(op, layer, tuple(epochs), "", bound, error, placed=not epochs)
        return replace(made, reads=tuple(reads), writes=tuple(writes))

    def _epochs(
        self, choice: Choice, address: Address, targets: Mapping[str, int]
    ) -> tuple[list[HardwareEpoch], int, float]:
        """The epochs of a layer, where its tensors lie; its bound and its error before the last rounding."""
        layer = laid(choice.layer, self._root, self.nested)
        if isinstance(layer, Convolution | Fused):
            error, bound = _precision(layer, choice.parts)
            return self._convolution(layer, choice.parts, address, targets), bound, error
        read = {self._root(numbers.tensor) for numbers, _ in self._reads(choice)}
        sources = [
            address(numbers, "s8") if self._root(numbers.tensor) in read else None for numbers in sources_of(layer)
        ]
        epochs, errors = [], [0.0]
        for fill in fillers(layer, sources, targets):
            draft = Draft(self.number, self.rotation)
            try:
                errors.append(fill(draft) or 0.0)
            except ValueError as problem:
                raise Refusal(str(problem)) from None
            epochs.append(self._finished(draft))
        error = max(errors)
        return epochs, math.floor(error) + 1 if error else 0, error

    def _address(self, numbers: Numbers, form: str) -> int:
        if form in (SUMS, BESIDE):
            return self.places[self._root(numbers.tensor), form]
        place = self._place(numbers.tensor)
        return self.places[place.home, form] + place.offset

    def _convolution(
        self, layer: Convolution | Fused, parts: Sequence[Part], address: Address, targets: Mapping[str, int]
    ) -> list[HardwareEpoch]:
        second = behind(layer, address) if isinstance(layer, Fused) else None
        first = layer.first if isinstance(layer, Fused) else layer
        written = replace(first, target=layer.target)
        scaling, epochs = _scaling(first, parts), []
        kernels: dict[Part, tuple[int, int]] = {}  # of tiles the same ones
        for part, next_part in itertools.zip_longest(parts, parts[1:]):
            whole = replace(part, tile=None)
            if whole not in kernels:
                kernels[whole] = self._kernels(first, whole)
            draft = Draft(self.number, self.rotation)
            source = address(first.source, part.way.format)
            sums = address(first.target, SUMS) if part.sums(first) else 0
            beside = {"s8": address(first.target, BESIDE)} if part.aside(first) else {}
            try:
                convolution_epoch(
                    draft, written, part, scaling, source, kernels[whole], sums, beside or targets, second
                )
            except ValueError as problem:
                raise Refusal(str(problem)) from None
            epochs.append(self._finished(draft))
            if beside and part.tile and (next_part is None or next_part.tile != part.tile):
                draft = Draft(self.number, self.rotation)
                columns_epoch(draft, part.of(written).target, beside["s8"], part.tile, layer.target, targets)
                epochs.append(self._finished(draft))
        return epochs

    def _kernels(self, layer: Convolution, part: Part) -> tuple[int, int]:
        """Puts the kernels of a part into the image: their address, and how many bytes they are."""
        self.weights += bytes(-len(self.weights) % ALIGNED)
        place, content = self.flash + len(self.weights), self._packed(layer, part)
        self.weights += content
        return place, len(content)

    def _packed(self, layer: Convolution, part: Part) -> bytes:
        """The kernels of a part."""
        known, key = self.found.packed, (layer.target.tensor, part)
        if key not in known:
            known[key] = packed_kernels(layer, part)
        return known[key]

    def _finished(self, draft: Draft) -> HardwareEpoch:
        """The epoch. Raises Refusal for anything that no public build has."""
        epoch = draft.finished()
        strange = self.table.strange(epoch)
        if strange:
            raise Refusal(strange[0])
        self.number += 1
        return epoch


def _scaling(layer: Convolution, parts: Sequence[Part]) -> Scaling:
    return scaling_of(layer, parts[0].way.roundings)


def _precision(layer: Convolution | Fused, parts: Sequence[Part]) -> tuple[float, int]:
    """The error before the last rounding, and the bound."""
    if isinstance(layer, Fused):
        return error_of(layer, _scaling(layer.first, parts))
    scaling = _scaling(layer, parts)
    return float(scaling.error.max()), scaling.bound


def _no_way(layer: Convolution) -> str:
    size, strides = ("x".join(str(side) for side in sides) for sides in (layer.kernel, layer.strides))
    kind = f"{size} {'depthwise ' if layer.depthwise else ''}kernels with stride {strides}"
    outputs = "" if layer.depthwise else f" to {layer.target.shape[2]}"
    return f"no public build has {kind} of {layer.source.shape[2]} channels{outputs} in {format_of(layer)}"
