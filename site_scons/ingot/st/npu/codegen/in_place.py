# SPDX-License-Identifier: Apache-2.0
"""Tensors that lie in others: what a CONCATENATION joins is written to its place, and a part is read where it is.

Then the CONCATENATION or the STRIDED_SLICE has nothing to do. Whoever writes or reads such a tensor keeps the distances
of the one that it lies in. It is done where

- the NPU makes the tensor and the NPU alone reads it, all in one program, together with the joined one;
- the joined tensor has each format in which it is read (what the CONCATENATION itself reads does not count);
- every layer that writes or reads it can do so with a form that public builds have: each is tried.

Else the copy stays. A tensor that two CONCATENATIONs join lies in the later one, and is copied to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from ingot.st.npu.codegen.layers import Addition, Convolution, Function, Fused, Joined, Layer, Product, Sliced
from ingot.st.npu.codegen.made import Choice
from ingot.st.npu.codegen.nested import Layout, Nested, place_of
from ingot.st.npu.codegen.tensors import Numbers, Shape

Read = tuple[Numbers, str]


def laid(layer: Layer, layout: Layout) -> Layer:
    """The layer with the distances of its tensors."""

    def own(numbers: Numbers) -> Numbers:
        place = layout.place(numbers.tensor)
        return replace(numbers, pixel=place.pixel, line=place.line)

    if not layout.nested:
        return layer
    if isinstance(layer, Joined):
        return replace(layer, parts=tuple(map(own, layer.parts)), target=own(layer.target))
    if isinstance(layer, Fused):
        first, then = laid(layer.first, layout), laid(layer.then, layout)
        assert isinstance(first, Convolution) and isinstance(then, Addition | Function)
        return replace(layer, first=first, then=then)
    if isinstance(layer, Addition | Product):
        return replace(layer, one=own(layer.one), other=own(layer.other), target=own(layer.target))
    return replace(layer, source=own(layer.source), target=own(layer.target))


@dataclass
class Search:
    """Finds them. taken: number of an operator -> how the NPU makes it. run: number of an operator -> of its program.

    layout: where tensors lie so far. outside: roots that the CPU or the application reads. fits: whether a layer can be
    made where its tensors lie, with the result in these formats.
    """

    taken: Mapping[int, Choice]
    run: Mapping[int, int]
    layout: Layout
    outside: Collection[int]
    fits: Callable[[Choice, Layout, Collection[str]], bool]

    def __post_init__(self) -> None:
        self.root = self.layout.root
        self.maker = {self.root(choice.layer.target.tensor): number for number, choice in self.taken.items()}
        self.readers: dict[int, list[int]] = {}
        for number, choice in self.taken.items():
            for source, _ in choice.reads:
                self.readers.setdefault(self.root(source.tensor), []).append(number)

    def found(self) -> Mapping[int, Nested]:
        """Root of a tensor -> where it lies."""
        for number, choice in self.taken.items():
            if isinstance(choice.layer, Sliced):
                self._slice(number, choice.layer)
        for number, choice in reversed(list(self.taken.items())):
            if isinstance(choice.layer, Joined):
                for part, place in choice.layer.placed:
                    self._part(number, choice.layer, part, place)
        return self.layout.nested

    def _slice(self, number: int, layer: Sliced) -> None:
        made, source = self.root(layer.target.tensor), self.root(layer.source.tensor)
        if source in self.maker and self._made(source).shape == layer.source.shape:
            self._try(made, Nested(self._made(source), layer.first, layer.target.shape), number, source)

    def _part(self, number: int, layer: Joined, part: Numbers, place: Shape) -> None:
        """Puts a part, or the tensor that it is a slice of, where it belongs."""
        whole = self.root(layer.target.tensor)
        made = self.root(part.tensor)
        if made not in self.maker or in_place(layer, part, place, self.layout):
            return
        shape, first = self._made(made).shape, place
        if shape != part.shape:  # in another shape, in one run of bytes
            if layer.target.window(part.shape).dense:
                self._try(made, Nested(self._made(whole), first, shape, flat=True), number, whole)
            return
        nested = self.layout.nested
        while made in nested and not nested[made].flat and made != whole:  # a slice brings all of its source
            link = nested[made]
            first = (first[0] - link.first[0], first[1] - link.first[1], first[2] - link.first[2])
            made = self.root(link.other.tensor)
        if made != whole and min(first) >= 0 and made in self.maker:
            self._try(made, Nested(self._made(whole), first, self._made(made).shape), number, whole)

    def _made(self, root: int) -> Numbers:
        """The tensor as its maker writes it."""
        return replace(self.taken[self.maker[root]].layer.target, tensor=root)

    def _try(self, made: int, link: Nested, number: int, other: int) -> None:
        """Takes the place when nothing speaks against it. number: of the operator that has less to do then."""
        ends = zip(link.first, link.shape, link.other.shape, strict=True)
        if made in self.layout.nested or made not in self.maker:
            return
        if not link.flat and any(first + size > most for first, size, most in ends):
            return
        before = self.layout
        after = replace(before, nested={**before.nested, made: link})
        moved = [root for root in self.maker if _lies_in(root, made, after)]
        users = {user for root in moved for user in (self.maker[root], *self.readers.get(root, ()))}
        users |= {self.maker[other], number}
        if any(root in self.outside for root in moved) or len({self.run[user] for user in users}) > 1:
            return
        if not self._same_shapes(moved, users, after) or not self._apart(other, after):
            return
        joins = isinstance(self.taken[number].layer, Joined)
        if joins and not self._forms(moved, after) <= self._all_forms(other, before):
            return
        if all(self._fits(self.taken[user], after) for user in sorted(users)):
            self.layout = after

    def _fits(self, choice: Choice, layout: Layout) -> bool:
        return self.fits(choice, layout, self._all_forms(layout.home(choice.layer.target.tensor), layout))

    def _same_shapes(self, moved: list[int], users: Collection[int], layout: Layout) -> bool:
        """Whether all see a tensor whose bytes do not follow each other in one shape."""
        for user in users:
            layer = self.taken[user].layer
            for numbers in (layer.target, *(source for source, _ in self.taken[user].reads)):
                root = self.root(numbers.tensor)
                if root in moved:
                    place = place_of(root, layout.nested)
                    if place is None or (place.pixel and numbers.shape != self._made(root).shape):
                        return False
        return True

    def _apart(self, whole: int, layout: Layout) -> bool:
        """Whether what lies in a joined tensor is what it joins there, and nothing else.

        What lies there in another shape is a part as it is.
        """
        layer = self.taken[self.maker[whole]].layer
        if not isinstance(layer, Joined):
            return True
        links = (layout.nested[root] for root in self.maker if root in layout.nested and root != whole)
        taken = [(link.first, link.shape) for link in links if link.other.tensor == whole and not link.flat]
        for part, place in layer.placed:
            meets = any(_meet(box, (place, part.shape)) for box in taken)
            if meets and not in_place(layer, part, place, layout):
                return False
        return True

    def _all_forms(self, home: int, layout: Layout) -> set[str]:
        """The formats that a whole tensor has."""
        read = self._forms([home], layout)
        return read | {"s8"} if home in self.outside or not read else read

    def _forms(self, roots: Collection[int], layout: Layout) -> set[str]:
        """The formats in which these, and what lies in them, are read."""
        found: set[str] = set()
        for choice in self.taken.values():
            for source, form in reads_of(choice, layout):
                if any(_lies_in(self.root(source.tensor), root, layout) for root in roots):
                    found.add(form)
        return found


def in_place(layer: Joined, part: Numbers, place: Shape, layout: Layout) -> bool:
    """Whether a part of a joined tensor lies where it belongs."""
    whole = layout.root(layer.target.tensor)
    inside = {made: link for made, link in layout.nested.items() if made != whole}
    found = place_of(layout.root(part.tensor), inside)
    return found is not None and found.home == whole and found.offset == layer.target.offset(place)


def reads_of(choice: Choice, layout: Layout) -> tuple[Read, ...]:
    """What a layer reads when tensors lie so: a CONCATENATION what is not in its place, a slice of one nothing."""
    layer = choice.layer
    if isinstance(layer, Joined):
        pairs = zip(choice.reads, layer.placed, strict=True)
        return tuple(read for read, (part, place) in pairs if not in_place(layer, part, place, layout))
    if isinstance(layer, Sliced):
        link = layout.nested.get(layout.root(layer.target.tensor))
        return () if link and link.other.tensor == layout.root(layer.source.tensor) else choice.reads
    return choice.reads


def _lies_in(root: int, other: int, layout: Layout) -> bool:
    while root != other and root in layout.nested:
        root = layout.nested[root].other.tensor
    return root == other


def _meet(one: tuple[Shape, Shape], other: tuple[Shape, Shape]) -> bool:
    return all(
        first < start + size and start < first + length for first, length, start, size in zip(*one, *other, strict=True)
    )
