# SPDX-License-Identifier: Apache-2.0
"""A generated program on the simulator against its model: each layer alone, on the model's own tensors.

What runs is the blob that was assembled and decoded again, not what the generator meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.graph import Graph
from ingot.device.npu.oracles import Oracle, open_oracle
from ingot.device.run.inputs import random_inputs
from ingot.st.npu.build import Build
from ingot.st.npu.codegen.build import build_of
from ingot.st.npu.codegen.covered import uncovered
from ingot.st.npu.codegen.layers import sources_of
from ingot.st.npu.codegen.made import Generated, Program
from ingot.st.npu.codegen.tensors import Numbers
from ingot.st.npu.cost import EpochCost, costs_of
from ingot.st.npu.proof import Proof, prove
from ingot.st.npu.sim.epoch import run_epoch
from ingot.st.npu.sim.store import Store
from ingot.st.npu.simulate import Simulation

Array = npt.NDArray[Any]


@dataclass
class Difference:
    """Of a layer over all inputs. changed: results that a 16-bit number changed that was held inside its range.

    beyond: units whose sums left 24 bits.
    """

    largest: int = 0
    differing: int = 0
    elements: int = 0
    changed: int = 0
    beyond: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Checked:
    """A program that was proven and simulated. differences: by index of the operator. samples: labels of the inputs."""

    program: Program
    build: Build | None
    proof: Proof
    costs: tuple[EpochCost, ...]
    differences: Mapping[int, Difference]
    samples: tuple[str, ...]
    strange: tuple[str, ...]

    @property
    def wrong(self) -> list[int]:
        """Operators whose layers are further from the model's than the prediction, or leave what was verified."""
        operators = self.program.operators
        return [
            number
            for number, found in self.differences.items()
            if found.largest > operators[number].bound or found.changed or found.beyond
        ]


def check_program(program: Program, model: Path, strange: Sequence[str], samples: int, seed: int) -> Checked:
    """Proves and simulates. Raises IngotError as the oracle does; faults of the proof are in the result."""
    if model.suffix != ".tflite":
        raise IngotError(
            "layers for the NPU are generated of .tflite files only", where=str(model), remedy="Convert the model."
        )
    if not program.epochs:
        return Checked(program, None, Proof(), (), {}, (), ())
    build = build_of(program)
    oracle = open_oracle(model)
    _check_names(program, oracle, model)
    found: dict[int, Difference] = {}
    labels = []
    for label, inputs in _inputs(program.graph, samples, seed):
        oracle.run(inputs)
        labels.append(label)
        _run(program, build, oracle, found)
    outside = (*strange, *uncovered(program))
    return Checked(program, build, prove(build), costs_of(build), found, tuple(labels), outside)


def _check_names(program: Program, oracle: Oracle, model: Path) -> None:
    """LiteRT calls the tensors by the same numbers. It does not where parts of the file were put into its graph."""
    for item in program.operators:
        for numbers in (*sources_of(item.layer), item.layer.target) if item.layer else ():
            known = oracle.graph.tensors.get(numbers.tensor)
            if known is None or known.name != program.graph.tensors[numbers.tensor].name:
                name = program.graph.tensors[numbers.tensor].name
                raise IngotError(
                    f"'{name}' is in a subgraph, whose tensors LiteRT does not show",
                    where=str(model),
                    remedy="Layers inside of control flow cannot be checked, so they are not generated.",
                )


def _inputs(graph: Graph, samples: int, seed: int) -> Iterator[tuple[str, Mapping[Any, Array]]]:
    specs = [(graph.tensors[tensor].shape, str(graph.tensors[tensor].dtype)) for tensor in graph.inputs]
    for number in range(seed, seed + samples):
        yield f"seed {number}", dict(zip(graph.inputs, random_inputs(specs, number), strict=True))
    for label, choose in EXTREMES.items() if samples > 1 else ():
        ends = [_ends(kind) for _, kind in specs]
        yield (
            label,
            {
                tensor: choose(shape, *end).astype(kind)
                for tensor, (shape, kind), end in zip(graph.inputs, specs, ends, strict=True)
            },
        )


