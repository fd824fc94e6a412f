# SPDX-License-Identifier: Apache-2.0
"""A graph as epochs for the NPU: layers that the table of public builds allows; of each other one, why not.

Tensors lie in the NPU's memory as HWC, in one or both of two formats: s8 is q as the model has it, u8 is q + 128. What
the CPU makes or reads is s8. Weights are one image.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from ingot.compiler.graph import Graph, Operator
from ingot.st.npu.codegen.choosing import Chooser
from ingot.st.npu.codegen.epochs import Writer
from ingot.st.npu.codegen.first_fit import Key, Life, placed
from ingot.st.npu.codegen.in_place import Search, laid, reads_of
from ingot.st.npu.codegen.layers import Fused, Refusal
from ingot.st.npu.codegen.lives import lives_of
from ingot.st.npu.codegen.made import BESIDE, SUMS, Choice, Found, Generated, Program
from ingot.st.npu.codegen.nested import Layout, Nested
from ingot.st.npu.codegen.tensors import Numbers
from ingot.st.npu.codegen.views import VIEWS, folded_pads, read_outside, roots_of
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.public import Public

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
    place = place or (lambda lives: placed(lives, ram))
    chooser = Chooser(graph, table, flash, found, fold, functions)
    while True:
        generator = _Generator(graph, ram, refused, place, found, chooser, Writer(table, flash, found.packed))
        program = generator.program()
        if program is not None:
            return program


@dataclass
class _Generator:
    """One attempt. refused: operators that turned out not to be possible, of the attempts before and of this one.

    made_by_npu: roots of the tensors that the NPU makes. converted: tensors of the CPU's that lie there as u8, too.
    """

    graph: Graph
    ram: tuple[int, int]
    refused: dict[int, str]
    place: Places
    found: Found
    chooser: Chooser
    writer: Writer
    layout: Layout = field(default_factory=Layout)
    made_by_npu: Collection[int] = ()
    places: Mapping[Key, int] = field(default_factory=dict)
    converted: set[int] = field(default_factory=set)

    def program(self) -> Program | None:
        """The program; None when one more operator had to be refused."""
        self.layout = Layout(roots_of(self.graph))
        taken = self._taken()
        views = self._views(taken)
        merged = self.chooser.fuse(taken, views, self.layout)
        views |= set(merged)
        self.made_by_npu = {self.layout.root(choice.layer.target.tensor) for choice in taken.values()}
        outside = read_outside(self.graph, self.layout, {*taken, *views})
        self.layout = replace(self.layout, nested=self._nested(taken, views, outside))
        lives = lives_of(self.graph, taken, self.layout, outside)
        self.places = self.place(lives)
        made = []
        for number, op in enumerate(self.graph.operators):
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
        weights, where = bytes(self.writer.weights), (self.writer.flash, self.ram, self.places, lives)
        return Program(self.graph, tuple(made), weights, *where, self.layout, self.found)

    def _taken(self) -> dict[int, Choice]:
        """Number of an operator -> how the NPU makes it; the others that run at all are refused."""
        taken: dict[int, Choice] = {}
        for number, op in enumerate(self.graph.operators):
            if op.kind not in VIEWS and number not in self.refused:
                try:
                    taken[number] = self.chooser.choice(number)
                except Refusal as reason:
                    self.refused[number] = str(reason)
        return taken

    def _views(self, taken: Collection[int]) -> set[int]:
        """Operators that nothing runs for. A PAD is run for readers that are left to the CPU."""
        readers, pads = self.graph.consumers(), folded_pads(self.graph)
        return {
            number
            for number, op in enumerate(self.graph.operators)
            if op.kind in VIEWS
            or (op.outputs and op.outputs[0] in pads and all(reader in taken for reader in readers[op.outputs[0]]))
        }

    def _nested(
        self, taken: Mapping[int, Choice], views: Collection[int], outside: Collection[int]
    ) -> Mapping[int, Nested]:
        """Tensors that lie in others."""
        numbers = range(len(self.graph.operators))
        key = tuple(number for number in numbers if number not in taken)
        key += (-1, *sorted(number for number, choice in taken.items() if isinstance(choice.layer, Fused)))
        if key not in self.found.nested:
            runs = itertools.accumulate(number not in taken and number not in views for number in numbers)
            search = Search(taken, dict(enumerate(runs)), self.layout, outside, self.chooser.fits)
            self.found.nested[key] = search.found()
        return self.found.nested[key]

    def _left(self, number: int, views: Collection[int]) -> Generated:
        """An operator of the CPU, which is an epoch of its own, or one that is none."""
        op = self.graph.operators[number]
        if number in views:
            return Generated(op, view=True)
        return Generated(op, refused=self.refused[number], number=self.writer.skipped())

    def _generated(self, op: Operator, choice: Choice) -> Generated:
        """The epochs of a layer; in front of them those that make u8 of what the CPU made. Raises Refusal."""
        epochs: list[HardwareEpoch] = []
        own_reads = reads_of(choice, self.layout)
        reads = [(self.layout.home(numbers.tensor), form) for numbers, form in own_reads]
        writes: list[Key] = []
        for numbers, form in own_reads:
            home = self.layout.home(numbers.tensor)
            if form == "u8" and home not in self.made_by_npu and home not in self.converted:
                self.converted.add(home)
                reads.append((home, "s8"))
                writes.append((home, "u8"))
                epochs.append(self.writer.format(numbers, self._address(numbers, "s8"), self._address(numbers, "u8")))
        place = self.layout.place(choice.layer.target.tensor)
        forms = [form for form in ("s8", "u8") if (place.home, form) in self.places]
        targets = {form: self.places[place.home, form] + place.offset for form in forms}
        writes += [(place.home, form) for form in targets]
        own, bound, error = self.writer.layer(choice, self.layout, self._address, targets)
        epochs += own
        layer = laid(choice.layer, self.layout)
        made = Generated(op, layer, tuple(epochs), "", bound, error, placed=not epochs)
        return replace(made, reads=tuple(reads), writes=tuple(writes))

    def _address(self, numbers: Numbers, form: str) -> int:
        if form in (SUMS, BESIDE):
            return self.places[self.layout.root(numbers.tensor), form]
        place = self.layout.place(numbers.tensor)
        return self.places[place.home, form] + place.offset
