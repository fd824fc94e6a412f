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

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ingot.st.npu.codegen.layers import Addition, Convolution, Function, Fused, Joined, Layer, Product, Sliced
from ingot.st.npu.codegen.made import Choice
from ingot.st.npu.codegen.nested import Nested, place_of
from ingot.st.npu.codegen.tensors import Numbers, Shape

Read = tuple[Numbers, str]


def laid(layer: Layer, root: Callable[[int], int], nested: Mapping[int, Nested]) -> Layer:
    """The layer with the distances of its tensors."""

    def own(numbers: Numbers) -> Numbers:
        place = place_of(root(numbers.tensor), nested)
        assert place is not None
        return replace(numbers, pixel=place.pixel, line=place.line)

    if not nested:
        return layer
    if isinstance(layer, Joined):
        return replace(layer, parts=tuple(map(own, layer.parts)), target=own(layer.target))
    if isinstance(layer, Fused):
        first, then = laid(layer.first, root, nested), laid(layer.then, root, nested)
        assert isinstance(first, Convolution) and isinstance(then, Addition | Function)
        return replace(layer, first=first, then=then)
    if isinstance(layer, Addition | Product):
        return replace(layer, one=own(layer.one), other=own(layer.other), target=own(layer.target))
    return replace(layer, source=own(layer.source), target=own(layer.target))


@dataclass
class Search:
    """Finds them. taken: number of an operator -> how the NPU makes it. run: number -> of its program. root: of a
    tensor. outside: roots that the CPU or the application reads. fits: whether an operator can be made so.
    """

    taken: Mapping[int, Choice]
    run: Mapping[int, int]
    root: Callable[[int], int]
    outside: Collection[int]
    fits: Callable[[int, Search], bool]
    nested: dict[int, Nested] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.maker = {self.root(choice.layer.target.tensor): number for number, choice in self.taken.items()}
        self.readers: dict[int, list[int]] = {}
        for number, choice in self.taken.items():
            for source, _ in choice.reads:
                self.readers.setdefault(self.root(source.tensor), []).append(number)

    def found(self) -> dict[int, Nested]:
        """Root of a tensor -> where it lies."""
        for number, choice in self.taken.items():
            if isinstance(choice.layer, Sliced):
                self._slice(number, choice.layer)
        for number, choice in reversed(list(self.taken.items())):
            if isinstance(choice.layer, Joined):
                for part, place in parts_of(choice.layer):
                    self._part(number, choice.layer, part, place)
        return self.nested

    def _slice(self, number: int, layer: Sliced) -> None:
        made, source = self.root(layer.target.tensor), self.root(layer.source.tensor)
        if source in self.maker and self._made(source).shape == layer.source.shape:
            self._try(made, Nested(self._made(source), layer.first, layer.target.shape), number, source)

    def _part(self, number: int, layer: Joined, part: Numbers, place: Shape) -> None:
        """Puts a part, or the tensor that it is a slice of, where it belongs."""
        whole = self.root(layer.target.tensor)
        made = self.root(part.tensor)
        if made not in self.maker or in_place(layer, part, place, self.root, self.nested):
            return
        shape, first = self._made(made).shape, place
        if shape != part.shape:  # in another shape, in one run of bytes
            if layer.target.window(part.shape).dense:
                self._try(made, Nested(self._made(whole), first, shape, flat=True), number, whole)
            return
        while made in self.nested and not self.nested[made].flat and made != whole:  # a slice brings all of its source
            link = self.nested[made]
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
        if made in self.nested or made not in self.maker:
            return
        if not link.flat and any(first + size > most for first, size, most in ends):
            return
        before, nested = dict(self.nested), self.nested | {made: link}
        moved = [root for root in self.maker if self._lies_in(root, made, nested)]
        users = {user for root in moved for user in (self.maker[root], *self.readers.get(root, ()))}
        users |= {self.maker[other], number}
        if any(root in self.outside for root in moved) or len({self.run[user] for user in users}) > 1:
            return
        if not self._same_shapes(moved, users, nested) or not self._apart(other, nested):
            return
        joins = isinstance(self.taken[number].layer, Joined)
        if joins and not self._forms(moved, nested) <= self.forms(other, before):
            return
        self.nested = nested
        if not all(self.fits(user, self) for user in sorted(users)):
            self.nested = before

    def _lies_in(self, root: int, other: int, nested: Mapping[int, Nested]) -> bool:
        while root != other and root in nested:
            root = nested[root].other.tensor
        return root == other

    def _same_shapes(self, moved: list[int], users: Collection[int], nested: Mapping[int, Nested]) -> bool:
        """Whether all see a tensor whose bytes do not follow each other in one shape."""
        for user in users:
            layer = self.taken[user].layer
            for numbers in (layer.target, *(source for source, _ in self.taken[user].reads)):
                root = self.root(numbers.tensor)
                if root in moved:
                    place = place_of(root, nested)
                    if place is None or (place.pixel and numbers.shape != self._made(root).shape):
                        return False
        return True

    def _apart(self, whole: int, nested: Mapping[int, Nested]) -> bool:
        """Whether what lies in a joined tensor is what it joins there, and nothing else."""
        layer = self.taken[self.maker[whole]].layer
        if not isinstance(layer, Joined):
            return True
        boxes = [self._box(root, whole, nested) for root in self.maker if nested.get(root) and root != whole]
        taken = [box for box in boxes if box is not None]
        for part, place in parts_of(layer):
            meets = any(_meet(box, (place, part.shape)) for box in taken)
            if meets and not in_place(layer, part, place, self.root, nested):
                return False
        return True

    def _box(self, root: int, whole: int, nested: Mapping[int, Nested]) -> tuple[Shape, Shape] | None:
        """Place and shape of a tensor that lies in a joined one at once; of one in another shape, nothing: it is a
        part as it is."""
        link = nested[root]
        return (link.first, link.shape) if link.other.tensor == whole and not link.flat else None

    def forms(self, home: int, nested: Mapping[int, Nested]) -> set[str]:
        """The formats that a whole tensor has."""
        read = self._forms([home], nested)
        return read | {"s8"} if home in self.outside or not read else read

    def _forms(self, roots: Collection[int], nested: Mapping[int, Nested]) -> set[str]:
        """The formats in which these, and what lies in them, are read."""
        found: set[str] = set()
        for choice in self.taken.values():
            for source, form in reads_of(choice, self.root, nested):
                if any(self._lies_in(self.root(source.tensor), root, nested) for root in roots):
                    found.add(form)
        return found