#: Inputs that random ones never are: all at one end, all at the other, in the middle, one next to the other, either
#: end by chance, the first channel alone at the upper end.
EXTREMES: Mapping[str, Callable[[tuple[int, ...], float, float], Array]] = {
    "lowest": lambda shape, low, high: np.full(shape, low),
    "highest": lambda shape, low, high: np.full(shape, high),
    "middle": lambda shape, low, high: np.full(shape, (low + high + 1) // 2),
    "checkered": lambda shape, low, high: np.where(np.indices(shape).sum(axis=0) % 2 == 0, low, high),
    "both ends": lambda shape, low, high: np.where(np.random.default_rng(0).random(shape) < 0.5, low, high),
    "one channel": lambda shape, low, high: np.where(
        np.arange(shape[-1] if shape else 1) == 0, high, np.full(shape, low)
    ),
}


def _ends(kind: str) -> tuple[float, float]:
    if np.dtype(kind).kind == "f":
        return -1.0, 1.0
    info = np.iinfo(kind)
    return float(info.min), float(info.max)


def _run(program: Program, build: Build, oracle: Oracle, found: dict[int, Difference]) -> None:
    store = Simulation(build).store
    epochs = {epoch.number: epoch for epoch in build.epochs}
    for number, item in enumerate(program.operators):
        if item.layer is None:
            continue
        for source in sources_of(item.layer):
            _put(program, store, source, oracle.tensor(source.tensor))
        difference = found.setdefault(number, Difference())
        for epoch in item.epochs:
            result = run_epoch(epochs[epoch.number], store)
            difference.changed += sum(effect.count for effect in result.effects)
            difference.beyond.update(result.beyond)
        _compare(program, store, item, item.layer.target, oracle, difference)


def classes(program: Program, build: Build, model: Path, samples: int, seed: int) -> Iterator[tuple[int, int]]:
    """Of each input: the place of the largest number in what the NPU's layers make up to the first of the CPU, each
    handed the results of those before; and in LiteRT's tensor. Nothing where the first layer is the CPU's. Raises
    IngotError as the oracle does.
    """
    oracle, epochs = open_oracle(model), {epoch.number: epoch for epoch in build.epochs}
    first = next((at for at, item in enumerate(program.operators) if item.number), len(program.operators))
    items = [item for item in program.operators[:first] if item.layer is not None]
    layers = [item.layer for item in items if item.layer is not None]
    if not layers:
        return
    given = {source.tensor: source for layer in layers for source in sources_of(layer)}
    for _, inputs in _inputs(program.graph, samples, seed):
        oracle.run(inputs)
        store = Simulation(build).store
        for tensor in program.graph.inputs:
            if tensor in given:
                _put(program, store, given[tensor], oracle.tensor(tensor))
        for item in items:
            for epoch in item.epochs:
                run_epoch(epochs[epoch.number], store)
        target = layers[-1].target
        wanted = oracle.tensor(target.tensor).reshape(-1)
        (form, address), *_ = sorted(_formats(program, target).items())
        data = store.view("", address, target.extent, items[-1].op.kind)[_bytes_of(target)]
        made = data.view(np.int8) if form == "s8" else data
        yield int(made.argmax()), int(wanted.argmax())


def _formats(program: Program, numbers: Numbers) -> dict[str, int]:
    home = program.layout.place(numbers.tensor).home
    return {form: program.address(numbers.tensor, form) for form in ("s8", "u8") if (home, form) in program.places}


def _put(program: Program, store: Store, numbers: Numbers, values: Array) -> None:
    flat = values.astype(np.int16).reshape(-1)
    for form, address in _formats(program, numbers).items():
        data = (flat + 128 * (form == "u8")).astype(np.uint8)
        store.view("", address, numbers.extent, "the model's tensor")[_bytes_of(numbers)] = data


def _bytes_of(numbers: Numbers) -> Array:
    """Of the bytes from its first to its last, those of the tensor."""
    if numbers.dense:
        return np.arange(numbers.bytes)
    rows, columns, channels = np.indices(numbers.shape, sparse=True)
    places: Array = (rows * numbers.row + columns * numbers.step + channels).reshape(-1)
    return places


def _compare(
    program: Program, store: Store, item: Generated, target: Numbers, oracle: Oracle, difference: Difference
) -> None:
    wanted = oracle.tensor(target.tensor).astype(np.int16).reshape(-1)
    for form, address in _formats(program, target).items():
        data = store.view("", address, target.extent, item.op.kind)[_bytes_of(target)]
        made = data.view(np.int8).astype(np.int16) if form == "s8" else data.astype(np.int16) - 128
        apart = np.abs(made - wanted)
        difference.largest = max(difference.largest, int(apart.max()))
        difference.differing += int(np.count_nonzero(apart))
        difference.elements += apart.size
