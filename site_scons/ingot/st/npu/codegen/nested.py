# SPDX-License-Identifier: Apache-2.0
"""A tensor that lies in another one: where its first byte is, and how far apart its pixels and lines are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ingot.st.npu.codegen.tensors import Numbers, Shape


@dataclass(frozen=True)
class Nested:
    """Where a tensor lies: in the other one, whose `tensor` is its root. first: the place of its first element.

    shape: its own. flat: whether its bytes follow each other there, so that it may have any shape.
    """

    other: Numbers
    first: Shape
    shape: Shape
    flat: bool = False


@dataclass(frozen=True)
class Place:
    """The whole tensor that one lies in, the offset of its first byte there, and distances as of Numbers."""

    home: int
    offset: int = 0
    pixel: int = 0
    line: int = 0


@dataclass(frozen=True)
class Layout:
    """Which tensors share their bytes. roots: tensor -> the one with the same bytes, for those that are another's view.

    nested: root of a tensor that lies in another one -> where.
    """

    roots: Mapping[int, int] = field(default_factory=dict)
    nested: Mapping[int, Nested] = field(default_factory=dict)

    def root(self, tensor: int) -> int:
        """The tensor that has the same bytes, which is no view of another one."""
        return self.roots.get(tensor, tensor)

    def place(self, tensor: int) -> Place:
        """Where a tensor lies in the end."""
        found = place_of(self.root(tensor), self.nested)
        assert found is not None
        return found

    def home(self, tensor: int) -> int:
        """The root of the whole tensor that one lies in."""
        return self.place(tensor).home


def place_of(root: int, nested: Mapping[int, Nested]) -> Place | None:
    """Where a tensor lies in the end; None where its bytes would have to follow each other and do not."""
    link = nested.get(root)
    if link is None:
        return Place(root)
    outer = place_of(link.other.tensor, nested)
    if outer is None:
        return None
    whole = replace(link.other, pixel=outer.pixel, line=outer.line)
    if link.flat:
        return replace(outer, offset=outer.offset + whole.offset(link.first)) if whole.dense else None
    own = whole.window(link.shape)
    distances = (0, 0) if own.dense else (own.pixel, own.line)
    return Place(outer.home, outer.offset + whole.offset(link.first), *distances)
