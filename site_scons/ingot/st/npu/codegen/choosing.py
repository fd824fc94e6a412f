# SPDX-License-Identifier: Apache-2.0
"""How a layer is made: the cheapest way whose epochs the table of public builds has.

Each way is tried: its epochs are written at an address of no matter, and forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ingot.compiler.graph import Graph
from ingot.st.npu.codegen.epochs import Writer, scaling_with
from ingot.st.npu.codegen.fusion import pairs
from ingot.st.npu.codegen.layers import Convolution, Fused, Refusal, sources_of, with_folded_zero
from ingot.st.npu.codegen.made import BESIDE, SUMS, Choice, Found
from ingot.st.npu.codegen.nested import Layout
from ingot.st.npu.codegen.operators import layer_of
from ingot.st.npu.codegen.tensors import Numbers
from ingot.st.npu.codegen.views import read_outside
from ingot.st.npu.codegen.ways import Part, format_of, ways
from ingot.st.npu.public import Public

#: Where a layer is tried.
TRIED = 1 << 29
#: An error before the last rounding that is no reason to read a tensor with its zero point (`fold`).
SMALL = 0.06


@dataclass(frozen=True)
class Chooser:
    """Tries ways. flash: address of the weights. found: what need not be tried again. fold, functions: of generate."""

    graph: Graph
    table: Public
    flash: int
    found: Found
    fold: bool = False
    functions: bool = False

    def choice(self, number: int) -> Choice:
        """How an operator would be made. Raises Refusal."""
        if number not in self.found.choices:
            layer = layer_of(self.graph, self.graph.operators[number])
            parts: tuple[Part, ...] = ()
            if isinstance(layer, Convolution):
                layer, parts = self._best(layer)
            form = parts[0].way.format if parts else "s8"
            self.found.choices[number] = Choice(layer, parts, tuple((source, form) for source in sources_of(layer)))
        return self.found.choices[number]

    def fuse(self, taken: dict[int, Choice], views: Collection[int], layout: Layout) -> dict[int, int]:
        """Makes one choice of two layers in one epoch, where public builds have it; number of the first -> second.

        taken: number of an operator -> how the NPU makes it. views: operators that nothing runs for.
        """
        merged: dict[int, int] = {}
        for first, then, forms in list(pairs(self.graph, taken, views, layout, functions=self.functions)):
            if then in self.found.apart:
                continue
            layer = self._together(first, then, forms, taken, views, layout)
            if layer is not None:
                choice = taken.pop(first)
                others = ((numbers, "s8") for numbers in sources_of(layer)[1:])
                taken[then] = Choice(layer, _without_chains(choice), (*choice.reads, *others))
                merged[first] = then
        return merged

    def _together(
        self,
        first: int,
        then: int,
        forms: Sequence[Fused],
        taken: Mapping[int, Choice],
        views: Collection[int],
        layout: Layout,
    ) -> Fused | None:
        """The form that public builds have, in the formats in which the result is read."""
        root = layout.root(taken[then].layer.target.tensor)
        read = {
            form for choice in taken.values() for numbers, form in choice.reads if layout.root(numbers.tensor) == root
        }
        if not read or root in read_outside(self.graph, layout, {*taken, *views}):
            read.add("s8")
        key = (first, then, tuple(sorted(read)))
        if key not in self.found.fused:
            parts = _without_chains(taken[first])
            fitting = (layer for layer in forms if not self._why_not(layer, parts, key[2]))
            self.found.fused[key] = next(fitting, None)
        return self.found.fused[key]

    def fits(self, choice: Choice, layout: Layout, forms: Collection[str]) -> bool:
        """Whether a layer can be made where its tensors lie in others. forms: formats of the result."""
        place = layout.place(choice.layer.target.tensor)
        targets = {form: TRIED + place.offset for form in sorted(forms)}

        def address(numbers: Numbers, form: str) -> int:
            return TRIED + (0 if form in (SUMS, BESIDE) else layout.place(numbers.tensor).offset)

        try:
            self._trial().layer(choice, layout, address, targets)
        except Refusal:
            return False
        return True

    def _best(self, layer: Convolution) -> tuple[Convolution, tuple[Part, ...]]:
        """The layer, or the one with its zero point in the bias, and its parts. Raises Refusal."""
        candidates = [layer]
        if self.fold and layer.source.zero != -128 and layer.kernel == (1, 1) and not any(layer.pads):
            candidates.append(with_folded_zero(layer))
        found, reasons = [], []
        for candidate in candidates:
            try:
                parts = self._parts(candidate)
                found.append((candidate, parts, float(scaling_with(candidate, parts).error.max())))
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
        """Why no public build's forms allow the epochs; "" where they do. forms: formats of the result."""
        try:
            self._trial().convolution(layer, parts, lambda numbers, form: TRIED, dict.fromkeys(forms, TRIED))
        except Refusal as problem:
            return str(problem)
        return ""

    def _trial(self) -> Writer:
        return Writer(self.table, self.flash, self.found.packed)


def _without_chains(choice: Choice) -> tuple[Part, ...]:
    """Its parts with one chain of CONVACCs each: a layer less is worth more than two chains."""
    return tuple(replace(part, chains=1) for part in choice.parts)


def _no_way(layer: Convolution) -> str:
    size, strides = ("x".join(str(side) for side in sides) for sides in (layer.kernel, layer.strides))
    kind = f"{size} {'depthwise ' if layer.depthwise else ''}kernels with stride {strides}"
    outputs = "" if layer.depthwise else f" to {layer.target.shape[2]}"
    return f"no public build has {kind} of {layer.source.shape[2]} channels{outputs} in {format_of(layer)}"