def parts_of(layer: Joined) -> Iterator[tuple[Numbers, Shape]]:
    """What a CONCATENATION joins, and the row, column and channel where each begins."""
    before = 0
    for part in layer.parts:
        rows, columns, channel = (before if axis == layer.axis else 0 for axis in range(3))
        yield part, (rows, columns, channel)
        before += part.shape[layer.axis]


def in_place(
    layer: Joined, part: Numbers, place: Shape, root: Callable[[int], int], nested: Mapping[int, Nested]
) -> bool:
    """Whether a part of a joined tensor lies where it belongs."""
    whole = root(layer.target.tensor)
    found = place_of(root(part.tensor), {made: link for made, link in nested.items() if made != whole})
    return found is not None and found.home == whole and found.offset == layer.target.offset(place)


def reads_of(choice: Choice, root: Callable[[int], int], nested: Mapping[int, Nested]) -> tuple[Read, ...]:
    """What a layer reads when tensors lie so: a CONCATENATION what is not in its place, a slice of one nothing."""
    layer = choice.layer
    if isinstance(layer, Joined):
        pairs = zip(choice.reads, parts_of(layer), strict=True)
        return tuple(read for read, (part, place) in pairs if not in_place(layer, part, place, root, nested))
    if isinstance(layer, Sliced):
        link = nested.get(root(layer.target.tensor))
        return () if link and link.other.tensor == root(layer.source.tensor) else choice.reads
    return choice.reads


def _meet(one: tuple[Shape, Shape], other: tuple[Shape, Shape]) -> bool:
    return all(
        first < start + size and start < first + length for first, length, start, size in zip(*one, *other, strict=True)
    )
