# SPDX-License-Identifier: Apache-2.0
"""A build on the simulator against its model: inputs, proof, verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.device.npu.oracles import Oracle, open_oracle
from ingot.device.run.inputs import random_inputs
from ingot.st.npu.build import Build
from ingot.st.npu.judge.counterparts import Counterpart
from ingot.st.npu.judge.run import Judge
from ingot.st.npu.judge.verdict import Verdict, worst
from ingot.st.npu.proof import Proof, prove
from ingot.st.npu.sim.arithmetic import TIES
from ingot.st.npu.sim.epoch import Settings
from ingot.st.prebuilt.network_c import SourceBuffer

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Judged:
    """proof: of the build. verdict: the worst of all inputs. samples: labels of these."""

    proof: Proof
    verdict: Verdict
    samples: tuple[str, ...]


def settings_of(ties: str) -> Settings:
    """Settings with a rule for ties by name. Raises IngotError."""
    if ties not in TIES:
        raise IngotError(f"'{ties}' is no rule for ties", remedy=f"One of: {', '.join(TIES)}.")
    return Settings(ties)  # type: ignore[arg-type]


def judge_build(
    build: Build,
    model: Path,
    *,
    samples: int = 1,
    seed: int = 1,
    inputs: Sequence[Array] = (),
    ties: str = "away",
    say: Callable[[str], None] = lambda line: None,
) -> Judged:
    """Proves a build, and judges it on random inputs or the given one.

    inputs: an array an input of the build, in the order of its tables, of the shape of the model's input. Raises
    IngotError when the proof finds a fault, when the model is another one, and for what was never verified.
    """
    proof = prove(build)
    if not proof.holds:
        raise IngotError(
            f"{proof.faults[0]}" + (f" (and {len(proof.faults) - 1} more)" if len(proof.faults) > 1 else ""),
            where=str(build.path),
            remedy="`ingot npu prove` lists all faults. Take all files of one run of the tool.",
        )
    oracle = open_oracle(model)
    judge = Judge(build, oracle.graph, proof, model.name, oracle.name, settings_of(ties))
    ports = input_ports(judge)
    verdicts, labels = [], []
    for label, arrays in _samples(ports, inputs, samples, seed):
        oracle.run(model_inputs(oracle, ports, arrays))
        verdicts.append(judge.judge(oracle.tensor))
        labels.append(label)
        say(f"{label}: {counts_line(verdicts[-1])}")
    return Judged(proof, worst(verdicts), tuple(labels))


def counts_line(verdict: Verdict) -> str:
    """`69 epochs on the NPU: 62 at most 1, 6 2 to 7, 0 more, 1 without counterpart`."""
    counts = verdict.counts()
    parts = ", ".join(f"{name}: {count}" for name, count in counts.items() if name != "epochs")
    return f"{counts['epochs']} epochs on the NPU, largest differences: {parts}"


def input_ports(judge: Judge) -> list[tuple[SourceBuffer, Counterpart]]:
    """The inputs of a build and their tensors. Raises IngotError for one that fits no input of the model."""
    found = []
    for buffer in judge.build.source.buffers:
        if buffer.kind != "input" or buffer.param:
            continue
        known = judge.counterparts.get(buffer.name)
        if known is None:
            raise IngotError(
                f"input '{buffer.name}' {list(buffer.view)} fits no input of the model",
                where=str(judge.build.path),
                remedy="Give the model that the build was made of.",
            )
        found.append((buffer, known))
    return found


def model_inputs(
    oracle: Oracle, ports: Sequence[tuple[SourceBuffer, Counterpart]], arrays: Sequence[Array]
) -> Mapping[Any, Array]:
    """What the model gets for the numbers that the build gets."""
    graph = oracle.graph
    found: dict[Any, Array] = {}
    for (buffer, known), values in zip(ports, arrays, strict=True):
        tensor, point = known.tensor, buffer.zero_point[0] if buffer.zero_point else 0
        key, target = tensor.key, graph.tensors[tensor.key]
        if target.dtype == "float32":
            scale = buffer.scale[0] if buffer.scale else 1.0
            real = values.astype(np.float64) if not buffer.scale else (values.astype(np.float64) - point) * scale
            found[key] = real.astype(np.float32).reshape(target.shape)
        else:
            whole = values.astype(np.int64) - point + target.zero_point
            found[key] = whole.astype(target.dtype).reshape(target.shape)
    return found


def _samples(
    ports: Sequence[tuple[SourceBuffer, Counterpart]], inputs: Sequence[Array], count: int, seed: int
) -> Iterator[tuple[str, Sequence[Array]]]:
    if inputs:
        if len(inputs) != len(ports):
            raise IngotError(f"the build has {len(ports)} inputs, {len(inputs)} were given")
        for array, (buffer, known) in zip(inputs, ports, strict=True):
            if array.size != int(np.prod(known.tensor.shape)):
                raise IngotError(f"input '{buffer.name}' has the shape {known.tensor.shape}, not {array.shape}")
        yield "the given input", inputs
        return
    if count < 1:
        raise IngotError(f"samples={count}: at least one is needed")
    specs = [(known.tensor.shape, buffer.dtype) for buffer, known in ports]
    for number in range(count):
        yield f"seed {seed + number}", random_inputs(specs, seed + number)
