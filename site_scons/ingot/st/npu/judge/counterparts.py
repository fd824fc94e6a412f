# SPDX-License-Identifier: Apache-2.0
"""Which tensor of the model a buffer is, from structure alone: no number of a result is looked at.

A counterpart has the buffer's scale, zero point and sides. Among those that fit it is

- the tensor that a node makes or takes, where the buffer's name says the node (`Conv2D_12_off_bias_out_5`: made by,
  `Conv2D_12_zero_off_out_1`: taken by) and the node's weights have the scales of one operator;
- else, of the kind that the name says (`Add_43_out_0`), the first that lies behind all tensors which the buffer is made
  of: the registers say what an epoch reads, the proof who wrote it. What a computing unit made is behind them, what was
  only moved may be the same tensor.

Where several are first, the buffer has no counterpart. Neither has what the compiler splits an operator into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ingot.st.npu.build import Build
from ingot.st.npu.judge.layout import CLOSE, quantized_alike, turns, whole
from ingot.st.npu.judge.model import VIEWS, ModelGraph, ModelNode, ModelTensor
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.memory import FILE, INPUT, Write
from ingot.st.npu.proof import Proof
from ingot.st.npu.registers import FIELDS, Unit
from ingot.st.npu.routes import links_of
from ingot.st.prebuilt.network_c import SourceBuffer

_NAME = re.compile(r"([A-Za-z][A-Za-z0-9]*)_(\d+)(?:_(.*))?$")
#: In names of what an operator is split into.
_PARTS = ("_decomposed", "_expansion")
#: Operators that round nothing.
EXACT = (
    *VIEWS,
    "PAD",
    "CONCATENATION",
    "MAX_POOL_2D",
    "RESIZE_NEAREST_NEIGHBOR",
    "TRANSPOSE",
    "STRIDED_SLICE",
    "SPLIT",
)
#: Operators that make no difference between two inputs larger.
AS_LARGE = ("ADD", "SUB", "MEAN", "AVERAGE_POOL_2D", "RELU", "RELU6", "QUANTIZE", "RESIZE_BILINEAR")
#: Writes of one buffer's history that are followed back.
DEEPEST = 64


@dataclass(frozen=True)
class Counterpart:
    """The tensor that a buffer is. turned: its channels stand first in the compiler's view.

    how: "port" (input or output of the model), "node" or "flow".
    """

    tensor: ModelTensor
    turned: bool
    how: str


@dataclass
class _Origin:
    """What a write is made of: tensors, by key. computed: a unit computed since them. known: nothing is missing."""

    keys: frozenset[object]
    computed: bool
    known: bool = True


@dataclass
class _Search:
    build: Build
    graph: ModelGraph
    proof: Proof
    found: dict[str, Counterpart] = field(default_factory=dict)
    origins: dict[int, _Origin] = field(default_factory=dict)
    made_of: dict[str, frozenset[object]] = field(default_factory=dict)

    @cached_property
    def nodes(self) -> Mapping[tuple[str, int], ModelNode]:
        return nodes_by_weights(self.build, self.graph)

    @cached_property
    def before(self) -> Mapping[object, frozenset[object]]:
        """Tensor -> all that it is made of, itself too; by roots."""
        return ancestors(self.graph)


def counterparts(build: Build, graph: ModelGraph, proof: Proof) -> dict[str, Counterpart]:
    """Buffers with a counterpart, by name. proof: of the same build."""
    return _searched(build, graph, proof).found


@dataclass(frozen=True)
class Between:
    """What the model does between what a buffer is made of and itself.

    rounding: operators that round. inner: how far all but the last of them take the result, in its units; None where
    weights or a function enlarge it.
    """

    rounding: int
    inner: float | None


def rounding_between(
    build: Build, graph: ModelGraph, proof: Proof, known: Mapping[str, Counterpart]
) -> dict[str, Between]:
    """For each buffer with a counterpart, how the model rounds on the way to it."""
    search = _searched(build, graph, proof)
    kinds = {graph.tensors[node.target].root: node.kind for node in graph.nodes if node.target in graph.tensors}
    found = {}
    for name, keys in search.made_of.items():
        if name not in known:
            continue
        root = known[name].tensor.root
        passed: set[object] = set()
        for key in keys:
            passed |= search.before.get(key, frozenset())
        between = search.before.get(root, frozenset()) - passed
        count = sum(kinds.get(item, "") not in EXACT for item in between)
        found[name] = Between(count, _inner(graph, root, between))
    return found


def _inner(graph: ModelGraph, root: object, between: frozenset[object]) -> float | None:
    """Units of a tensor that come from numbers in front of it which were rounded."""
    node = graph.makers.get(root)
    if node is None:
        return 0.0
    total, target = 0.0, graph.tensors[root]
    for key in node.sources:
        source = graph.tensors[key]
        if source.root not in between or source.root == root:
            continue
        before = _inner(graph, source.root, between)
        maker = graph.makers.get(source.root)
        if before is None or maker is None or node.kind not in (*EXACT, *AS_LARGE) or not source.scale * target.scale:
            return None
        own = 0.5 if maker.kind not in EXACT else 0.0
        total += (before + own) * source.scale / target.scale
    return total


def _searched(build: Build, graph: ModelGraph, proof: Proof) -> _Search:
    search = _Search(build, graph, proof)
    for buffer in build.source.buffers:
        if not buffer.param and whole(buffer):
            known = _by_port(buffer, graph) or _by_node(buffer, search)
            if known is not None:
                search.found[buffer.name] = known
    buffers = {(item.epoch, item.start): item for item in build.source.buffers if not item.param}
    epochs = {epoch.number: epoch for epoch in build.epochs}
    for index, write in enumerate(proof.written):
        epoch = epochs.get(write.epoch)
        target = buffers.get((write.epoch, write.region.start + int(write.offsets[0])))
        origin = _origin(search, write, epoch)
        known = search.found.get(target.name) if target is not None else None
        if target is not None and known is None and whole(target):
            known = _by_flow(target, origin, search)
            if known is not None:
                search.found[target.name] = known
        if target is not None:
            search.made_of[target.name] = search.made_of.get(target.name, frozenset()) | origin.keys
        search.origins[index] = _Origin(frozenset((known.tensor.root,)), False) if known is not None else origin
    return search


def nodes_by_weights(build: Build, graph: ModelGraph) -> dict[tuple[str, int], ModelNode]:
    """(family, number) in names of buffers -> the only operator of the kind whose weights have its scales."""
    scales: dict[tuple[str, int], tuple[float, ...]] = {}
    for buffer in build.source.buffers:
        name = _NAME.match(buffer.name)
        if name and buffer.param and buffer.scale and "weights" in (name[3] or ""):
            scales.setdefault((name[1], int(name[2])), buffer.scale)
    found = {}
    for key, values in scales.items():
        fits = [node for node in graph.nodes if node.family == key[0] and _same(node.scales, values)]
        if len(fits) == 1:
            found[key] = fits[0]
    return found


def ancestors(graph: ModelGraph) -> dict[object, frozenset[object]]:
    """Root of a tensor -> roots of all that it is made of, itself too."""
    known: dict[object, frozenset[object]] = {}
    for tensor in graph.tensors.values():
        if tensor.position < 0:
            known[tensor.root] = frozenset((tensor.root,))
    for node in graph.nodes:
        target = graph.tensors.get(node.target)
        if target is None:
            continue
        sources = [graph.tensors[key].root for key in node.sources if key in graph.tensors]
        own = frozenset((target.root,)).union(*(known.get(root, frozenset()) for root in sources))
        known[target.root] = known.get(target.root, frozenset()) | own
    return known


def _same(one: object, scales: tuple[float, ...]) -> bool:
    if one is None:
        return False
    values = np.asarray(one, np.float64)
    return values.shape == (len(scales),) and bool(np.allclose(values, scales, rtol=CLOSE, atol=0))


def _by_port(buffer: SourceBuffer, graph: ModelGraph) -> Counterpart | None:
    """Inputs and outputs of the model, where only one fits."""
    keys = {"input": graph.inputs, "output": graph.outputs}.get(buffer.kind, ())
    before = [key for node in graph.nodes if node.kind == "DEQUANTIZE" and node.target in keys for key in node.sources]
    fits: dict[object, Counterpart] = {}
    for key in dict.fromkeys((*keys, *(before if buffer.kind == "output" else ()))):
        tensor = graph.tensors.get(key)
        if tensor is None:
            continue
        ways = turns(tensor, buffer)
        floats = buffer.dtype == "float32" and not buffer.scale and tensor.dtype == "float32"
        if ways and (floats or quantized_alike(tensor, buffer) or _quantized_first(tensor, buffer, graph)):
            fits.setdefault(tensor.root, Counterpart(tensor, ways[-1], "port"))
    return next(iter(fits.values())) if len(fits) == 1 else None


def _quantized_first(tensor: ModelTensor, buffer: SourceBuffer, graph: ModelGraph) -> bool:
    """Whether a float input is quantized as the buffer is, before anything else: the application does it then."""
    if tensor.dtype != "float32" or buffer.kind != "input":
        return False
    targets = [graph.tensors[node.target] for node in graph.nodes if node.sources == (tensor.key,)]
    return bool(targets) and all(quantized_alike(target, buffer) for target in targets)


def _by_node(buffer: SourceBuffer, search: _Search) -> Counterpart | None:
    name = _NAME.match(buffer.name)
    node = search.nodes.get((name[1], int(name[2]))) if name else None
    if name is None or node is None:
        return None
    rest = name[3] or ""
    if "zero_off" in rest:
        keys = [key for source in node.sources for key in _back(source, search.graph)]
    elif "out" in rest:
        keys = [node.target]
    else:
        return None
    return _first((search.graph.tensors[key] for key in keys if key in search.graph.tensors), buffer, search, "node")


def _back(key: object, graph: ModelGraph) -> list[object]:
    """A tensor, and what was padded or seen another way to get it."""
    keys = [key]
    while True:
        node = graph.makers.get(keys[-1])
        if node is None or node.kind not in ("PAD", "RESHAPE", "SQUEEZE", "EXPAND_DIMS") or not node.sources:
            return keys
        keys.append(node.sources[0])


def _by_flow(buffer: SourceBuffer, origin: _Origin, search: _Search) -> Counterpart | None:
    """The first tensor that fits behind all that the buffer is made of."""
    if not origin.known or not origin.keys or any(part in buffer.name for part in _PARTS):
        return None
    behind = []
    name = _NAME.match(buffer.name)
    family = name[1] if name and (name[3] or "").startswith("out_0") else ""
    known = family in {node.family for node in search.graph.nodes}
    for tensor in search.graph.tensors.values():
        if known and (tensor.position < 0 or search.graph.nodes[tensor.position].family != family):
            continue
        made_of = search.before.get(tensor.root, frozenset())
        same = origin.keys == frozenset((tensor.root,))
        if origin.keys <= made_of and not (same and origin.computed):
            behind.append(tensor)
    return _first(behind, buffer, search, "flow")


def _first(tensors: Iterable[ModelTensor], buffer: SourceBuffer, search: _Search, how: str) -> Counterpart | None:
    """The only one that fits and is made of no other that fits."""
    fits: dict[object, Counterpart] = {}
    for tensor in tensors:
        ways = turns(tensor, buffer)
        if ways and quantized_alike(tensor, buffer):
            fits.setdefault(tensor.root, Counterpart(tensor, ways[0], how))
    first = [root for root in fits if not any(other != root and other in search.before[root] for other in fits)]
    return fits[first[0]] if len(first) == 1 else None


def _origin(search: _Search, write: Write, epoch: HardwareEpoch | None) -> _Origin:
    """What a write is made of, through buffers without counterpart."""
    if epoch is None:
        alias = (write.epoch, "alias") in search.proof.sources
        streams, computed = ["alias" if alias else "cpu"], not alias
    else:
        streams, computed = _feeds(epoch, write.what)
    keys: set[object] = set()
    known = True
    for stream in streams:
        for index in search.proof.sources.get((write.epoch, stream), ()):
            if index == INPUT:
                keys.update(search.graph.tensors[key].root for key in search.graph.inputs)
            elif index == FILE:
                continue
            elif index in search.origins:
                keys |= search.origins[index].keys
                computed = computed or search.origins[index].computed
                known = known and search.origins[index].known
            else:
                known = False
    return _Origin(frozenset(keys), computed, known and len(keys) <= DEEPEST)


def _feeds(epoch: HardwareEpoch, output: str) -> tuple[list[str], bool]:
    """The streams that an output stream is made of, and whether a unit computes with them."""
    links: dict[Unit, list[Unit]] = {}
    for link in links_of(epoch):
        links.setdefault(link.port.unit, []).append(link.source)
    start = next((unit for unit in epoch.outputs if str(unit) == output), None)
    seen: set[Unit] = set()
    left = [start] if start is not None else []
    streams, computed = [], False
    while left:
        unit = left.pop()
        if unit in seen:
            continue
        seen.add(unit)
        left += links.get(unit, [])
        if unit.kind == "STRENG" and unit not in epoch.outputs:
            streams.append(str(unit))
        elif unit.kind != "STRENG":
            computed = computed or _computes(epoch, unit)
    return streams, computed


def _computes(epoch: HardwareEpoch, unit: Unit) -> bool:
    """Whether a unit makes other numbers; one ARITH of one input, the same for all channels, only moves them."""
    if unit.kind != "ARITH":
        return True
    control, fields = epoch.units[unit][0], FIELDS["ARITH"]
    return any(fields[name].get(control) for name in ("DUALIN", "COEFFA", "COEFFB", "COEFFC", "OP", "CLIPOUT"))
