# SPDX-License-Identifier: Apache-2.0
"""What the generator makes of a graph: its operators with their epochs, where their tensors lie, blobs."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingot.compiler.graph import Graph, Operator
from ingot.st.npu.codegen.first_fit import Key, Life
from ingot.st.npu.codegen.layers import Fused, Layer
from ingot.st.npu.codegen.nested import Layout, Nested
from ingot.st.npu.codegen.tensors import Numbers
from ingot.st.npu.codegen.ways import Part
from ingot.st.npu.container import Blob
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.program import blob_of_epochs
from ingot.st.npu.public import Public

#: In place of a format: partial sums of the layer that makes a tensor, and what its tiles make beside.
SUMS, BESIDE = "sums", "beside"


@dataclass(frozen=True)
class Generated:
    """An operator. epochs: what it runs as; none for one of the CPU. refused: why it is one of the CPU, else "".

    bound: by how many units of the last place its result can differ from the model's, were its inputs the model's.
    error: how far it can be from the model's before the last rounding. number: of the epoch that the CPU is, or 0.
    view: whether nothing runs: it only changes a shape, or is folded into the next one. placed: nor does this layer of
    the NPU, as what it joins or takes lies in its place.
    sharing: number of the operator in whose epochs a layer of the NPU is, which then has none of its own; else -1.
    reads, writes: buffers of a layer of the NPU, without its partial sums.
    """

    op: Operator
    layer: Layer | None = None
    epochs: tuple[HardwareEpoch, ...] = ()
    refused: str = ""
    bound: int = 0
    error: float = 0.0
    number: int = 0
    view: bool = False
    sharing: int = -1
    reads: tuple[Key, ...] = ()
    writes: tuple[Key, ...] = ()
    placed: bool = False

    @property
    def on_npu(self) -> bool:
        """Whether the NPU makes its result."""
        return bool(self.epochs) or self.placed or self.sharing >= 0


@dataclass(frozen=True)
class Choice:
    """A layer, the parts of a convolution, and the tensors that it reads with their formats."""

    layer: Layer
    parts: tuple[Part, ...]
    reads: tuple[tuple[Numbers, str], ...]


@dataclass
class Found:
    """What does not depend on addresses, so that a second generation of the graph takes it over.

    choices: number of an operator -> how it is made. packed: kernels of a part of the layer that makes a tensor.
    nested: layers of the CPU, those that share an epoch -> what lies in other tensors, by its root.
    fused: numbers of two layers, formats of the result -> both as one; None where no public build has such an epoch.
    apart: layers that turned out not to be possible together with the convolution before them.
    """

    choices: dict[int, Choice] = field(default_factory=dict)
    packed: dict[tuple[int, Part], bytes] = field(default_factory=dict)
    nested: dict[tuple[int, ...], Mapping[int, Nested]] = field(default_factory=dict)
    fused: dict[tuple[int, int, tuple[str, ...]], Fused | None] = field(default_factory=dict)
    apart: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Program:
    """operators: in the order of the graph. weights: the image at `flash`.

    places: (root of a tensor, format) -> address. lives: of the same. layout: which tensors share their bytes. found:
    for generating it at other addresses.
    """

    graph: Graph
    operators: tuple[Generated, ...]
    weights: bytes
    flash: int
    ram: tuple[int, int]
    places: Mapping[Key, int]
    lives: Mapping[Key, Life]
    layout: Layout
    found: Found = field(default_factory=Found, repr=False, compare=False)

    @property
    def epochs(self) -> tuple[HardwareEpoch, ...]:
        """All epochs, in the order of execution."""
        return tuple(epoch for item in self.operators for epoch in item.epochs)

    def address(self, tensor: int, form: str) -> int:
        """Where a tensor lies. Raises KeyError when no epoch reads or writes it in that format."""
        place = self.layout.place(tensor)
        return self.places[place.home, form] + place.offset

    def strange(self, table: Public) -> list[str]:
        """What of the program the table does not have: epochs and instructions."""
        found = [what for epoch in self.epochs for what in table.strange(epoch)]
        for name, blob in self.assembled.items():
            found += table.strange_program(blob, name)
        return list(dict.fromkeys(found))

    @functools.cached_property
    def assembled(self) -> Mapping[str, Blob]:
        """The blobs by their names."""
        return {name: blob_of_epochs(epochs) for name, epochs in self.blobs().items()}

    def blobs(self) -> dict[str, tuple[HardwareEpoch, ...]]:
        """The epochs by the blob that they are in: a new one wherever the CPU has something to do."""
        found: dict[str, tuple[HardwareEpoch, ...]] = {}
        open_blob: list[HardwareEpoch] = []
        for item in self.operators:
            if item.number:
                open_blob = []
            for epoch in item.epochs:
                open_blob.append(epoch)
                found[f"_ec_blob_{open_blob[0].number}"] = tuple(open_blob)
        return found
